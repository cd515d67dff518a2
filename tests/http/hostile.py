"""What strangers send: every route with a request it would take, and what is put in its place."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from fastapi.routing import APIRoute

from api.app import ROUTERS
from api.files import contents
from api.records import OLD_ROUTERS
from api.requests.signing import Signer
from api.web.sizes import TAKES
from domain.conversations.messages import message_at
from domain.sales.leads import lead_of
from domain.values import ClientId
from infra.settings import DEMO_SECRET
from tests.conversations.threads.examples import group_named
from tests.http.examples_of_bodies import HERE, ID, Place, example, is_id, places, schema_of

PUBLIC_NAME: Final = "salon-of-everybody"
"""Of the business that is furnished."""

THREAD: Final = group_named(f"thread-{ID}")
"""What was said between the first user and the first client."""

PRACTISED: Final = "p" * 32
"""By what the page is known on which a payment is played."""
DELIVERY: Final = "1-5ca1ab1e5ca1ab1e"
"""What was to be told by a webhook, as if of another log: so there is nothing to be said of it."""

DIGITS: Final = "9" * 5_000
"""More than Python turns into a number without a word."""

POINT: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)
"""A picture of one point, in PNG: what is sent where bytes are taken."""

PUBLISHED: Final = f"{sha256(POINT).hexdigest()}.png"
"""What it is called where everybody is given it."""


def _signed(purpose: str, **what: Any) -> str:
    """Return what a system with the secrets of the demonstration would have signed, for a long time."""
    said = json.dumps({**what, "until": "2099-01-01T00:00:00Z"})
    return Signer([DEMO_SECRET]).sign(purpose, contents.NOBODYS, said)


GIVEN: Final = _signed(contents.CONTENT, key=f"public/file-{ID}/{PUBLISHED}", disposition="inline")
TAKEN: Final = _signed(
    contents.UPLOAD,
    tenant=ID,
    file_id=f"file-{ID}",
    content={
        "media_type": "image/png",
        "size": len(POINT),
        "sha256": sha256(POINT).hexdigest(),
    },
)

# --- What is put into a body, as it is written there ------------------------------------

NUMBERS: Final = (
    *("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1E400", "-0", "0.1", "-1", "0"),
    *(DIGITS, f"-{DIGITS}", f"{DIGITS}.5", f"1e-{DIGITS}", f"{2**31}", f"{2**63}", f"{2**64}"),
)
TIMES: Final = (
    *("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"),
    *("9999-12-31T23:59:59+23:59", "9999-12-31T23:59:59Z", "0001-01-01", "9999-12-31"),
    *("2016-12-31T23:59:60Z", "10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "0000-01-01"),
    *("2027-01-05T10:00:00+24:00", "2027-02-30T10:00:00Z", "2027-01-05T24:00:00Z"),
    *("0001-01-01T00:00:00", "9999-12-31T23:59:59", "1969-12-31T23:59:59Z"),
    *("2999-12-31T23:59:59Z", "2262-04-11T23:47:17Z", "2027-01-05T10:00:00.9999999999Z"),
)
RULES: Final = (
    *("FREQ=DAILY;COUNT=1000000000", "FREQ=SECONDLY", "FREQ=DAILY;BYSECOND=1", "RRULE:", ";;;"),
    *("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=-1"),
    *("FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=0,15,30,45",),
    *("FREQ=DAILY;UNTIL=99991231T235959Z", "FREQ=DAILY;UNTIL=00010101T000000", "X" * 500),
    *(f"FREQ=DAILY;COUNT={DIGITS[:470]}", "FREQ=WEEKLY;BYDAY=99MO", "FREQ=DAILY\r\nATTENDEE:x"),
    *("FREQ=YEARLY;BYSETPOS=366;BYDAY=MO", "FREQ=DAILY;UNTIL=20270230", "FREQ=daily;COUNT=٣"),
)
TEXTS: Final = (
    *(
        " ",
        "a\0b",
        "a\udfff",
        "\ufffe\uffff",
        "\u202egnp.exe",
        "e" + "\u0301" * 5_000,
        "👩‍👩‍👧‍👦" * 20,
    ),
    *("ﷺ" * 200, "\x7f\x85\x1b[2J", "{{7*7}}", "'; DROP TABLE log.events; --", "%s%n", "²", "*"),
    *("Ana\r\nBcc: all@else.example", "Europe/../../etc/passwd", "EUR\n", "24:01", "a@b", "+1"),
    *(DIGITS, "booking-" + ID + "\n"),
)
SHAPES: Final = (
    *("null", "true", "[]", "{}", "[null]", '{"":{}}', '{"\\ud800":1}', '{"\\u0000":1}'),
    *("[" * 60 + "]" * 60, '{"a":1,"a":2}', '["\\ud800","\\u0000"]'),
)


def _written(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(json.dumps(text) for text in texts)


MIXED: Final = (*SHAPES, "1e999", DIGITS, *_written(("", "\0", "\ud800", "x" * 10_001)))
VALUES: Final[Mapping[str, Sequence[str]]] = {
    "time": (*_written(TIMES), *MIXED),
    "rule": (*_written(RULES), *MIXED),
    "number": (*NUMBERS, *MIXED),
    "text": (*_written(TEXTS), *MIXED),
    "other": MIXED,
}
"""What is put where, by what should be there."""

# --- What is put in place of a body -----------------------------------------------------

DEEP: Final = 10_000
BODIES: Final = (
    *(b"", b"[]", b'"text"', b"null", b"true", b"0", b"{", b"}", b"NaN", b"Infinity", b"1e999"),
    *(b"[" * DEEP + b"]" * DEEP, b"[" * DEEP, b'{"a":' * DEEP + b"1" + b"}" * DEEP),
    *(b"\xff\xfe", b"\xed\xa0\x80", b'{"name":"\xff"}', b'"\xed\xa0\x80"', b"\0", b"{}\0"),
    *(b"\xef\xbb\xbf{}", "{}".encode("utf-16"), "{}".encode("utf-32"), b"\x1f\x8b\x08\0\0"),
    *(DIGITS.encode(), b'{"name":%b}' % DIGITS.encode(), b'{"\\ud800":1}', b'{"\\u0000":1}'),
    *(b'{"name":"a","name":"b"}', b"{} {}", b"{}{}", b"/**/{}", b"{'name':'a'}", b'{"a":1,}'),
    *(b'{"__proto__":{"a":1}}', b"a=b&c=d", b'{"":""}', b'{"' + b"k" * 10_000 + b'":1}'),
)
KINDS: Final = (
    *(b"", b"text/plain", b"application/x-www-form-urlencoded", b"multipart/form-data", b"\xff"),
    *(
        b"multipart/form-data; boundary=\xff",
        b"application/json; charset=utf-7",
        b"/",
        b";",
        b"a/b",
    ),
    *(b"application/json, text/html", b"application/" + b"x" * 5_000),
)

# --- What is put into an address or a header --------------------------------------------

ADDRESSED: Final = (
    *(
        "%00",
        "a%00b",
        "%ED%A0%80",
        "%FF",
        "%",
        "%zz",
        "%2e%2e%2f",
        "..",
        "%2F",
        "%0d%0aSet-Cookie:a",
    ),
    *("%F0%9F%92%A3", "%E2%80%AE", "{{7*7}}", "%27;DROP%20TABLE%20x", DIGITS, f"-{DIGITS}", "0"),
    *("-1", f"{2**63}", f"{2**64}", "NaN", "1e999", "%D9%A3", "%C2%B2", "x" * 5_000, "None", "*"),
)
ASKED: Final = ("%00", "%ED%A0%80", "%FF", "%27;--", DIGITS, f"{2**64}", "-1", "NaN", "%D9%A3", "*")
"""Of these what tells questions apart."""

TIMES_ADDRESSED: Final = tuple(time.replace("+", "%2B") for time in TIMES)
TIMED: Final = (
    "from",
    "to",
    "since",
    "until",
    "at",
    "as_of",
    "starts_at",
    "created_at",
    "updated_at",
)
NUMBERED: Final = ("limit", "page", "sortBy", "sortOrder")
"""What old paths can be asked besides."""

PARAMETERS: Final = (
    *("limit", "cursor", "page", "sort", "sortBy", "sortOrder", "fields", "as_of", "q", "status"),
    *("from", "to", "starts_at", "starts_at.gte", "created_at.lt", "updated_at.gt", "tz", "since"),
    *("until", "at", "version", "professional_id", "service_id", "client_id", "professional"),
    *("service", "profile", "name", "active", "kind", "about", "stream", "type", "actor", "email"),
    *("oldest_first", "on_conflict", "on_duplicate", "duration_minutes", "category", "custom_id"),
    *("model", "booking_type", "%00", "%FF", "unknown", ""),
)

HEADERS: Final = (
    *(
        (b"if-match", tag)
        for tag in (b"*", b'"1", "2"', b'W/"1"', b"", b'"', b"1", b"\xff", b"*,*")
    ),
    *((b"if-match", DIGITS.encode()), (b"if-match", b'"' + DIGITS.encode() + b'"')),
    *((b"if-none-match", tag) for tag in (b"*", b'"1", "2"', b"\xff", b"x" * 5_000)),
    *((b"idempotency-key", key) for key in (b"", b"x" * 256, b"\xff", "clé".encode(), b"a\0b")),
    *((b"consistency-token", token) for token in (b"", b"=", b"\xff", b"AAAA", b"x" * 5_000)),
    *((b"prefer", b"wait=" + DIGITS.encode()), (b"prefer", b"wait=-1"), (b"prefer", b"\xff;=,")),
    *((b"accept-language", b"fr;q=" + DIGITS.encode()), (b"accept-language", b"\xff" * 100)),
    *((b"accept-language", b"fr;q=1e999"), (b"accept-language", b",;q=," * 500)),
    *((b"traceparent", b"00-" + b"f" * 32), (b"traceparent", b"\xff"), (b"accept", b"\xff")),
    *(
        (b"content-length", DIGITS.encode()),
        (b"content-length", b"-1"),
        (b"content-length", b"\xb2"),
    ),
    *((b"host", b"\xff"), (b"host", b""), (b"cookie", b"\xff=\0"), (b"x-forwarded-for", b"\xff")),
)


SENT: Final = {"/v1/imports": b"Name,E-mail\nZoe,zoe@example.org\n"}
"""What bytes a route takes that takes no pictures."""


@dataclass(frozen=True)
class Asked:
    """A request that a route takes, but for what is put `HERE`."""

    method: str
    path: str
    route: APIRoute

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def model(self) -> Any:
        """What the body is read as, if there is one."""
        field = self.route.body_field
        return field.field_info.annotation if field else None

    def body(self) -> bytes:
        """Return the least that it takes."""
        if hasattr(self.route.endpoint, TAKES):
            return SENT.get(self.path, POINT)
        if self.model is None:
            return b""
        return json.dumps(example(Place(*schema_of(self.model)))).encode()

    def naming(self) -> Iterator[Any]:
        """Return the least that it takes, and the same with each id that it can name, and with all."""
        if self.model is None:
            yield None
            return
        place = Place(*schema_of(self.model)).resolved()
        least = example(place)
        ids = {each.name: example(each) for each in place.below() if is_id(each.resolved())}
        bodies = [least, *({**least, name: known} for name, known in ids.items()), {**least, **ids}]
        yield from (body for n, body in enumerate(bodies) if body not in bodies[:n])

    def bodies(self, done: set[str]) -> Iterator[bytes]:
        """Return the body with each of its places in turn taken by each thing that does not fit; but
        for places in parts that were `done` in another body.
        """
        if self.model is not None:
            for kind, body in places(Place(*schema_of(self.model)), done):
                text = json.dumps(body)
                yield from (text.replace(json.dumps(HERE), v).encode() for v in VALUES[kind])


def everything() -> list[Asked]:
    """Return every method of every route of the API, with ids in its path. Old paths of records are made
    by one function: those of one kind stand for all.
    """
    return [
        Asked(method, _filled(route.path), route)
        for router in ROUTERS
        if router not in OLD_ROUTERS[1:]
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods or ())
    ]


def templates() -> Iterator[tuple[Asked, str]]:
    """Return every route that has something in its path, with the place of one thing in it."""
    for asked in everything():
        for name in re.findall(r"{([^}]+)}", asked.route.path):
            rest = _filled(asked.route.path.replace(f"{{{name}}}", HERE))
            yield asked, rest


def values_of(name: str) -> Sequence[str]:
    """Return what is put into a parameter."""
    timed = name.partition(".")[0] in TIMED
    return (*ASKED, *TIMES_ADDRESSED) if timed else ASKED


def _filled(path: str) -> str:
    path = path.replace("/user/{user_id}", f"/user/professional-{ID}")
    path = re.sub(r"{(tenant_id|job_id|mail_id)}", ID, path).replace("{position}", "1")
    path = path.replace("{code}", "not-found").replace("{business}", PUBLIC_NAME)
    path = path.replace("practice/{token}", f"practice/{PRACTISED}").replace("{act}", "fail")
    path = path.replace("uploads/{token}", f"uploads/{TAKEN}").replace("{token}", GIVEN)
    path = path.replace("{name}", PUBLISHED).replace("{path:path}", "public/photos/cut.png")
    path = path.replace("{provider}/{secret}", "labsmobile/a-word-of-ours-0001")
    path = path.replace("{tenant}", ID).replace("{provider}", "whatsapp")
    path = path.replace("{stream}", f"booking-{ID}")
    path = path.replace("{lead_id}", lead_of(ClientId(f"client-{ID}")))
    path = path.replace("{thread_id}", THREAD).replace("{message_id}", message_at(THREAD, 1))
    path = path.replace("{delivery_id}", DELIVERY)
    path = path.replace("{channel}", "sms").replace("{purpose}", "notices")
    path = path.replace("{read_model}", "services").replace("{member_id}", f"client-{ID}")
    return re.sub(r"{(\w+)_id}", lambda found: f"{found[1].replace('_', '-')}-{ID}", path)
