"""Tokens and cursors that were not given out here, or not for this."""

import base64
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from fastapi.testclient import TestClient

from adapters.accounts.tokens import AccessTokens
from application.permissions import Principal, permissions_of
from domain.business.users import Role
from domain.values import TenantId, UserId
from infra.composition import application
from infra.settings import DEMO_SECRET
from tests.running import Running

pytestmark = [pytest.mark.postgres, pytest.mark.together]

SOMEBODY = Principal(
    tenant_id=TenantId("0198c0de-0000-7000-8000-000000000001"),
    user_id=UserId("user-0198c0de-0000-7000-8000-000000000001"),
    roles=(Role.CLIENT,),
    permissions=permissions_of((Role.CLIENT,)),
    session_id="session",
)
CUT = {"name": "Cut", "duration_minutes": 45}


# --- Access tokens ----------------------------------------------------------------------


def part(content: Any) -> str:
    """Write a part of a token."""
    text = content if isinstance(content, str) else json.dumps(content)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def genuine(running: Running, secret: str = DEMO_SECRET) -> str:
    return AccessTokens([secret], running.clock).issue(SOMEBODY)


def forgeries(running: Running) -> dict[str, str]:
    """Return what others make of a token."""
    header, claims, signature = genuine(running).split(".")
    said = json.loads(base64.urlsafe_b64decode(claims + "=="))
    kid = jwt.get_unverified_header(genuine(running))["kid"]
    owner = part({**said, "roles": ["owner"]})
    another = part({"alg": "HS512", "typ": "JWT", "kid": kid})
    half, listed = part({"alg": "\ud800"}), part({"alg": "HS256", "kid": [kid]})
    none = part({"alg": "none", "typ": "JWT", "kid": kid})
    others = jwt.encode(said, "x" * 32, algorithm="HS256", headers={"kid": kid})
    return {
        "of no algorithm": f"{none}.{owner}.",
        "of no algorithm, signed": f"{none}.{claims}.{signature}",
        "of another algorithm": f"{another}.{claims}.{signature}",
        "with other claims": f"{header}.{owner}.{signature}",
        "by another's key of our name": others,
        "by another's key": genuine(running, "another secret of thirty-two bytes"),
        "by a key without a name": jwt.encode(said, DEMO_SECRET, algorithm="HS256"),
        "by a key whose name is a list": f"{listed}.{claims}.{signature}",
        "for another audience": jwt.encode(
            {**said, "aud": "else"}, DEMO_SECRET, algorithm="HS256", headers={"kid": kid}
        ),
        "signed, of what is not a person": jwt.encode(
            {"aud": said["aud"], "iss": said["iss"]},
            DEMO_SECRET,
            algorithm="HS256",
            headers={"kid": kid},
        ),
        "cut short": genuine(running)[:-1],
        "without signature": f"{header}.{claims}.",
        "without claims": f"{header}..{signature}",
        "of dots": "..",
        "of nothing but a word": "hunter2",
        "nested deeply": f"{part('[' * 10_000)}.{claims}.{signature}",
        "with a number of 5,000 digits": f"{part('9' * 5_000)}.{claims}.{signature}",
        "that is long": "x" * 50_000,
        "in half characters": f"{half}.{claims}.{signature}",
    }


@pytest.fixture
def stranger(running: Running) -> TestClient:
    """Somebody before the doors that real tokens open."""
    return TestClient(application(running.system), raise_server_exceptions=False)


def test_a_genuine_token_opens(running: Running, stranger) -> None:
    held = {"Authorization": f"Bearer {genuine(running)}"}

    assert stranger.get("/v1/services", headers=held).status_code == 200


def test_no_forged_token_opens(running: Running, stranger) -> None:
    for name, token in forgeries(running).items():
        refused = stranger.get("/v1/services", headers={"Authorization": f"Bearer {token}"})
        assert (refused.status_code, refused.json()["code"]) == (401, "invalid-token"), name
        assert token[:40] not in refused.text, name


@pytest.mark.apart
def test_a_token_that_has_expired_opens_no_more(running: Running, stranger) -> None:
    held = {"Authorization": f"Bearer {genuine(running)}"}
    running.clock.set(running.clock() + timedelta(hours=1))

    assert stranger.get("/v1/services", headers=held).json()["code"] == "token-expired"


@pytest.mark.parametrize(
    "held", [b"", b"Bearer", b"Bearer ", b"Basic YTpi", b"Bearer \xff", b"\xff \xff", b"bearer\ta"]
)
def test_what_is_no_token_is_none(stranger, held) -> None:
    refused = stranger.get("/v1/services", headers={b"Authorization": held})

    assert refused.status_code == 401
    assert refused.json()["code"] in ("token-missing", "invalid-token")


# --- Cursors and consistency tokens -----------------------------------------------------


LISTS = ("/v1/services", "/v1/clients", "/v1/history")


@pytest.fixture
def cursors(running: Running) -> dict[str, str]:
    """One of each list."""
    http = running.http()
    for name in ("Ana", "Bea", "Zoé"):
        http.post("/v1/clients", json={"name": name})
        http.post("/v1/services", json={**CUT, "name": name})
    running.settle()
    found = {path: http.get(path, params={"limit": 1}).json() for path in LISTS}
    return {path: str(page["next_cursor"]) for path, page in found.items()}


def refuses(http: TestClient, path: str, cursor: str) -> bool:
    refused = http.get(path, params={"cursor": cursor})
    assert refused.status_code in (400, 422), refused.text
    known = ("token-invalid", "query-invalid", "validation-failed")  # the last if it is too long
    return refused.json()["code"] in known and cursor not in refused.text


def test_a_cursor_is_good_for_the_list_it_was_given_for(running: Running, cursors) -> None:
    http = running.http()

    for of, cursor in cursors.items():
        for path in LISTS:
            if path == of:
                assert http.get(path, params={"cursor": cursor}).status_code == 200
            else:
                assert refuses(http, path, cursor), f"{of} for {path}"


def test_a_cursor_is_good_for_the_business_it_was_given_to(running: Running, cursors) -> None:
    other = running.http(tenant="3b0d6f6e-4a56-4d3c-8a52-3b8f0d2a7a01")

    for path, cursor in cursors.items():
        assert refuses(other, path, cursor), path


def test_no_part_of_a_cursor_is_one(running: Running, cursors) -> None:
    http = running.http()

    for path, cursor in cursors.items():
        for forged in (cursor[:-4], cursor[:8], cursor[4:], cursor + "AAAA", cursor[::-1]):
            assert refuses(http, path, forged), f"{path} {forged}"


def test_a_cursor_is_no_consistency_token_nor_the_other_way_round(
    running: Running, cursors
) -> None:
    http = running.http()
    token = http.post("/v1/services", json=CUT).headers["consistency-token"]

    for path, cursor in cursors.items():
        held = {"Consistency-Token": cursor}
        assert http.get("/v1/services", headers=held).json()["code"] == "token-invalid", path
        assert refuses(http, path, token), path
