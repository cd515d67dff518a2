"""Every route of the API, walked without a token, with the wrong role, and as somebody else."""

import re
from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from api.app import ROUTERS
from application.permissions import OWN, permissions_of
from domain.business.users import Role
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres

OTHER_TENANT = "3b0d6f6e-4a56-4d3c-8a52-3b8f0d2a7a01"
SOME_ID = "booking-0198c0de-0000-7000-8000-000000000001"


def guarded() -> Iterator[tuple[str, str, str]]:
    """Return the method, path and permission of every route that is not for everybody."""
    for router in ROUTERS:
        for route in (r for r in router.routes if isinstance(r, APIRoute)):
            for dependency in route.dependant.dependencies:
                permission = getattr(dependency.call, "permission", None)
                if permission is not None:
                    path = re.sub(r"{[^}]+}", SOME_ID, route.path)
                    yield from (
                        (method, path, permission) for method in sorted(route.methods or ())
                    )


WALK = list(guarded())


def without(permission: str) -> list[Role]:
    """Return the roles that have neither this permission nor its lesser form."""
    enough = {permission, OWN.get(permission)}
    return [role for role in Role if not enough & permissions_of([role])]


def test_there_is_something_to_walk() -> None:
    assert len(WALK) > 60


def test_nobody_comes_in_without_a_token(running: Running) -> None:
    nobody = TestClient(running.app, raise_server_exceptions=False)

    for method, path, _ in WALK:
        refused = nobody.request(method, path)
        assert (refused.status_code, refused.json()["code"]) == (401, "token-missing"), path
        assert refused.headers["www-authenticate"].startswith("Bearer"), path


def test_nobody_comes_in_with_the_wrong_role(running: Running) -> None:
    for role in Role:
        http = running.http(role)
        for method, path, permission in WALK:
            if role in without(permission):
                refused = http.request(method, path)
                found = (refused.status_code, refused.json().get("permission"))
                assert found == (403, permission), f"{role} {method} {path}"


def test_what_is_another_tenants_is_not_there(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    client = http.post("/v1/clients", json={"name": "Zoé"}).headers["location"]
    made = [
        salon.book(http).headers["location"],
        client,
        f"/v1/services/{salon.service_id}",
        f"/v1/professionals/{salon.professional_id}",
    ]
    running.settle()
    other = running.http(tenant=OTHER_TENANT)

    for where in made:
        assert http.get(where).status_code == 200, where
        assert other.get(where).status_code == 404, where
    for listed in ("bookings", "clients", "services", "professionals", "series"):
        assert other.get(f"/v1/{listed}").json()["data"] == [], listed
    assert other.post(f"{made[0]}/cancel").status_code == 404
    assert other.delete(made[2], headers={"If-Match": '"1"'}).status_code == 404
