"""What every route answers over a real socket is as long as it says, and as the document says.

All of it goes over one connection: after an answer of another length the next one is out of step.
"""

import json
from collections.abc import Iterator
from typing import Any

import httpx2 as httpx
import pytest
from msgspec.structs import asdict

from domain.business.configuration import DECLARED
from domain.catalogue import KINDS
from domain.confidential import Secret
from domain.conversations.messages import message_at
from domain.messages import Value
from domain.records import Kind
from domain.sales.leads import lead_of
from domain.values import ClientId
from infra.settings import Settings
from tests.contract import check, documents
from tests.http import hostile
from tests.http.examples_of_bodies import ID
from tests.http.furnished import ASKING, CALLED, furnish, reversible, token
from tests.http.hostile import PUBLIC_NAME, THREAD, Asked
from tests.http.sockets import Line, request, served
from tests.records.any_kind import bodies
from tests.running import Running

pytestmark = pytest.mark.postgres

ON_FRIDAY = "2027-02-05T10:00:00+01:00"
ON_SATURDAY = "2027-02-06T10:00:00+01:00"
BLOCK = {
    "when": {"type": "once", "slot": {"starts_at": ON_FRIDAY, "ends_at": ON_SATURDAY}},
}
SERIES = {
    "duration_minutes": 30,
    "recurrence": {
        "starts_at": "2027-03-01T10:00:00",
        "time_zone": "Europe/Paris",
        "rule": "FREQ=DAILY;COUNT=2",
    },
}


def named(kind: Kind[Any], name: str) -> Any:
    """Return values that no other has."""
    values, _ = bodies(kind)
    texts = {"name": name.lower(), "sku": name, "shortcut": name.lower()}
    return {**values, **{field: text for field, text in texts.items() if field in values}}


def typed(values: Value) -> dict[str, Any]:
    """Return values as somebody types them, who says the secrets in them."""
    return {
        name: {"value": each.value} if isinstance(each, Secret) else each
        for name, each in asdict(values).items()
        if each is not None
    }


MORE: dict[str, dict[str, Any]] = {
    **{
        f"{path}/form-{ID}/submit": {"answers": {"name": "Zoé", "email": "zoe@example.org"}}
        for path in ("/v1/lead-forms", "/lead-forms")
    },
    "/leads": {"client_id": f"client-{ID}"},
    f"/leads/{lead_of(ClientId(f'client-{ID}'))}": {"status": "connected"},
    "/v1/leads": {"client_id": f"client-{ID}"},
    "/activities": {"prospectId": lead_of(ClientId(f"client-{ID}"))},
    f"/v1/threads/{THREAD}/scheduled-messages": {
        "text": "À demain !",
        "send_at": "2027-02-05T10:00:00+01:00",
    },
    **{
        f"{path}/{THREAD}/messages": {"text": "Bonjour"}
        for path in ("/v1/threads", "/conversations")
    },
    "/v1/threads": {"member_ids": [f"client-{ID}"]},
    f"/v1/payments/payment-{ID}/refunds": {"amount": 1},
    "/v1/what-if": {"bookings": {"notice_minutes": 60}},
    "/v1/holds": {"duration_minutes": 30, "starts_at": "2027-01-08T10:00:00+01:00"},
    "/v1/series": SERIES,
    "/whatsapp/messages": {"chatId": THREAD, "text": "Bonjour"},
    "/whatsapp/send": {"chatId": THREAD, "text": "Bonjour"},
    f"/v1/clients/client-{ID}/channels": {"channel": "whatsapp", "id": "553188888888"},
    f"/v1/clients/client-{ID}/consents/sms/notices": {"agreed": True, "words": "Yes, by SMS."},
    f"/v1/clients/client-{ID}/told-by": {"channels": ["sms", "mail"]},
    "/v1/time-blocks": BLOCK,
    f"/v1/time-blocks/block-{ID}": BLOCK,
    "/time-blocks": BLOCK,
    f"/time-blocks/block-{ID}": BLOCK,
    "/appointments": {
        "service": f"service-{ID}",
        "start": "2027-01-11T10:00:00+01:00",
        "override": True,
    },
    f"/appointments/booking-{ID}/reschedule": {
        "start": "2027-01-12T10:00:00+01:00",
        "override": True,
    },
    "/auth/register": {"email": "zoe@salon.example"},
    "/v1/users": {"email": "max@salon.example"},
    **{
        f"{path}/{each.key}": typed(each.examples[0])
        for each in DECLARED
        for path in ("/v1/configuration", "/admin/config")
    },
    **{f"/v1/{kind.many}": bodies(kind)[0] for kind in KINDS},
    **{str(kind.old_path): bodies(kind)[1] for kind in KINDS},
    **{
        f"{path}/{kind.one}-{ID}": bodies(kind)[0]
        for kind in KINDS
        for path in (f"/v1/{kind.many}", kind.old_path)
        if not kind.unique
    },
    f"/v1/message-templates/message-template-{ID}": {"says": {"fr": {"text": "Bonjour"}}},
    **{f"/v1/{kind.many}/batch": {"items": [named(kind, "One")]} for kind in KINDS},
    **{f"{kind.old_path}/batch": {"items": [named(kind, "Two")]} for kind in KINDS},
}
"""What is told instead of the least, for it to be done."""

OF_ANOTHER_STATE = {
    *(f"POST /v1/bookings/booking-{ID}/{change}" for change in ("decline", "complete", "no-show")),
    f"PUT /appointments/booking-{ID}/status",
    *(f"POST /v1/jobs/{ID}/{change}" for change in ("retry", "discard")),
    f"POST /v1/payments/payment-{ID}/cancel",  # it was paid
    "POST /v1/read-models/parked/retry",
    f"DELETE /v1/operations/operation-{ID}",
    f"POST /f/form-{ID}",  # sent as JSON
    *(f"{method} /f/form-{ID}/confirm" for method in ("GET", "POST")),  # nothing was mailed
    f"POST /v1/lead-forms/form-{ID}/confirm",
    f"POST /v1/lead-forms/form-{ID}/visits",  # nobody was told who they are
    f"DELETE /v1/submissions/submission-{ID}",  # was released
    f"POST /v1/public/{PUBLIC_NAME}/holds",  # the professional has closed by then
    f"DELETE /v1/public/{PUBLIC_NAME}/holds/hold-{ID}",  # was given back by the business
    f"POST /v1/public/{PUBLIC_NAME}/holds/hold-{ID}/booking",  # nobody knows the code
    f"POST /v1/public/{PUBLIC_NAME}/invitations",  # nobody knows the token
    *(
        f"POST {path}/{lead_of(ClientId(f'client-{ID}'))}/invite"  # to no page
        for path in ("/leads", "/v1/leads")
    ),
    f"POST /leads/{lead_of(ClientId(f'client-{ID}'))}/convert",  # was removed
    f"POST /v1/clients/client-{ID}/merge",  # with itself
    f"GET /v1/webhooks/webhook-endpoint-{ID}/deliveries/delivery-{ID}",  # has the name of an event
    *("POST /v1/files", "POST /chat/messages"),  # asked what only its GET can be asked
    f"POST /v1/inbound/{ID}/whatsapp",
    f"POST /v1/messages/{message_at(THREAD, 1)}/send-again",  # it has arrived
    f"POST /v1/clients/client-{ID}/messages",  # nobody wrote from there, and no template is approved
    f"POST /whatsapp/webhook/{ID}",
    "POST /whatsapp/send-media",  # has no file of its own
    f"POST /whatsapp/contacts/client-{ID}/link",  # is that one already
    *(  # sent as a form
        f"POST {path}/auth"
        for path in ("/v1/realtime", "/realtime", "/chat/realtime", "/api/chat/realtime")
    ),
    *("POST /v1/auth/refresh", "POST /auth/refresh", "POST /v1/auth/email/proof"),
}
"""Refused here. Clients in the same process check the length, too, of all that they are answered."""


class Owner:
    """Asks over one connection, and holds each answer against the document."""

    def __init__(self, running: Running, line: Line) -> None:
        self._line = line
        self._headers = [
            (b"authorization", f"Bearer {token(running)}".encode()),
            (b"if-match", b"*"),
        ]

    def asks(
        self, method: str, target: str, body: bytes = b"", *headers: tuple[bytes, bytes]
    ) -> httpx.Response:
        self._line.say(request(method, target, body, [*self._headers, *headers]))
        answer = self._line.answer(method, target)
        if method != "HEAD":
            check(answer)
        return answer


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"inbound_secrets": CALLED})


@pytest.fixture
def owner(running: Running) -> Iterator[Owner]:
    """Whoever asks. The documents are written before: meanwhile the line would be idle for too long."""
    documents()
    furnish(running)
    with served(running.app) as port, Line(port) as line:
        yield Owner(running, line)


ENDING_MORE = (f"/v1/clients/client-{ID}/personal-data", f"/v1/users/user-{ID}")
"""An erasure ends all that is the client's; who ends their own account asks nothing more."""


def ends_something(asked: Asked) -> int:
    """How far something is not there, or not as it was, for whoever asks afterwards."""
    if reversible(asked) or asked.path.endswith("/register"):
        return 0
    return 2 + ENDING_MORE.index(asked.path) if asked.path in ENDING_MORE else 1


def body_of(asked: Asked) -> bytes:
    more = MORE.get(asked.path)
    if more is None or asked.model is None:
        return asked.body()
    return json.dumps(json.loads(asked.body()) | more).encode()


def test_every_answer_of_every_route_is_as_long_as_it_says(owner: Owner) -> None:
    answers = {
        str(asked): owner.asks(
            asked.method, asked.path + ASKING.get(asked.path, ""), body_of(asked)
        )
        for asked in sorted(hostile.everything(), key=ends_something)
    }

    refused = {asked: answer.text for asked, answer in answers.items() if answer.is_error}
    assert {asked: refused[asked] for asked in refused.keys() - OF_ANOTHER_STATE} == {}


def test_an_answer_without_its_body_says_how_long_it_would_be(owner: Owner) -> None:
    for asked in (each for each in hostile.everything() if each.method == "GET"):
        target = asked.path + ASKING.get(asked.path, "")
        whole, head = owner.asks("GET", target), owner.asks("HEAD", target)

        assert head.status_code == whole.status_code, asked
        if asked.path in ("/v1/leads.csv", "/v1/clients.csv"):
            assert "transfer-encoding" in whole.headers, "nobody knows how long it would be"
            continue
        told = [int(each.headers["content-length"]) for each in (whole, head)]
        if asked.path not in ("/metrics", "/v1/status", "/status"):
            assert told[0] == told[1], asked


def test_an_answer_that_is_known_has_no_body(owner: Owner) -> None:
    known = 0
    for asked in (each for each in hostile.everything() if each.method == "GET"):
        target = asked.path + ASKING.get(asked.path, "")
        tag = owner.asks("GET", target).headers.get("etag")
        if tag is not None:
            again = owner.asks("GET", target, b"", (b"if-none-match", tag.encode()))
            known += again.status_code == 304

    assert known > 5


def test_refusals_are_as_long_as_they_say(owner: Owner) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"):
        for target in ("/nowhere", "/v1/services", "/v1/services?colour=blue", "/v1/clients/a"):
            owner.asks(method, target, b"{")
        owner.asks(method, "/v1/bookings", b"", (b"accept-language", b"fr"))
