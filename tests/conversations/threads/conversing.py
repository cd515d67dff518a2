"""People who write to each other, over HTTP."""

from typing import Any
from uuid import uuid4

from fastapi.testclient import TestClient

from domain.business.users import AddUser, Role
from domain.values import ClientId, ProfessionalId, TenantId, UserId
from tests.running import Running
from tests.scheduling.professionals.examples import register_professional


class Person:
    """Somebody who takes part in conversations."""

    def __init__(self, running: Running, role: Role, id_: str, **links: Any) -> None:
        self.http = running.http(role, **links)
        token = self.http.headers["Authorization"].removeprefix("Bearer ")
        self.user_id = running.principals[token].user_id
        self.id = id_ or self.user_id

    def opens(self, *others: "Person", form: str = "direct", **more: Any) -> dict[str, Any]:
        """Begin a conversation; return it."""
        named = [each.id for each in others]
        answer = self.http.post("/v1/threads", json={"form": form, "member_ids": named, **more})
        assert answer.status_code in (200, 201), answer.text
        found: dict[str, Any] = answer.json()
        return found

    def says(self, thread: dict[str, Any], text: str, **more: Any) -> dict[str, Any]:
        """Say something; return the message."""
        where = f"/v1/threads/{thread['id']}/messages"
        answer = self.http.post(where, json={"text": text, **more})
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def reads(self, thread: dict[str, Any], sequence: int) -> dict[str, Any]:
        """Read up to a message; return how far that is."""
        where = f"/v1/threads/{thread['id']}/reading"
        answer = self.http.post(where, json={"sequence": sequence})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def hears(self, thread: dict[str, Any]) -> list[str | None]:
        """Return what was said, as they see it."""
        answer = self.http.get(f"/v1/threads/{thread['id']}/messages")
        assert answer.status_code == 200, answer.text
        return [each["text"] for each in answer.json()["data"]]

    def inbox(self) -> list[dict[str, Any]]:
        """Return their conversations."""
        found: list[dict[str, Any]] = self.http.get("/v1/inbox").json()["data"]
        return found


def colleague(running: Running, role: Role = Role.FRONT_DESK) -> Person:
    """Return somebody who works here."""
    links = {"professional_id": _professional(running)} if role is Role.PROFESSIONAL else {}
    person = Person(running, role, "", **links)
    running.order(
        AddUser(
            tenant_id=TenantId(running.tenant),
            user_id=UserId(person.id),
            name="Ana",
            email=f"{uuid4()}@example.org",
            roles=(role,),
            professional_id=links.get("professional_id"),
        )
    )
    return person


def client(running: Running, name: str = "Zoé Dupont") -> Person:
    """Return a client."""
    made = running.http().post("/v1/clients", json={"name": name})
    assert made.status_code == 201, made.text
    id_ = made.json()["id"]
    return Person(running, Role.CLIENT, id_, client_id=id_)


def with_login(running: Running, person: Person) -> Person:
    """Let a client be known by the user that they log in as."""
    running.order(
        AddUser(
            tenant_id=TenantId(running.tenant),
            user_id=UserId(person.user_id),
            name="Zoé",
            email=f"{uuid4()}@example.org",
            roles=(Role.CLIENT,),
            client_id=ClientId(person.id),
        )
    )
    return person


def there(http: TestClient, path: str) -> int:
    """Return with which status something is shown."""
    return http.get(path).status_code


def _professional(running: Running) -> ProfessionalId:
    running.order(register_professional)
    return register_professional.professional_id
