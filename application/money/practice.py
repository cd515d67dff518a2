"""The practice provider, built in: one plays who pays, on a page of its own. It keeps its own book, and calls us as any
provider does. There is none in production.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, Protocol

import msgspec
from msgspec.structs import replace

from application.inbound import PROVIDERS, Provider, Received
from application.inbound.providers import taught
from application.money.charging import Standing
from application.reading import read_as
from domain.macs import mac
from domain.messages import Command, Missing
from domain.money.payments import AttemptReport, Stage

PRACTICE: Final = "practice"
MOST_ATTEMPTS: Final = 20
"""Of one payment: whoever plays has seen enough by then."""


class Act(StrEnum):
    """What one plays: to pay, to have no money, to walk away."""

    PAY = "pay"
    FAIL = "fail"
    WALK_AWAY = "walk-away"


class PracticePageNotFound(Missing):
    """There is no such page to practise paying on."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """What the practice provider calls us about: how a payment stands there by now."""

    id: str
    type: str
    payment: Standing


class PracticeBook(Protocol):
    """Its own book; see `adapters/payments/practice.py`."""

    def of(self, token: str) -> tuple[str, Standing]:
        """Return whose a page is, and how its payment stands. Raises PracticePageNotFound."""

    def play(self, token: str, act: Act) -> Standing:
        """Play who pays. Raises PracticePageNotFound."""


def played(standing: Standing, act: Act) -> Standing:
    """Return how a payment stands after somebody did something on its page: it is paid once."""
    if is_over(standing) or len(standing.attempts) >= MOST_ATTEMPTS:
        return standing
    id_ = f"{standing.reference}/{len(standing.attempts) + 1}"
    tried = AttemptReport(id=id_, stage=Stage.CLOSED)
    amount = standing.amount.amount
    match act:
        case Act.PAY:
            tried = replace(tried, authorized=amount, captured=amount)
        case Act.FAIL:
            tried = replace(tried, reason="declined")
        case Act.WALK_AWAY:
            tried = replace(tried, reason="abandoned")
    return replace(standing, attempts=(*standing.attempts, tried))


def is_paid(standing: Standing) -> bool:
    """Whether money came."""
    return any(each.captured for each in standing.attempts)


def is_over(standing: Standing) -> bool:
    """Whether it can be paid no more."""
    return standing.canceled or is_paid(standing)


def secret_of(tenant: str, pepper: bytes) -> bytes:
    """Return by what it signs what it says to a business."""
    return mac(pepper, f"practice/{tenant}".encode()).hex().encode()


def understood(providers: Sequence[Provider] = PROVIDERS) -> Sequence[Provider]:
    """Return the providers, of which the practice provider is understood."""
    return taught(providers, PRACTICE, _understand)


def _understand(received: Received) -> Sequence[Command] | None:
    """Return what follows from a call; None where it says nothing of a payment."""
    call = read_as(received.arrival.body, Call)
    return None if call is None else [call.payment.report()]
