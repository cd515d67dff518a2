"""A business that sends SMS: LabsMobile calls it, and it answers."""

from typing import Any, Final
from urllib.parse import urlsplit

from fastapi.testclient import TestClient
from msgspec.structs import replace

from domain.business.configuration import Configure, typed_of
from domain.business.configuration.declared import LabsMobile as Account
from domain.confidential import Secret, kept
from tests.conversations.sms.labsmobile import SECRET, TOKEN, USER, LabsMobile, told, wrote
from tests.conversations.threads.conversing import Person
from tests.running import Client, Running

ID: Final = "configuration-0198c0de-0000-7000-8000-000000000002"


class Desk:
    """Who answers is `ana`."""

    def __init__(self, running: Running, ana: Person, there: LabsMobile) -> None:
        self.running = running
        self.ana = ana
        self.there = there
        self.anybody: TestClient = Client(running.app, raise_server_exceptions=False)
        self.configure()

    def configure(self, **more: Any) -> None:
        """Have an account."""
        account = Account(
            user=USER,
            token=Secret(value=TOKEN),
            sender="SALON",
            callback_secret=Secret(value=SECRET),
            **more,
        )
        typed = typed_of(account)
        secrets = tuple(replace(each, secret=kept(each.secret)) for each in typed.secrets)
        taken = replace(typed, secrets=secrets)
        self.running.order(Configure(id=ID, key="sms.labsmobile", values=typed, verified=taken))

    @property
    def path(self) -> str:
        """Where it calls."""
        return f"/v1/inbound/{self.running.tenant}/labsmobile/{SECRET}"

    def is_told(self, name: str, level: str, status: str = "ok", **more: str) -> None:
        """Let it say how far an SMS has come, where it was told to."""
        [where] = {each["ackurl"] for each in self.there.book} or {self.path}
        answer = self.anybody.get(urlsplit(where).path, params=told(name, level, status, **more))
        assert answer.status_code == 200, answer.text
        self.running.settle()

    def is_written_to(self, text: str = "Bonjour", **more: str) -> None:
        """Let somebody write."""
        answer = self.anybody.post(self.path, content=wrote(text, **more))
        assert answer.status_code == 200, answer.text
        self.running.settle()

    def client(self, **more: Any) -> str:
        """Register somebody whose number is known; return who."""
        known = {"name": "Zoé Dupont", "phone": "+33612345678", **more}
        made = self.ana.http.post("/v1/clients", json=known)
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    def begins(self, client_id: str, text: str | None = None) -> Any:
        """Begin a conversation by SMS with somebody; return the answer."""
        body = {"member_ids": [client_id], "channel": "sms", "text": text}
        answer = self.ana.http.post("/v1/threads", json=body)
        self.running.settle()
        return answer

    @property
    def threads(self) -> list[dict[str, Any]]:
        """Return the conversations."""
        found: list[dict[str, Any]] = self.ana.http.get("/v1/threads").json()["data"]
        return found

    def messages(self, thread: dict[str, Any]) -> list[dict[str, Any]]:
        """Return what was said in a conversation."""
        where = f"/v1/threads/{thread['id']}/messages"
        found: list[dict[str, Any]] = self.ana.http.get(where).json()["data"]
        return found

    def answers(self, text: str = "Bonjour Zoé") -> dict[str, Any]:
        """Answer in the only conversation; return the message, after it was carried or not."""
        [thread] = self.threads
        said = self.ana.says(thread, text)
        self.running.settle()
        return self.message(said)

    def message(self, said: dict[str, Any]) -> dict[str, Any]:
        """Return a message as it is now."""
        found: dict[str, Any] = self.ana.http.get(f"/v1/messages/{said['id']}").json()
        return found
