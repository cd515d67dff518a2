"""A page of a business, in the browser of somebody whom nobody knows."""

import re
from typing import Any
from uuid import uuid4

from msgspec.structs import replace

from domain.values import TenantId
from tests.business.tenants.examples import register_business
from tests.running import Client, Running
from tests.scheduling.bookings.at_the_salon import Salon

TEN = "2027-01-05T10:00:00+01:00"
NOON = "2027-01-05T12:00:00+01:00"
ZOE = {"name": "Zoé", "email": "zoe@example.org", "language": "fr"}
CODE = re.compile(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}\b")


class Page:
    """Where they hold a time, say who they are, and show their code."""

    def __init__(self, running: Running, salon: Salon, name: str) -> None:
        self.running = running
        self.salon = salon
        self.http = Client(running.app, raise_server_exceptions=False, follow_redirects=False)
        self.where = f"/v1/public/{name}/holds"

    @classmethod
    def of(cls, running: Running) -> "Page":
        """Open a business that can be asked by its public name."""
        running.order(replace(register_business, tenant_id=TenantId(running.tenant)))
        name, salon = f"salon-{uuid4().hex[:12]}", Salon.opened(running)
        running.settle()
        where = f"/v1/tenants/{running.tenant}/public-name"
        assert running.http().put(where, json={"public_name": name}).status_code == 200
        running.settle()
        return cls(running, salon, name)

    def hold(self, starts_at: str = TEN, **more: Any) -> Any:
        return self.http.post(self.where, json=self.salon.wish(starts_at, **more))

    def held(self, starts_at: str = TEN) -> str:
        return f"{self.where}/{self.hold(starts_at).json()['id']}"

    def say(self, hold: str, notes: str | None = None, **who: str) -> Any:
        answer = self.http.post(f"{hold}/guest", json={"guest": {**ZOE, **who}, "notes": notes})
        self.running.settle()
        return answer

    def mails(self, to: str = ZOE["email"]) -> list[Any]:
        """Return the mails with a code that somebody got, the newest first."""
        found = self.running.http().get("/v1/outbox", params={"to": to}).json()["data"]
        return [each["mail"] for each in found if each["mail"]["kind"] == "guest-code"]

    def code(self, to: str = ZOE["email"]) -> str:
        """Return the code in the newest mail."""
        (code,) = set(CODE.findall(self.mails(to)[0]["text"]))
        return str(code)

    def show(self, hold: str, code: str | None = None) -> Any:
        return self.http.post(f"{hold}/booking", json={"code": code or self.code()})

    def wishes(self) -> int:
        with self.running.system.database.as_worker() as line:
            [(count,)] = line.execute("SELECT count(*) FROM accounts.guest_wishes").fetchall()
        return int(count)


def code_of(answer: Any) -> tuple[int, str]:
    """Return how an order was refused."""
    return answer.status_code, answer.json()["code"]
