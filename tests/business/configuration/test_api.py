"""What a business configures, over HTTP."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace

from domain.business.configuration import ConfiguredMeanwhile, RemoveConfiguration
from domain.business.users import Role
from tests.business.configuration.examples import BAD_KEY, GOOD_KEY, SIGNS_NEXT, STRIPE, configure
from tests.business.configuration.provider import RESEND_KEY, Provider
from tests.running import Running

pytestmark = pytest.mark.postgres

WHERE = "/v1/configuration/stripe"
SHOWN = {"value": None, "ends_with": "d-01", "version": 1}


def test_what_the_provider_takes_is_in_force_and_shown_masked(http: TestClient) -> None:
    put = http.put(WHERE, json=STRIPE)

    shown = http.get(WHERE).json()

    assert put.status_code == 200, put.text
    assert put.json() == shown
    assert (shown["name"], shown["standing"]) == ("stripe", "in-force")
    assert shown["values"]["secret_key"] == SHOWN


def test_what_the_provider_does_not_take_is_refused_and_nothing_is_changed(
    http: TestClient,
) -> None:
    http.put(WHERE, json=STRIPE)

    refused = http.put(WHERE, json={**STRIPE, "secret_key": {"value": BAD_KEY}})

    assert refused.status_code == 422
    assert (refused.json()["code"], refused.json()["why"]) == ("provider-refuses", "key-rejected")
    assert BAD_KEY not in refused.text
    assert http.get(WHERE).json()["values"]["secret_key"] == SHOWN


def test_a_secret_by_which_nothing_could_be_verified_is_refused(
    http: TestClient, there: Provider
) -> None:
    values = {"api_key": {"value": RESEND_KEY}, "webhook_secret": {"value": "whsec-of-no-form"}}
    refused = http.put("/v1/configuration/resend", json=values)
    right = {**values, "webhook_secret": {"value": "whsec_b3RoZXI="}}

    assert (refused.status_code, refused.json()["why"]) == (422, "key-rejected")
    assert there.asked == []
    assert http.put("/v1/configuration/resend", json=right).status_code == 200


def test_a_provider_that_is_away_loses_nothing_that_was_typed(
    http: TestClient, there: Provider, asking: Running
) -> None:
    there.away = True
    kept = http.put(WHERE, json=STRIPE)
    asking.settle()
    away = http.get(WHERE).json()["standing"]

    there.away = False
    asking.system.walk(asking.clock() + timedelta(minutes=10))

    assert (kept.status_code, kept.json()["standing"], away) == (200, "unchecked", "unchecked")
    assert http.get(WHERE).json()["standing"] == "in-force"


def test_what_is_refused_later_says_why_and_what_was_in_force_still_is(
    http: TestClient, there: Provider, asking: Running
) -> None:
    http.put(WHERE, json=STRIPE)
    there.away = True
    http.put(WHERE, json={**STRIPE, "secret_key": {"value": BAD_KEY}})
    there.away = False
    asking.system.walk(asking.clock() + timedelta(minutes=10))

    shown = http.get(WHERE).json()

    assert (shown["standing"], shown["objection"]) == ("refused", "key-rejected")
    assert shown["instead"]["secret_key"] == SHOWN
    assert asking.system.configured.values(asking.tenant, "stripe").secret_key.value == GOOD_KEY


def test_what_is_unchecked_does_not_count_yet(
    http: TestClient, there: Provider, asking: Running
) -> None:
    http.put(WHERE, json=STRIPE)
    there.away = True

    typed = http.put(WHERE, json={**STRIPE, "webhook_secret": {"value": SIGNS_NEXT}}).json()

    configured = asking.system.configured
    assert typed["instead"]["webhook_secret"]["version"] == 1
    assert typed["values"]["webhook_secret"]["version"] == 2
    assert configured.secrets_of(asking.tenant, "stripe") == (
        STRIPE["webhook_secret"]["value"].encode(),
    )


def test_a_secret_that_is_sent_back_as_it_is_shown_stays(http: TestClient, asking: Running) -> None:
    shown = http.put(WHERE, json=STRIPE).json()["values"]

    again = http.put(WHERE, json=shown)

    assert (again.status_code, again.json()["version"]) == (200, 1)
    assert asking.system.configured.values(asking.tenant, "stripe").secret_key.value == GOOD_KEY


def test_another_mask_keeps_nothing(http: TestClient) -> None:
    shown = http.put(WHERE, json=STRIPE).json()["values"]

    refused = http.put(WHERE, json={**shown, "secret_key": {**SHOWN, "version": 7}})

    assert (refused.status_code, refused.json()["code"]) == (422, "secret-not-kept")


def test_the_old_path_is_served(http: TestClient) -> None:
    put = http.put("/admin/config/stripe", json=STRIPE)
    got = http.get("/admin/config/stripe")

    assert (put.status_code, got.status_code) == (200, 200)
    assert got.json() == http.get(WHERE).json()
    assert got.headers["link"] == '</v1/configuration>; rel="successor-version"'


def test_somebody_who_has_not_seen_what_is_there_changes_nothing(http: TestClient) -> None:
    http.put(WHERE, json=STRIPE)

    stale = http.put(WHERE, json=STRIPE, headers={"If-Match": '"9"'})

    assert stale.status_code == 412


def test_nothing_is_configured_under_a_key_before_it_was(http: TestClient) -> None:
    assert http.get(WHERE).json()["code"] == "configuration-not-found"
    assert http.delete(WHERE).json()["code"] == "configuration-not-found"
    assert http.delete(f"{WHERE}/former").json()["code"] == "configuration-not-found"
    assert http.get("/v1/configuration/no.such").json()["code"] == "path-unknown"


def test_what_is_removed_is_gone_and_what_comes_next_is_another(
    http: TestClient, asking: Running
) -> None:
    first = http.put(WHERE, json=STRIPE).json()["id"]
    removed = http.delete(WHERE)
    gone = http.get(WHERE)
    asking.settle()

    next_ = http.put(WHERE, json=STRIPE).json()

    assert (removed.status_code, gone.status_code) == (204, 404)
    assert next_["id"] != first
    assert next_["values"]["secret_key"]["version"] == 1
    assert asking.system.configured.values(asking.tenant, "stripe").secret_key.value == GOOD_KEY


def test_the_key_of_what_was_removed_is_destroyed(http: TestClient, asking: Running) -> None:
    id_ = http.put(WHERE, json=STRIPE).json()["id"]
    http.delete(WHERE)

    with asking.system.database.as_worker() as connection:
        [[wrapped]] = connection.execute(
            "SELECT wrapped FROM log.keys WHERE stream = %s", (id_,)
        ).fetchall()

    assert wrapped is None


def test_a_former_secret_is_let_go_of(http: TestClient, asking: Running) -> None:
    http.put(WHERE, json=STRIPE)
    shown = http.put(WHERE, json={**STRIPE, "webhook_secret": {"value": SIGNS_NEXT}}).json()

    let_go = http.delete(f"{WHERE}/former")

    assert len(shown["former"]) == 1
    assert let_go.status_code == 204
    assert asking.system.configured.secrets_of(asking.tenant, "stripe") == (SIGNS_NEXT.encode(),)


def test_a_list_tells_what_is_configured(http: TestClient, asking: Running) -> None:
    http.put(WHERE, json=STRIPE)
    asking.settle()

    listed = http.get("/v1/configuration").json()["data"]

    assert [each["name"] for each in listed] == ["stripe"]


def test_its_history_says_who_changed_what_without_secrets(
    http: TestClient, asking: Running
) -> None:
    http.put(WHERE, json=STRIPE)
    http.put(WHERE, json={**STRIPE, "webhook_secret": {"value": SIGNS_NEXT}})
    asking.settle()

    steps = http.get(f"{WHERE}/history").json()["data"]

    assert [step["type"] for step in steps] == ["configuration-changed.v1"] * 2
    assert all(step["actor"] for step in steps)


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.PROFESSIONAL, Role.CLIENT, Role.OPERATOR])
def test_it_is_for_owners_to_change_and_for_auditors_to_see(role: Role, asking: Running) -> None:
    asking.http().put(WHERE, json=STRIPE)
    others, auditor = asking.http(role), asking.http(Role.AUDITOR)

    assert others.put(WHERE, json=STRIPE).status_code == 403
    assert others.get(WHERE).status_code == 403
    assert auditor.get(WHERE).status_code == 200
    assert auditor.put(WHERE, json=STRIPE).status_code == 403
    assert auditor.delete(WHERE).status_code == 403


def test_another_business_sees_and_has_its_own(asking: Running) -> None:
    other = "0198c0de-0000-7000-8000-0000000000bb"
    asking.http().put(WHERE, json=STRIPE)
    stranger = asking.http(tenant=other)

    missing = stranger.get(WHERE).status_code
    own = stranger.put(WHERE, json={**STRIPE, "webhook_secret": {"value": SIGNS_NEXT}})

    assert (missing, own.status_code) == (404, 200)
    assert asking.system.configured.secrets_of(other, "stripe") == (SIGNS_NEXT.encode(),)


def test_the_same_request_twice_is_one(http: TestClient) -> None:
    headers = {"Idempotency-Key": "configure-1"}

    first = http.put(WHERE, json=STRIPE, headers=headers)
    second = http.put(WHERE, json=STRIPE, headers=headers)

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()


def test_of_two_who_configure_it_first_one_is_told_to_look_again(asking: Running) -> None:
    other = replace(configure, id=f"{configure.id[:-1]}2")
    asking.order(configure)

    with pytest.raises(ConfiguredMeanwhile):
        asking.order(other)


def test_who_has_seen_what_was_removed_does_not_bring_it_back(asking: Running) -> None:
    asking.order(configure)
    asking.order(RemoveConfiguration(key="stripe"))

    with pytest.raises(ConfiguredMeanwhile):
        asking.order(configure)
