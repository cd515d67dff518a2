"""How tests send files, and what they hear of them."""

from typing import Any, Final
from uuid import uuid4

from fastapi.testclient import TestClient
from msgspec.structs import replace

from domain.business.tenants import Business, RegisterBusiness
from domain.values import TenantId, UserId
from tests.running import Running

IMPORTS: Final = "/v1/imports"
CSV: Final = {"Content-Type": "text/csv"}


def salon(running: Running) -> TestClient:
    """Open a salon in Paris; return its owner."""
    http = running.http()
    token = http.headers["Authorization"].removeprefix("Bearer ")
    owner = UserId(f"user-{uuid4()}")
    business = Business(
        name="Salon Zoé", time_zone="Europe/Paris", language="fr", currency="EUR", country="FR"
    )
    running.order(
        RegisterBusiness(
            tenant_id=TenantId(running.tenant),
            business=business,
            owner_id=owner,
            owner_name="Ana",
            owner_email="ana@salon.example",
        )
    )
    running.principals[token] = replace(running.principals[token], user_id=owner)
    return http


def sent(http: TestClient, content: bytes, headers: Any = None, **wishes: Any) -> str:
    """Send a file; return where it is told what comes of it."""
    answer = http.post(IMPORTS, content=content, params=wishes, headers={**CSV, **(headers or {})})
    assert answer.status_code == 202, answer.text
    return str(answer.headers["location"])


def done(running: Running, http: TestClient, where: str) -> Any:
    """Let it be carried out; return the operation."""
    running.settle()
    operation = http.get(where).json()
    assert operation["state"] == "done", operation
    return operation


def imported(running: Running, http: TestClient, content: bytes, **wishes: Any) -> Any:
    """Have a file taken in; return what came of it."""
    return done(running, http, sent(http, content, **wishes))["result"]


def counts(result: Any) -> dict[str, int]:
    return {name: count for name, count in result.items() if name != "refusals" and count}


def preview(http: TestClient, content: bytes, **wishes: Any) -> Any:
    answer = http.post(IMPORTS, content=content, params={"preview": True, **wishes}, headers=CSV)
    assert answer.status_code == 200, answer.text
    return answer.json()


def leads(running: Running, http: TestClient) -> list[Any]:
    """Return the leads with who they are, who came first first."""
    running.settle()
    page = http.get("/v1/leads", params={"sort": "opened_at", "include": "client", "limit": 200})
    people = page.json().get("included", {}).get("client", {})
    return [{**each, "client": people[each["client_id"]]} for each in page.json()["data"]]
