"""How tests send files, and get them."""

from hashlib import sha256
from typing import Any, Final

import httpx2 as httpx
from starlette.testclient import TestClient

from domain.files.purposes import type_of

UPLOAD: Final = "/v1/files/upload"


def client_of(http: TestClient) -> str:
    """Let there be a client; return their id."""
    return str(http.post("/v1/clients", json={"name": "Zoé"}).json()["id"])


def send(
    http: TestClient, owner: str, content: bytes, purpose: str = "attachment", **more: Any
) -> Any:
    """Send a file as a form."""
    fields = {"owner_id": owner, "purpose": purpose, **more}
    return http.post(UPLOAD, data=fields, files={"file": ("holiday.jpg", content, "image/jpeg")})


def led(http: TestClient, where: str) -> str:
    """Return where one is led."""
    answer = http.get(where, follow_redirects=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def given(http: TestClient, where: str, **headers: str) -> Any:
    """Follow where one is led, as a browser does that knows nobody there."""
    return had(http, led(http, where), **headers)


def had(http: TestClient, url: str, **headers: str) -> Any:
    """Ask for bytes at an address, with nothing else to show."""
    if url.startswith("http"):
        return httpx.get(url, headers=headers)
    return http.get(url, headers={"Authorization": "", **headers})


def announced(http: TestClient, owner: str, content: bytes, **more: Any) -> Any:
    """Say what will come."""
    described = {
        "owner_id": owner,
        "purpose": "attachment",
        "media_type": type_of(content),
        "bytes": len(content),
        "sha256": sha256(content).hexdigest(),
    }
    return http.post("/v1/files", json={**described, **more})


def put(http: TestClient, to: dict[str, Any], content: bytes) -> Any:
    """Put bytes where one was told."""
    headers = {name: value for name, value in to["headers"].items() if name != "Content-Length"}
    if to["url"].startswith("http"):
        return httpx.put(to["url"], headers=headers, content=content)
    return http.put(to["url"], headers={"Authorization": "", **headers}, content=content)
