"""Who owns an endpoint sees what became of what was sent, has it sent again, tries it, or fetches it instead."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.business.users import Role
from tests.running import Running
from tests.webhooks.receiver import DOWN, OK, Receiver
from tests.webhooks.test_delivering import template

pytestmark = pytest.mark.postgres

DAYS = timedelta(days=2)


def deliveries(http: TestClient, endpoint: str, asked: str = "") -> Any:
    return http.get(f"/v1/webhooks/{endpoint}/deliveries{asked}").json()["data"]


def test_what_was_sent_and_what_was_answered_is_seen(
    running: Running, http: TestClient, there: Receiver, endpoint: str
) -> None:
    there.answer = lambda call: DOWN if call.said["data"]["event"]["title"] == "bad" else OK
    template(http, "good")
    template(http, "bad")
    running.settle()

    bad, good = deliveries(http, endpoint)
    assert (good["state"], good["status"], good["attempts"]) == ("succeeded", 204, 1)
    assert (bad["state"], bad["status"], bad["attempts"]) == ("pending", 500, 1)
    assert bad["next_at"] > bad["attempted_at"]
    assert [each["id"] for each in (bad, good)] == [call.id for call in reversed(there.calls)]
    assert deliveries(http, endpoint, "?state=succeeded") == [good]
    shown = http.get(f"/v1/webhooks/{endpoint}/deliveries/{bad['id']}").json()
    assert shown["delivery"] == bad
    assert [(each["status"], each["at"]) for each in bad["tried"]] == [(500, bad["attempted_at"])]
    assert shown["request"] == {"id": bad["id"], **there.calls[1].said}

    first = http.get(f"/v1/webhooks/{endpoint}/deliveries?limit=1").json()
    second = deliveries(http, endpoint, f"?limit=1&cursor={first['next_cursor']}")
    assert [*first["data"], *second] == [bad, good]


def test_all_that_failed_is_sent_again_with_the_ids_that_it_had(
    running: Running, http: TestClient, there: Receiver, endpoint: str
) -> None:
    template(http, "zero")
    running.settle()
    there.answer = lambda _: DOWN
    template(http, "one")
    template(http, "two")
    running.system.walk(running.clock() + DAYS)
    failed = [each["id"] for each in deliveries(http, endpoint, "?state=exhausted")]
    assert len(failed) == 2

    there.answer = lambda _: OK
    again = http.post(f"/v1/webhooks/{endpoint}/replay", json={"state": "exhausted"})
    assert again.json() == {"replayed": 2, "more": False}
    running.settle()
    assert [call.id for call in there.taken][1:] == failed[::-1]


def test_one_or_a_range_is_sent_again_though_it_has_arrived(
    running: Running, http: TestClient, there: Receiver, endpoint: str
) -> None:
    for name in ("one", "two", "three"):
        template(http, name)
    running.settle()
    one, two, three = (call.id for call in there.calls)
    for said in ({"first": two, "last": two}, {"first": two}):
        http.post(f"/v1/webhooks/{endpoint}/replay", json=said)
        running.settle()
    assert [call.id for call in there.calls] == [one, two, three, two, two, three]


def test_nobody_sees_or_sends_anothers(
    running: Running, http: TestClient, there: Receiver, endpoint: str
) -> None:
    template(http, "one")
    running.settle()
    (sent,) = there.calls
    stranger = running.http(tenant="00000000-0000-4000-8000-000000000009")
    where = f"/v1/webhooks/{endpoint}"
    assert stranger.get(f"{where}/deliveries").status_code == 404
    assert stranger.get(f"{where}/deliveries/{sent.id}").status_code == 404
    assert stranger.post(f"{where}/replay", json={}).status_code == 404
    assert running.http(Role.FRONT_DESK).get("/v1/webhooks/poll").status_code == 403


def test_who_tries_an_endpoint_has_it_told_whatever_it_wants_to_hear_of(
    running: Running, http: TestClient, there: Receiver, endpoint: str
) -> None:
    assert http.post(f"/v1/webhooks/{endpoint}/test", json={}).status_code == 200
    running.settle()
    (call,) = there.taken
    assert call.said["type"] == "webhook-endpoint.tested"
    assert call.subject == endpoint


def test_who_cannot_be_called_fetches_the_same_with_the_same_ids(
    running: Running, http: TestClient, there: Receiver, endpoint: str
) -> None:
    for name in ("one", "two", "three"):
        template(http, name)
    running.settle()
    found: list[Any] = []
    after = "0"
    for _ in range(10):
        page = http.get(f"/v1/webhooks/poll?areas=message-template&limit=2&after={after}").json()
        found, after = [*found, *page["data"]], page["position"]
        if not page["has_more"]:
            break
    assert [{"id": call.id, **call.said} for call in there.calls] == found
