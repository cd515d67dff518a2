"""Somebody at the front desk who asks for money, and whoever plays who pays, over HTTP."""

from typing import Any
from urllib.parse import urlsplit

import msgspec
from fastapi.testclient import TestClient

from adapters.payments import Practice
from application.money.practice import Call, secret_of
from domain.business.users import Role
from domain.macs import mac
from domain.values import PaymentId
from tests.running import Client, Running


class Till:
    """Payments of one business."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.desk: TestClient = running.http(Role.FRONT_DESK)
        self.payer = Client(running.app, follow_redirects=False)

    def asked(self, **more: Any) -> Any:
        """Ask for 50 euros, and have the provider take it; return the payment."""
        made = self.desk.post("/v1/payments", json={"amount": 5000, "currency": "EUR", **more})
        assert made.status_code == 201, made.text
        self.running.settle()
        return self.shown(made.json()["id"])

    def shown(self, payment_id: str) -> Any:
        """Return a payment as it is shown."""
        answer = self.desk.get(f"/v1/payments/{payment_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def page(self, payment: Any) -> str:
        """Return the path of the page on which it is paid."""
        return str(urlsplit(payment["payment_url"]).path)

    def play(self, payment: Any, act: str) -> Any:
        """Play who pays, without coming back."""
        answer = self.payer.post(f"{self.page(payment)}/{act}")
        assert answer.status_code == 303, answer.text
        return answer

    def paid(self, **more: Any) -> Any:
        """Ask for 50 euros, and have them paid; return the payment."""
        payment = self.asked(**more)
        self.play(payment, "pay")
        self.running.settle()
        return self.shown(payment["id"])

    def call(self, payment_id: str, id_: str, secret: bytes | None = None) -> int:
        """Call as the practice provider does, about how a payment stands in its book; return the status."""
        running = self.running
        gateway = Practice(running.system.database, lambda *_: None, "")
        standing = gateway.find(running.tenant, PaymentId(payment_id))
        assert standing is not None, "it was opened"
        body = msgspec.json.encode(Call(id=id_, type="payment.changed", payment=standing))
        at = int(running.clock().timestamp())
        key = secret or secret_of(running.tenant, running.system.settings.pepper.encode())
        signed = {"Practice-Signature": f"t={at},v1={mac(key, b'%d.%b' % (at, body)).hex()}"}
        where = f"/v1/inbound/{running.tenant}/practice"
        return self.payer.post(where, content=body, headers=signed).status_code

    def events(self, payment_id: str) -> list[str]:
        """Return the types of what happened to a payment."""
        system = self.running.system
        return [past.type for past in system.store.history(self.running.tenant, payment_id)]
