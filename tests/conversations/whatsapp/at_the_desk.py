"""A business on WhatsApp: Meta calls it, and it answers."""

from typing import Any, Final

from fastapi.testclient import TestClient
from msgspec.structs import replace

from domain.business.configuration import Configure, typed_of
from domain.business.configuration.declared import WhatsappCloud
from domain.confidential import Secret, kept
from tests.conversations.threads.conversing import Person
from tests.conversations.whatsapp.cloud import (
    ACCOUNT,
    APP_SECRET,
    NUMBER,
    TOKEN,
    Cloud,
    call,
    signed,
    wrote,
)
from tests.running import Client, Running

ID: Final = "configuration-0198c0de-0000-7000-8000-000000000001"
VERIFY: Final = "a word that only we know"


class Desk:
    """Who answers is `ana`."""

    def __init__(
        self, running: Running, ana: Person, meta: Cloud, more: str = "", token: str = TOKEN
    ) -> None:
        self.running = running
        self.ana = ana
        self.meta = meta
        meta.rules.clock = lambda: self.now
        self.anybody: TestClient = Client(running.app, raise_server_exceptions=False)
        self.token = token
        self.is_configured(more_phone_number_ids=more)

    def is_configured(self, **more: Any) -> None:
        """Let the business's account be taken by Meta."""
        account = WhatsappCloud(
            phone_number_id=NUMBER,
            access_token=Secret(value=self.token),
            app_secret=Secret(value=APP_SECRET),
            verify_token=Secret(value=VERIFY),
            **more,
        )
        typed = typed_of(account)
        secrets = tuple(replace(each, secret=kept(each.secret)) for each in typed.secrets)
        taken = replace(typed, secrets=secrets)
        order = Configure(id=ID, key="whatsapp.cloud", values=typed, verified=taken)
        self.running.order(order)

    def is_synchronised(self) -> None:
        """Let Meta be asked for templates from now on."""
        self.is_configured(business_account_id=ACCOUNT)
        self.running.settle()
        self.running.settle()

    @property
    def now(self) -> float:
        """The time, by Meta's clock."""
        return self.running.clock().timestamp()

    @property
    def path(self) -> str:
        """Where Meta calls."""
        return f"/v1/inbound/{self.running.tenant}/whatsapp"

    def is_called(self, *values: dict[str, Any], **more: Any) -> None:
        """Let Meta call, and what follows from it be done."""
        self.meta.rules.hear(values)
        body = call(*values, **more)
        answer = self.anybody.post(self.path, content=body, headers=signed(body))
        assert answer.status_code == 200, answer.text
        self.running.settle()

    def is_written_to(self, id_: str = "wamid.1", text: str = "Bonjour", **more: Any) -> None:
        """Let somebody write."""
        self.is_called(wrote((id_, text), at=more.pop("at", self.now), **more))

    @property
    def threads(self) -> list[dict[str, Any]]:
        """Return the conversations."""
        found: list[dict[str, Any]] = self.ana.http.get("/v1/threads").json()["data"]
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
