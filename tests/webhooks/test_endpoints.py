"""Endpoints over HTTP: what may be typed, with what is signed, and who is shown it."""

from datetime import timedelta

import pytest

from domain.business.users import Role
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
