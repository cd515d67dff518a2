"""The practice provider: its book is a table of its own, and its calls are signed and taken as anybody's are."""

import secrets
from collections.abc import Callable
from typing import Any, Final

import msgspec
from msgspec.structs import replace
from psycopg import Connection

from adapters.postgres import Database
from application.inbound import Arrival, Reception
from application.money.charging import Charge, Standing
from application.money.practice import (
    PRACTICE,
    Act,
    Call,
    PracticePageNotFound,
    played,
    secret_of,
)
from application.operations.jobs import NotTakenError
from application.ports import Clock
from domain.macs import mac
from domain.money.payments import RefundReport, RefundStatus
from domain.values import PaymentId, RefundId, TenantId, derived_id

TOKEN_BYTES: Final = 24
CHANGED: Final = "payment.changed"

FIND: Final = """
    SELECT standing FROM work.practice_orders WHERE tenant_id = %s AND payment_id = %s
"""
OPEN: Final = """
    INSERT INTO work.practice_orders (token, tenant_id, payment_id, standing) VALUES (%s, %s, %s, %s)
    ON CONFLICT (tenant_id, payment_id) DO NOTHING
"""
OF_PAGE: Final = """
    SELECT tenant_id::text, standing, calls FROM work.practice_orders WHERE token = %s
"""
OF_PAYMENT: Final = """
    SELECT tenant_id::text, standing, calls FROM work.practice_orders
    WHERE tenant_id = %s AND payment_id = %s FOR UPDATE
"""
CHANGE: Final = """
    UPDATE work.practice_orders SET standing = %s, calls = calls + 1
    WHERE tenant_id = %s AND payment_id = %s
"""

Change = Callable[[Standing], Standing]


class Calls:
    """Calls the businesses by what is there for all providers."""

    def __init__(self, reception: Reception, clock: Clock, pepper: bytes) -> None:
        self._reception = reception
        self._clock = clock
        self._pepper = pepper

    def __call__(self, tenant: str, standing: Standing, number: int) -> None:
        """Say how a payment stands: it is the `number`th call about it."""
        call = Call(id=f"{standing.reference}/{number}", type=CHANGED, payment=standing)
        body = msgspec.json.encode(call)
        at = int(self._clock().timestamp())
        signature = mac(secret_of(tenant, self._pepper), b"%d.%b" % (at, body)).hex()
        arrival = Arrival(
            method="POST",
            url=f"/v1/inbound/{tenant}/{PRACTICE}",
            headers=((b"practice-signature", f"t={at},v1={signature}".encode()),),
            body=body,
        )
        self._reception.take(TenantId(tenant), PRACTICE, arrival, lambda: None)


class Practice:
    """`application.money.charging.PaymentGateway`, and `application.money.practice.PracticeBook`."""

    def __init__(
        self, database: Database, call: Callable[[str, Standing, int], None], address: str
    ) -> None:
        self._database = database
        self._call = call
        self._address = address

    def find(self, tenant: str, payment_id: PaymentId) -> Standing | None:
        """Return how a payment stands; None where it is not known here."""
        with self._database.as_worker() as connection:
            found = connection.execute(FIND, (tenant, payment_id)).fetchone()
        return _read(found[0]) if found else None

    def open(self, tenant: str, charge: Charge) -> Standing:
        """Have a payment taken: once, under our id of it."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        new = Standing(
            id=charge.id,
            reference=derived_id("practice", tenant, charge.id),
            url=f"{self._address}/practice/{token}",
            amount=charge.amount,
        )
        with self._database.as_worker() as connection:
            connection.execute(OPEN, (token, tenant, charge.id, _written(new)))
            (found,) = connection.execute(FIND, (tenant, charge.id)).fetchone() or ("",)
        return _read(found)

    def close(self, tenant: str, payment_id: PaymentId) -> Standing:
        """Have it taken no more, unless it was paid."""
        return self._change(tenant, payment_id, _closed)

    def refund(
        self, tenant: str, payment_id: PaymentId, refund_id: RefundId, amount: int
    ) -> Standing:
        """Refund so much of it: once, under our id of the refund."""

        def refunded(standing: Standing) -> Standing:
            if refund_id in {each.id for each in standing.refunds}:
                return standing
            done = RefundReport(id=refund_id, amount=amount, status=RefundStatus.SUCCEEDED)
            return replace(standing, refunds=(*standing.refunds, done))

        return self._change(tenant, payment_id, refunded)

    def of(self, token: str) -> tuple[str, Standing]:
        """Return whose a page is, and how its payment stands. Raises PracticePageNotFound."""
        with self._database.as_desk() as connection:
            found = connection.execute(OF_PAGE, (token,)).fetchone()
        if found is None:
            raise PracticePageNotFound
        return found[0], _read(found[1])

    def play(self, token: str, act: Act) -> Standing:
        """Play who pays. Raises PracticePageNotFound."""
        tenant, standing = self.of(token)
        return self._change(tenant, standing.id, lambda known: played(known, act))

    def _change(self, tenant: str, payment_id: PaymentId, change: Change) -> Standing:
        """Change how a payment stands, and call whose it is: as with any provider, they may hear of it before whoever
        asked is answered.
        """
        with self._database.as_desk() as connection, connection.transaction():
            standing, calls = _held(connection, tenant, payment_id)
            after = change(standing)
            if after == standing:
                return standing
            connection.execute(CHANGE, (_written(after), tenant, payment_id))
        self._call(tenant, after, calls + 1)
        return after


def _held(connection: Connection[Any], tenant: str, payment_id: PaymentId) -> tuple[Standing, int]:
    found = connection.execute(OF_PAYMENT, (tenant, payment_id)).fetchone()
    if found is None:
        raise NotTakenError("there is no such payment here")
    return _read(found[1]), found[2]


def _closed(standing: Standing) -> Standing:
    is_taken = any(each.captured for each in standing.attempts)
    return standing if is_taken else replace(standing, canceled=True)


def _written(standing: Standing) -> str:
    return msgspec.json.encode(standing).decode()


def _read(text: str) -> Standing:
    return msgspec.json.decode(text, type=Standing)
