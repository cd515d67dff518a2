"""Users, through HTTP."""

from typing import Any, Final
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace

from domain.business.users import Role
from domain.values import TenantId, UserId
from tests.business.tenants.examples import register_business
from tests.running import Running

pytestmark = pytest.mark.postgres

NOOR: Final = {
    "email": "noor@example.org",
    "password": "nine green teapots",
    "name": "Noor Haddad",
    "roles": ["front_desk"],
}


@pytest.fixture
def owner_id(running: Running) -> str:
    owner = UserId(f"user-{uuid4()}")
    tenant = TenantId(running.tenant)
    running.order(replace(register_business, tenant_id=tenant, owner_id=owner))
    return owner


@pytest.fixture
def http(running: Running, owner_id: str) -> TestClient:
    return running.http()


def add(http: TestClient, **part: Any) -> str:
    """Add a user; return the path."""
    added = http.post("/v1/users", json={**NOOR, **part})
    assert added.status_code == 201, added.text
    return added.headers["location"]


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_an_owner_adds_a_user_who_can_log_in(http: TestClient, running: Running) -> None:
    added = http.post("/v1/users", json=NOOR)

    words = {"email": NOOR["email"], "password": NOOR["password"]}
    user = added.json()
    assert added.status_code == 201
    assert (user["name"], user["roles"], user["active"]) == ("Noor Haddad", ["front_desk"], True)
    assert "teapots" not in added.text
    assert http.get(added.headers["location"]).json() == user
    assert http.post("/v1/auth/login", json=words).status_code == 200


def test_the_users_of_a_business_are_listed(http: TestClient, running: Running) -> None:
    noor = add(http)
    add(http, email="ana@example.org", name="Ana", roles=["auditor"])
    http.delete(noor)
    running.settle()

    everybody = http.get("/v1/users").json()["data"]
    active = http.get("/v1/users", params={"active": "true"}).json()["data"]

    assert [user["name"] for user in everybody] == ["Ana", "Camille Petit", "Noor Haddad"]
    assert [user["name"] for user in active] == ["Ana", "Camille Petit"]


def test_the_same_key_adds_one_user(http: TestClient, running: Running) -> None:
    key = {"Idempotency-Key": "one"}
    answers = [http.post("/v1/users", json=NOOR, headers=key) for _ in range(2)]
    running.settle()

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert len(http.get("/v1/users").json()["data"]) == 2


@pytest.mark.parametrize(
    ("part", "status", "refusal"),
    [
        ({"roles": ["operator"]}, 403, "operator-not-grantable"),
        ({"roles": ["client", "owner"]}, 422, "client-is-no-staff"),
        ({"roles": ["professional"]}, 422, "professional-not-named"),
        ({"roles": []}, 422, "validation-failed"),
        ({"roles": ["emperor"]}, 422, "validation-failed"),
        ({"password": "password"}, 422, "weak-password"),
        ({"email": "noor"}, 422, "email-address-not-understood"),
        (
            {"roles": ["professional"], "professional_id": f"professional-{uuid4()}"},
            404,
            "professional-not-found",
        ),
        ({"roles": ["client"], "client_id": f"client-{uuid4()}"}, 404, "client-not-found"),
    ],
)
def test_who_cannot_be_a_user_is_refused_and_the_address_stays_free(
    http: TestClient, part: dict[str, Any], status: int, refusal: str
) -> None:
    assert code(http.post("/v1/users", json={**NOOR, **part})) == (status, refusal)

    add(http)


def test_roles_change_and_the_last_owner_stays(http: TestClient, owner_id: str) -> None:
    noor = add(http)

    promoted = http.put(f"{noor}/roles", json={"roles": ["owner"]})
    left = http.delete(f"/v1/users/{owner_id}")
    alone = http.put(f"{noor}/roles", json={"roles": ["front_desk"]})

    assert (promoted.status_code, promoted.json()["roles"]) == (200, ["owner"])
    assert left.status_code == 204
    assert code(alone) == (409, "last-owner")
    assert code(http.delete(noor)) == (409, "last-owner")


def test_who_is_deactivated_is_changed_no_more(http: TestClient) -> None:
    noor = add(http)

    assert [http.delete(noor).status_code for _ in range(2)] == [204, 204]

    assert http.get(noor).json()["active"] is False
    changed = http.put(f"{noor}/roles", json={"roles": ["auditor"]})
    assert code(changed) == (410, "user-is-deactivated")


def test_an_outdated_version_is_refused(http: TestClient) -> None:
    noor = add(http)
    http.put(f"{noor}/roles", json={"roles": ["auditor"]}, headers={"If-Match": '"1"'})

    outdated = http.put(
        f"{noor}/roles", json={"roles": ["front_desk"]}, headers={"If-Match": '"1"'}
    )

    assert code(outdated) == (412, "version-mismatch")


def test_another_business_sees_nobody(http: TestClient, running: Running) -> None:
    noor = add(http)
    running.settle()
    other = running.http(tenant=str(uuid4()))

    answers = [
        other.get(noor),
        other.put(f"{noor}/roles", json={"roles": ["auditor"]}),
        other.delete(noor),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert other.get("/v1/users").json()["data"] == []
    assert http.get(noor).json()["active"] is True


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
def test_only_an_owner_lets_people_in(http: TestClient, running: Running, role: Role) -> None:
    noor = add(http)
    somebody = running.http(role)

    answers = [
        somebody.post("/v1/users", json=NOOR),
        somebody.put(f"{noor}/roles", json={"roles": ["owner"]}),
        somebody.delete(noor),
    ]

    for answer in answers:
        assert (answer.status_code, answer.json()["permission"]) == (403, "users:manage")
