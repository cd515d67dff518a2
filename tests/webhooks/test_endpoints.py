"""Endpoints over HTTP: what may be typed, with what is signed, and who is shown it."""

from datetime import timedelta
from typing import Any

import pytest

from domain.business.users import Role
from domain.business.webhooks import EndpointStatus, StopWebhookEndpoint
from tests.running import Running

pytestmark = pytest.mark.postgres

WHERE = "/v1/webhooks"


def test_a_new_secret_counts_beside_the_one_before_it_for_a_day(running: Running) -> None:
    http = running.http()
    one = http.post(WHERE, json={"url": "https://hooks.example.org/in"}).json()
    secret = f"{WHERE}/{one['id']}/secret"
    (first,) = http.get(secret).json()["secrets"]
    assert first.startswith("whsec_")

    assert http.post(f"{WHERE}/{one['id']}/rotation", json={}).status_code == 200
    second, former = http.get(secret).json()["secrets"]
    assert former == first != second

    running.clock.set(running.clock() + timedelta(days=1))
    assert http.get(secret).json()["secrets"] == [second]


@pytest.mark.parametrize(
    "ours", [{"secret_number": 7}, {"secret_since": "2026-01-01T00:00:00Z"}, {"status": "gone"}]
)
def test_what_is_ours_to_say_is_said_by_nobody_else(running: Running, ours: dict[str, Any]) -> None:
    http, whole = running.http(), {"url": "https://hooks.example.org/in"}
    one = http.post(WHERE, json=whole).json()
    where = f"{WHERE}/{one['id']}"
    assert http.post(f"{where}/rotation", json={}).status_code == 200
    assert http.post(f"{where}/pause", json={}).status_code == 200
    before = http.get(where).json()

    for method, path, body in (
        ("POST", WHERE, {**whole, **ours}),
        ("PUT", where, {**whole, **ours}),
        ("PATCH", where, ours),
        ("POST", f"{WHERE}/batch", {"items": [{**whole, **ours}]}),
    ):
        refused = http.request(method, path, json=body)
        assert refused.status_code == 422, (method, refused.text)
    assert http.get(where).json() == before


def test_a_change_leaves_what_is_ours_as_it_is(running: Running) -> None:
    http, whole = running.http(), {"url": "https://hooks.example.org/in"}
    where = f"{WHERE}/{http.post(WHERE, json=whole).json()['id']}"
    http.post(f"{where}/rotation", json={})
    http.post(f"{where}/pause", json={})
    before = http.get(where).json()

    other = {"url": "https://hooks.example.org/other"}
    http.put(where, json=other)
    changed = http.patch(where, json={"thin": True}).json()
    ours = ("status", "secret_number", "secret_since")
    assert {name: changed[name] for name in ours} == {name: before[name] for name in ours}
    assert (changed["url"], changed["thin"]) == (other["url"], True)
    assert (before["status"], before["secret_number"]) == ("paused", 1)


def test_who_resumes_is_sent_to_again_whyever_nothing_was_sent(running: Running) -> None:
    http = running.http()
    where = f"{WHERE}/{http.post(WHERE, json={'url': 'https://hooks.example.org/in'}).json()['id']}"
    stop = StopWebhookEndpoint(id=where.rpartition("/")[2], status=EndpointStatus.FAILING)
    running.order(stop)
    assert http.get(where).json()["status"] == "failing"
    resumed = [http.post(f"{where}/resume", json={}).json() for _ in range(2)]
    assert [each["status"] for each in resumed] == ["active"] * 2
    assert resumed[0]["version"] == resumed[1]["version"]


def test_nobody_but_an_owner_is_shown_a_secret(running: Running) -> None:
    one = running.http().post(WHERE, json={"url": "https://hooks.example.org/in"}).json()
    assert running.http(Role.FRONT_DESK).get(f"{WHERE}/{one['id']}/secret").status_code == 403
    stranger = running.http(tenant="00000000-0000-4000-8000-000000000009")
    assert stranger.get(f"{WHERE}/{one['id']}/secret").status_code == 404


def test_what_could_never_be_sent_is_refused_when_it_is_typed(running: Running) -> None:
    http = running.http()
    for url in (
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "ftp://a.example.org/",
        "https://a@b.eu/",
    ):
        refused = http.post(WHERE, json={"url": url})
        assert refused.json()["code"] == "webhook-address-not-allowed", url
    of_nothing = http.post(WHERE, json={"url": "https://a.example.org/", "types": ["cat.fed"]})
    assert of_nothing.json()["code"] == "webhook-of-nothing"
