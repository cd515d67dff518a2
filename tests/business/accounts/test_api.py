"""Accounts, through HTTP: with real passwords and real tokens."""

from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from adapters.clock import SettableClock
from infra.composition import System
from tests.business.accounts.given import PASSWORD

pytestmark = pytest.mark.postgres

CAMILLE: Final = {
    "email": "Camille@Example.org",
    "password": PASSWORD,
    "name": "Camille Petit",
    "user_type": "beauty_professional",
}
ZOE: Final = {
    "email": "zoe@example.org",
    "password": PASSWORD,
    "name": "Zoé Müller",
    "user_type": "client",
}


def register(http: TestClient, person: dict[str, str] = CAMILLE) -> dict[str, Any]:
    registered = http.post("/v1/auth/register", json=person)
    assert registered.status_code == 201, registered.text
    return dict(registered.json())


def log_in(http: TestClient, person: dict[str, str] = CAMILLE) -> dict[str, Any]:
    words = {name: person[name] for name in ("email", "password")}
    logged_in = http.post("/v1/auth/login", json=words)
    assert logged_in.status_code == 200, logged_in.text
    return dict(logged_in.json())


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def new(http: TestClient, person: dict[str, str] = CAMILLE) -> dict[str, str]:
    """Register somebody; return the header that goes with their requests."""
    register(http, person)
    return bearer(log_in(http, person))


# --- Registering ------------------------------------------------------------------------


def test_who_registers_is_there_at_once_and_no_hash_is_shown(http: TestClient) -> None:
    registered = http.post("/v1/auth/register", json=CAMILLE)
    me = http.get("/profiles/me", headers=bearer(log_in(http)))

    user = registered.json()
    assert registered.status_code == 201
    assert registered.headers["location"] == f"/v1/users/{user['id']}"
    assert registered.headers["consistency-token"]
    assert (user["name"], user["roles"]) == ("Camille Petit", ["owner", "professional"])
    assert me.status_code == 200
    assert me.json()["id"] == user["id"]
    for body in (registered.text, me.text):
        assert PASSWORD not in body
        assert "hash" not in body
        assert "argon2" not in body


@pytest.mark.parametrize(
    ("said", "country", "confirmed"),
    [
        ({"time_zone": "Europe/Brussels", "language": "fr"}, "BE", False),
        ({"time_zone": "Europe/Brussels", "language": "nl-NL"}, "NL", False),
        ({"language": "fr-CA"}, "CA", False),
        ({"language": "fr"}, None, False),
        ({"time_zone": "Europe/Paris", "country": "BE"}, "BE", True),
    ],
)
def test_a_business_has_the_country_that_its_owner_speaks_of(
    http: TestClient, said: dict[str, str], country: str | None, confirmed: bool
) -> None:
    me = http.get("/v1/auth/me", headers=new(http, {**CAMILLE, **said})).json()["tenant"]

    assert (me["country"], me["country_confirmed"]) == (country, confirmed)


def test_an_address_is_taken_in_any_case(http: TestClient) -> None:
    register(http)

    again = http.post("/v1/auth/register", json={**ZOE, "email": "cAMILLE@example.ORG"})

    assert (again.status_code, again.json()["code"]) == (409, "email-taken")


def test_a_weak_password_is_refused_with_a_pointer(http: TestClient) -> None:
    refused = http.post("/v1/auth/register", json={**CAMILLE, "password": "password"})

    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (422, "weak-password")
    assert {error["pointer"] for error in problem["errors"]} == {"#/password"}
    assert {error["code"] for error in problem["errors"]} == {
        "password-too-short",
        "password-too-common",
    }


@pytest.mark.parametrize(
    "part",
    [
        {"user_type": "owner"},
        {"user_type": "staff"},
        {"roles": ["operator"]},
        {"time_zone": "Europe/Atlantis"},
        {"name": ""},
        {"email": "camille\x00@example.org"},
        {"password": "x" * 2000},
    ],
)
def test_what_nobody_may_register_is_refused_and_no_password_comes_back(
    http: TestClient, part: dict[str, Any]
) -> None:
    refused = http.post("/v1/auth/register", json={**CAMILLE, **part})

    assert (refused.status_code, refused.json()["code"]) == (422, "validation-failed")
    assert PASSWORD not in refused.text
    assert "xxx" not in refused.text


def test_the_same_key_registers_once(http: TestClient) -> None:
    key = {"Idempotency-Key": "one"}
    first = http.post("/v1/auth/register", json=CAMILLE, headers=key)

    again = http.post("/v1/auth/register", json=CAMILLE, headers=key)
    other = http.post("/v1/auth/register", json={**CAMILLE, "name": "Eve"}, headers=key)

    assert again.status_code == 201
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json()
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


def test_a_name_is_stored_and_returned_as_it_is_and_does_nothing(http: TestClient) -> None:
    script = "<script>alert(1)</script>"

    registered = http.post("/v1/auth/register", json={**CAMILLE, "name": script})

    assert registered.json()["name"] == script
    assert registered.headers["content-type"] == "application/json"
    assert registered.headers["x-content-type-options"] == "nosniff"


# --- Coming in --------------------------------------------------------------------------


def test_logging_in_gives_a_session_of_fifteen_minutes(
    http: TestClient, clock: SettableClock
) -> None:
    register(http)
    tokens = log_in(http)
    began = clock()

    assert (tokens["expires_in"], tokens["token_type"]) == (900, "Bearer")
    clock.set(began + timedelta(minutes=14, seconds=59))
    assert http.get("/v1/auth/me", headers=bearer(tokens)).status_code == 200
    clock.set(began + timedelta(minutes=15, seconds=1))
    expired = http.get("/v1/auth/me", headers=bearer(tokens))
    assert (expired.status_code, expired.json()["code"]) == (401, "token-expired")


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(http: TestClient) -> None:
    register(http)

    answers = [
        http.post("/v1/auth/login", json={"email": email, "password": password})
        for email, password in ((CAMILLE["email"], "wrong"), (ZOE["email"], PASSWORD))
    ]

    problems = [{**answer.json(), "trace_id": None} for answer in answers]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert problems[0] == problems[1]
    assert answers[0].headers["www-authenticate"].startswith("Bearer")


def test_the_eleventh_failed_login_in_a_minute_is_told_to_wait(http: TestClient) -> None:
    register(http)
    wrong = {"email": CAMILLE["email"], "password": "wrong"}

    answers = [http.post("/v1/auth/login", json=wrong) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert answers[-1].json()["code"] == "too-many-attempts"
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60


def test_a_refresh_token_is_good_once_and_the_second_use_ends_the_session(
    http: TestClient,
) -> None:
    register(http)
    first = log_in(http)

    second = http.post("/v1/auth/refresh", json={"refresh_token": first["refresh_token"]})
    good = http.get("/v1/auth/me", headers=bearer(second.json()))
    reused = http.post("/v1/auth/refresh", json={"refresh_token": first["refresh_token"]})
    ended = http.post("/v1/auth/refresh", json={"refresh_token": second.json()["refresh_token"]})

    assert (second.status_code, good.status_code) == (200, 200)
    assert http.get("/v1/auth/me", headers=bearer(second.json())).status_code == 401
    for refused in (reused, ended):
        assert (refused.status_code, refused.json()["code"]) == (401, "invalid-refresh-token")


def test_who_logs_out_does_not_go_on(http: TestClient) -> None:
    register(http)
    tokens = log_in(http)

    assert http.post("/v1/auth/logout", headers=bearer(tokens)).status_code == 204

    refused = http.post("/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert refused.status_code == 401


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Basic Y2FtaWxsZTpwYXNzd29yZA=="},
        {"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1c2VyLTEifQ."},
    ],
)
def test_without_a_good_token_nobody_is_anybody(http: TestClient, header: dict[str, str]) -> None:
    refused = http.get("/v1/auth/me", headers=header)

    assert refused.status_code == 401
    assert refused.headers["content-type"] == "application/problem+json"
    assert "www-authenticate" in refused.headers


# --- Who one is ---------------------------------------------------------------------------


def test_one_is_shown_who_one_is(http: TestClient) -> None:
    me = http.get("/v1/auth/me", headers=new(http)).json()

    assert me["email"] == "Camille@example.org"
    assert me["roles"] == ["owner", "professional"]
    assert me["user_type"] == "beauty_professional"
    assert me["tenant"]["id"] == me["tenant_id"]
    assert me["tenant"]["name"] == "Camille Petit"
    assert me["professional_id"].startswith("professional-")
    assert "services:write" in me["permissions"]


def test_a_client_is_shown_the_business_that_was_chosen(http: TestClient) -> None:
    salon = http.get("/v1/auth/me", headers=new(http)).json()

    zoe = new(http, {**ZOE, "tenant_id": salon["tenant_id"]})

    me = http.get("/v1/auth/me", headers=zoe).json()
    assert (me["user_type"], me["tenant_id"]) == ("client", salon["tenant_id"])
    assert me["client_id"].startswith("client-")


def test_a_client_of_no_business_has_none_to_show(http: TestClient) -> None:
    me = http.get("/v1/auth/me", headers=new(http, ZOE)).json()

    assert (me["tenant"], me["client_id"], me["user_type"]) == (None, None, "client")


def test_nobody_registers_with_a_business_that_is_not_there(http: TestClient) -> None:
    refused = http.post("/v1/auth/register", json={**ZOE, "tenant_id": str(uuid4())})

    assert (refused.status_code, refused.json()["code"]) == (404, "tenant-not-found")


def test_one_changes_the_own_name_and_language(http: TestClient) -> None:
    camille = {**new(http), "If-Match": '"1"'}

    changed = http.put(
        "/v1/auth/me", json={"name": "Camille Grand", "language": "fr"}, headers=camille
    )
    unknown = http.put(
        "/v1/auth/me", json={"name": "Camille", "roles": ["operator"]}, headers=camille
    )

    assert changed.status_code == 200
    me = http.get("/v1/auth/me", headers=camille).json()
    assert (me["name"], me["language"]) == ("Camille Grand", "fr")
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "#/roles")


def test_a_client_offers_no_services_and_a_professional_does(http: TestClient) -> None:
    cut = {"name": "Cut", "duration_minutes": 45}
    camille, zoe = new(http), new(http, ZOE)

    refused = http.post("/v1/services", json=cut, headers=zoe)
    created = http.post("/v1/services", json=cut, headers=camille)

    assert (refused.status_code, refused.json()["permission"]) == (403, "services:write")
    assert created.status_code == 201


def test_the_old_paths_lead_to_the_same(http: TestClient) -> None:
    assert http.post("/auth/register", json=CAMILLE).status_code == 201
    words = {"email": CAMILLE["email"], "password": PASSWORD}
    tokens = http.post("/auth/login", json=words).json()
    tokens = http.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]}).json()

    mine = [http.get(path, headers=bearer(tokens)) for path in ("/auth/me", "/profiles/me")]
    renamed = http.put("/profiles/me", json={"name": "Camille Grand"}, headers=bearer(tokens))

    assert [answer.status_code for answer in mine] == [200, 200]
    assert mine[0].json() == mine[1].json()
    assert renamed.json()["name"] == "Camille Grand"
    assert http.post("/auth/logout", headers=bearer(tokens)).status_code == 204


def test_the_same_answers_come_from_the_projected_rows(system: System, http: TestClient) -> None:
    camille = new(http)
    before = http.get("/v1/auth/me", headers=camille).json()

    system.settle()

    assert http.get("/v1/auth/me", headers=camille).json() == before
