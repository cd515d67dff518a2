"""What is kept of calls: each is a receipt, sealed before anybody understands it.

    waiting ── nobody understands such calls ─► not_understood_yet ─┐
     │  │ ▲                                                         │
     │  │ └──────────────── replayed by an operator ────────────────┤
     │  └─── what should understand it failed ─► parked ────────────┤
     └────── understood ─► understood ──────────────────────────────┘

An operator may discard whatever is not understood. What was understood, or discarded, is deleted `KEPT` days later, with what it said. What nobody understood is
deleted after `WAITED` days.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

import msgspec

from application.inbound.arrivals import Arrival
from application.inbound.providers import Provider, Received
from domain.messages import DomainError, Missing
from domain.values import TenantId

KEPT: Final = timedelta(days=30)
WAITED: Final = timedelta(days=180)


class ReceiptState(StrEnum):
    """How far a call is."""

    WAITING = "waiting"
    UNDERSTOOD = "understood"
    NOT_UNDERSTOOD_YET = "not_understood_yet"
    PARKED = "parked"
    DISCARDED = "discarded"


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """A call, as an operator sees it: nothing of what it says. `type` is what its provider calls such
    calls; `outcome` what came of it, or why nothing did.
    """

    id: str
    tenant_id: UUID
    provider: str
    state: ReceiptState
    type: str | None
    outcome: str | None
    received_at: datetime
    settled_at: datetime | None


class Understood(NamedTuple):
    """What came of a call, and the streams in which something of it was recorded."""

    state: ReceiptState
    type: str | None
    outcome: str | None = None
    about: Sequence[str] = ()


class ReceiptNotFound(Missing):
    """There is no such receipt."""


class ReceiptIsSettled(DomainError):
    """What was understood, or discarded before, cannot be discarded."""

    current_state: ReceiptState


class Keeping(Protocol):
    """Keeps calls, for whoever understands them."""

    def keep(self, tenant: TenantId, provider: Provider, arrival: Arrival) -> None:
        """Keep a call and see to it that it is understood, unless it is there already."""

    def waiting(self, tenant: str, receipt_id: str) -> Received | None:
        """Return a call that waits to be understood; None where there is none any more. Raises
        NotReadableHere.
        """

    def settle(self, received: Received, what: Understood) -> None:
        """Note what came of a call, unless somebody did."""


class Receipts(Protocol):
    """What was kept, for those who look after it. Tenant None: of all tenants."""

    def find(
        self,
        tenant: str | None,
        *,
        state: ReceiptState | None = None,
        provider: str | None = None,
        after: tuple[datetime, str] | None = None,
        limit: int = 100,
    ) -> Sequence[Receipt]:
        """Return receipts by when they came; a page goes on `after` the (received_at, id) of the one
        before it.
        """

    def get(self, tenant: str | None, receipt_id: str) -> Receipt:
        """Return one receipt. Raises ReceiptNotFound."""

    def replay(self, tenant: str | None, receipt_id: str) -> Receipt:
        """Let it be understood again, whatever came of it. Raises ReceiptNotFound."""

    def discard(self, tenant: str | None, receipt_id: str) -> Receipt:
        """Discard it: nobody will understand it. Raises ReceiptNotFound, ReceiptIsSettled."""

    def depths(self) -> Mapping[str, Any]:
        """Count what waits, is not understood yet, and is parked."""
