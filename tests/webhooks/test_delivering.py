"""What happens is told to whoever receives: each event, signed, in the order of each thing, until they have it."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from application.outgoing import Answered
from application.ports import Bookmark
from application.webhooks.deliveries import JITTER, SCHEDULE, Delivery, again_at
from application.webhooks.signing import is_signed
from domain.business.users import Role
from tests.conversations.threads.conversing import client, colleague
from tests.outgoing.somebody import HERE, NOW
from tests.running import Running
from tests.sales.mails.office import Office
from tests.webhooks.receiver import DOWN, ELSEWHERE, GONE, LATER, NEVER, OK, Receiver

pytestmark = pytest.mark.postgres

HOUR = timedelta(hours=1)


def template(http: TestClient, name: str) -> str:
    """Make something happen: a template is made."""
    said = {"shortcut": name, "title": name, "says": {"fr": {"text": "Bonjour"}}}
    return str(http.post("/v1/message-templates", json=said).json()["id"])


def renamed(http: TestClient, id_: str, title: str) -> None:
    done = http.patch(
        f"/v1/message-templates/{id_}", json={"title": title}, headers={"If-Match": "*"}
    )
    assert done.status_code == 200, done.text


def status(http: TestClient, endpoint: str) -> Any:
    return http.get(f"/v1/webhooks/{endpoint}").json()["status"]


def test_each_event_is_told_once_signed_and_with_the_id_that_the_feed_gives_it(
    running: Running, http: TestClient, there: Receiver, endpoint: str
) -> None:
    one = template(http, "one")
    http.post("/v1/departments", json={"name": "Caisse"})
    renamed(http, one, "Eins")
    running.settle()
    running.settle()

    fed = http.get("/v1/feed?after=0&areas=message-template").json()["data"]
    keys = http.get(f"/v1/webhooks/{endpoint}/secret").json()
    assert [call.id for call in there.calls] == [each["id"].replace(".", "-") for each in fed]
    assert [call.headers["webhook-sequence"] for call in there.calls] == ["1", "2"]
    for call, event in zip(there.calls, fed, strict=True):
        assert call.said["type"] == event["type"]
        assert call.said["data"]["event"] == event["data"]
        said = call.headers["webhook-timestamp"], call.body, call.headers["webhook-signature"]
        for key in (*keys["secrets"], *keys["public_keys"]):
            assert is_signed(key, call.id, *said)


def test_who_wants_thin_ones_is_told_what_it_happened_to_and_no_more(
    running: Running, http: TestClient, there: Receiver, endpoint: str
) -> None:
    http.patch(f"/v1/webhooks/{endpoint}", json={"thin": True}, headers={"If-Match": "*"})
    one = template(http, "one")
    running.settle()
    (call,) = there.calls
    assert call.said["data"] == {"subject": one, "version": 1}


def test_what_is_said_in_a_thread_is_told_in_its_order_though_each_message_is_a_thing(
    running: Running, http: TestClient, there: Receiver
) -> None:
    http.post("/v1/webhooks", json={"url": there.url, "areas": ["message"]})
    ana, zoe, max_ = colleague(running), client(running), client(running, "Max")
    first, second = ana.opens(zoe), ana.opens(max_)
    one = ana.says(first, "one")["id"]
    there.answer = lambda call: DOWN if call.subject == one else OK
    ana.says(first, "two")
    ana.says(second, "elsewhere")
    running.settle()
    assert [call.said["data"]["event"]["text"] for call in there.taken] == ["elsewhere"]

    there.answer = lambda _: OK
    running.system.walk(running.clock() + HOUR)
    texts = [call.said["data"]["event"]["text"] for call in there.taken]
    assert texts == ["elsewhere", "one", "two"]


def test_what_fails_holds_back_what_comes_after_it_of_the_same_thing_and_nothing_else(
    running: Running, http: TestClient, there: Receiver, endpoint: str
) -> None:
    one = template(http, "one")
    there.answer = lambda call: DOWN if call.subject == one else OK
    running.settle()
    renamed(http, one, "Eins")
    other = template(http, "other")
    running.settle()
    assert [call.subject for call in there.taken] == [other]
    assert [call.headers["webhook-sequence"] for call in there.calls if call.subject == one] == [
        "1"
    ]

    there.answer = lambda _: OK
    running.system.walk(running.clock() + HOUR)
    mine = [call for call in there.calls if call.subject == one]
    assert [call.headers["webhook-sequence"] for call in mine] == ["1", "1", "2"]
    assert [call.headers["webhook-attempt"] for call in mine] == ["1", "2", "1"]
    assert mine[0].id == mine[1].id


def test_a_receiver_that_fails_every_third_time_has_each_event_once_and_in_order(
    running: Running, http: TestClient, there: Receiver, endpoint: str
) -> None:
    there.answer = lambda _: DOWN if len(there.calls) % 3 == 0 else OK
    things = [template(http, f"template-{number}") for number in range(4)]
    for title in ("Un", "Deux"):
        for each in things:
            renamed(http, each, title)
    running.system.walk(running.clock() + HOUR)
    taken = [(call.subject, int(call.headers["webhook-sequence"])) for call in there.taken]
    assert sorted(taken) == sorted((each, n) for each in things for n in (1, 2, 3))
    for each in things:
        assert [n for subject, n in taken if subject == each] == [1, 2, 3]


@pytest.mark.parametrize("answer", [DOWN, ELSEWHERE, NEVER, b"nonsense\r\n\r\n"])
def test_whatever_is_no_success_is_tried_again(
    running: Running, http: TestClient, there: Receiver, endpoint: str, answer: bytes
) -> None:
    there.answer = lambda _: answer
    template(http, "one")
    running.settle()
    there.answer = lambda _: OK
    running.system.walk(running.clock() + timedelta(seconds=7))
    assert [call.id for call in there.calls] == [there.calls[0].id] * 2
    assert len(there.taken) == 1


def test_who_asks_for_time_has_it(
    running: Running, http: TestClient, there: Receiver, endpoint: str
) -> None:
    there.answer = lambda _: LATER
    template(http, "one")
    running.system.walk(running.clock() + timedelta(minutes=59))
    assert len(there.calls) == 1
    there.answer = lambda _: OK
    running.system.walk(running.clock() + timedelta(minutes=2))
    assert len(there.taken) == 1


def test_who_is_gone_is_sent_nothing_more_and_what_happens_waits(
    running: Running, http: TestClient, there: Receiver, endpoint: str
) -> None:
    there.answer = lambda _: GONE
    one = template(http, "one")
    running.settle()
    assert status(http, endpoint) == "gone"
    two = template(http, "two")
    running.system.walk(running.clock() + 24 * HOUR)
    assert len(there.calls) == 1

    there.answer = lambda _: OK
    assert http.post(f"/v1/webhooks/{endpoint}/resume", json={}).status_code == 200
    running.settle()
    assert {call.subject for call in there.taken} == {one, two}


def test_to_whom_nothing_arrives_for_five_days_nothing_more_is_sent(
    running: Running, http: TestClient, there: Receiver, endpoint: str
) -> None:
    there.answer = lambda _: DOWN
    template(http, "one")
    running.system.walk(running.clock() + 119 * HOUR)
    template(http, "two")
    running.settle()
    assert status(http, endpoint) == "active"
    assert len(there.calls) == 9, "eight times one, and two once"

    running.system.walk(running.clock() + 4 * HOUR)
    assert status(http, endpoint) == "failing"


def test_who_has_let_nothing_arrive_for_five_days_is_stopped_though_nothing_new_happens(
    running: Running, http: TestClient, there: Receiver, endpoint: str
) -> None:
    there.answer = lambda _: DOWN
    template(http, "one")
    running.settle()
    began = running.clock()

    running.system.walk(began + 119 * HOUR)
    assert status(http, endpoint) == "active"
    assert len(there.calls) == len(SCHEDULE), "it is not tried any more"
    running.system.walk(began + 120 * HOUR)
    assert status(http, endpoint) == "failing"


def test_who_took_something_after_it_failed_is_not_stopped(
    running: Running, http: TestClient, there: Receiver, endpoint: str
) -> None:
    there.answer = lambda _: DOWN
    template(http, "one")
    running.system.walk(running.clock() + 100 * HOUR)
    there.answer = lambda _: OK
    template(http, "two")
    running.system.walk(running.clock() + 100 * HOUR)
    assert status(http, endpoint) == "active"


def test_operators_see_how_many_let_nothing_arrive_and_how_many_are_sent_nothing(
    running: Running, http: TestClient, there: Receiver, endpoint: str
) -> None:
    def seen() -> dict[str, int]:
        metrics = http.get("/metrics").text
        found: dict[str, int] = http.get("/v1/status").json()["webhook_endpoints"]
        for state, many in found.items():
            assert f'frontdesk_webhook_endpoints{{state="{state}"}} {float(many)}' in metrics
        return found

    first = seen()
    there.answer = lambda _: DOWN
    template(http, "one")
    running.settle()
    failing = seen()
    http.post(f"/v1/webhooks/{endpoint}/pause", json={})
    running.settle()

    assert first == {"answering": 1, "failing": 0, "stopped": 0}
    assert failing == {"answering": 0, "failing": 1, "stopped": 0}
    assert seen() == {"answering": 0, "failing": 0, "stopped": 1}


def test_what_is_paused_is_sent_when_it_goes_on(
    running: Running, http: TestClient, there: Receiver, endpoint: str
) -> None:
    assert http.post(f"/v1/webhooks/{endpoint}/pause", json={}).status_code == 200
    one = template(http, "one")
    running.settle()
    assert not there.calls
    assert http.post(f"/v1/webhooks/{endpoint}/resume", json={}).status_code == 200
    running.settle()
    assert [call.subject for call in there.taken] == [one]


def test_what_was_erased_before_it_is_sent_is_not_said(
    running: Running, http: TestClient, there: Receiver
) -> None:
    made = http.post("/v1/webhooks", json={"url": there.url, "areas": ["client"]}).json()
    there.answer = lambda _: DOWN
    client = http.post("/v1/clients", json={"name": "Zoé Dupont", "email": "zoe@dupont.example"})
    running.settle()
    assert any(b"Dupont" in call.body for call in there.calls)
    erased = http.delete(f"/v1/clients/{client.json()['id']}/personal-data")
    assert erased.status_code == 204, erased.text
    running.settle()
    there.calls.clear()
    there.answered.clear()
    there.answer = lambda _: OK
    running.system.walk(running.clock() + HOUR)
    assert status(http, made["id"]) == "active"
    assert there.taken
    assert not any(b"Dupont" in call.body or b"zoe@" in call.body for call in there.taken)


def test_who_owns_the_business_is_told_that_nothing_more_is_sent(
    running: Running, there: Receiver, endpoint: str
) -> None:
    office = Office.opened(running)
    noor = office.hires("Noor", Role.OWNER, language="en")
    there.answer = lambda _: GONE
    template(office.as_owner(), "one")
    to_camille, to_noor = office.mails("camille"), office.mails("noor")
    assert [mail.kind for mail in (*to_camille, *to_noor)] == ["webhook-stopped"] * 2
    assert "410" in to_camille[0].text
    assert f"Nothing more is sent to {HERE}" in to_noor[0].subject, noor


@given(st.integers(0, len(SCHEDULE) - 1), st.none() | st.integers(0, 100_000))
def test_it_is_tried_again_as_published_a_little_later_and_no_sooner_than_asked_for(
    attempts: int, asked: int | None
) -> None:
    delivery = Delivery(
        endpoint_id="e", bookmark=Bookmark(7, "a"), entity="x", sequence=1, attempts=attempts
    )
    outcome = Answered(status=503, seconds=0.1, retry_after=asked)
    again = again_at(delivery, outcome, NOW)
    if attempts + 1 == len(SCHEDULE):
        assert again is None
    else:
        assert again is not None
        pause = (again - NOW).total_seconds()
        published = SCHEDULE[attempts + 1]
        assert max(published, asked or 0) <= pause <= max(published * (1 + JITTER), asked or 0)
