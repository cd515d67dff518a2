"""What is known of a payment: facts, each of which only grows; and what follows from them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, TypeVar, assert_never

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.messages import Value
from domain.money.payments.messages import (
    OPENING,
    Differing,
    Mark,
    PaymentAnswered,
    PaymentAttempted,
    PaymentAuthorized,
    PaymentCanceled,
    PaymentCancelRequested,
    PaymentCaptured,
    PaymentConflicted,
    PaymentEvent,
    PaymentExpired,
    PaymentOpened,
    PaymentRequested,
    PaymentStatus,
    PaymentUnanswered,
    RefundReported,
    RefundRequested,
    RefundStatus,
    Stage,
)
from domain.values import BookingId, ClientId, RefundId

STAGES: Final = (None, *Stage)
"""An attempt goes on in this order, whichever is told first."""

REFUNDED: Final = (
    RefundStatus.REQUESTED,
    RefundStatus.PENDING,
    RefundStatus.REQUIRES_ACTION,
    RefundStatus.CANCELED,
    RefundStatus.SUCCEEDED,
    RefundStatus.FAILED,
)
"""A refund goes on in this order, whichever is told first."""

ENDED: Final = (RefundStatus.CANCELED, RefundStatus.FAILED)
"""Refunds whose amount is with us again."""


class Attempt(Value, frozen=True, kw_only=True):
    """All that was ever said of an attempt to pay, put together."""

    id: str
    authorized: int = 0
    captured: int = 0
    stage: Stage | None = None
    reason: str | None = None

    @property
    def held(self) -> int:
        """What the payer has let us take, and what we took of it: nothing more of one that is closed."""
        is_closed = self.stage is Stage.CLOSED
        return self.captured if is_closed else max(self.authorized, self.captured)


class Refund(Value, frozen=True, kw_only=True):
    """All that was ever said of a refund: `seen`, in the order of `REFUNDED`. `ours`: we asked for it."""

    id: RefundId
    amount: int
    seen: tuple[RefundStatus, ...]
    ours: bool = False
    reason: str | None = None

    @property
    def status(self) -> RefundStatus:
        """How far it is."""
        return self.seen[-1]

    @property
    def is_contradicted(self) -> bool:
        """Whether it is said to have been made, and not to have been."""
        return {RefundStatus.CANCELED, RefundStatus.SUCCEEDED} <= {*self.seen}


class Figures(Value, frozen=True, kw_only=True):
    """What was moved, in the smallest unit. `beyond` is what a provider says to have moved besides what there was to
    move: it is shown, and never counted.
    """

    authorized: int = 0
    captured: int = 0
    refund_pending: int = 0
    refunded: int = 0
    disputed: int = 0
    beyond: int = 0

    @property
    def refundable(self) -> int:
        """What can be given back yet."""
        left = self.captured - self.refunded - self.refund_pending - self.disputed
        return max(0, left)


class Payment(Value, frozen=True, kw_only=True):
    """A payment of no amount was never requested. `unanswered` are calls of which nobody knows what became."""

    amount: int = 0
    currency: str = ""
    provider: str = ""
    account: str | None = None
    client_id: ClientId | None = None
    booking_id: BookingId | None = None
    expires_at: datetime | None = None
    reason: str | None = None
    reference: str | None = None
    url: str | None = None
    attempts: tuple[Attempt, ...] = ()
    refunds: tuple[Refund, ...] = ()
    conflicts: tuple[Differing, ...] = ()
    unanswered: tuple[str, ...] = ()
    cancel_requested: bool = False
    canceled: bool = False
    expired: bool = False

    @property
    def exists(self) -> bool:
        """Whether it was ever requested."""
        return self.amount > 0

    def attempt(self, id_: str) -> Attempt:
        """Return what is known of an attempt."""
        return next((each for each in self.attempts if each.id == id_), Attempt(id=id_))

    def refund(self, id_: RefundId) -> Refund | None:
        """Return a refund, if there is one."""
        return next((each for each in self.refunds if each.id == id_), None)


Each = TypeVar("Each", Attempt, Refund)
T = TypeVar("T", bound=str)


# --- What follows ---------------------------------------------------------------------


def figures_of(payment: Payment) -> Figures:
    """Add up what is known: never more captured than the amount, never more given back than was captured."""
    taken = sum(each.captured for each in payment.attempts)
    captured = min(taken, payment.amount)
    given = sum(each.amount for each in payment.refunds if each.status is RefundStatus.SUCCEEDED)
    waiting = sum(each.amount for each in payment.refunds if _waits(each))
    refunded = min(given, captured)
    return Figures(
        authorized=min(sum(each.held for each in payment.attempts), payment.amount),
        captured=captured,
        refunded=refunded,
        refund_pending=min(waiting, captured - refunded),
        beyond=taken - captured + given - refunded,
    )


def _waits(refund: Refund) -> bool:
    return refund.status is not RefundStatus.SUCCEEDED and refund.status not in ENDED


def status_of(payment: Payment) -> PaymentStatus:
    """Say what a payment has come to."""
    figures = figures_of(payment)
    if figures.captured:
        more = _may_be_more(payment, figures)
        return PaymentStatus.PARTIALLY_CAPTURED if more else PaymentStatus.SUCCEEDED
    if payment.canceled or _was_let_go(payment):
        return PaymentStatus.CANCELED
    if payment.cancel_requested:
        return PaymentStatus.CANCELING
    if figures.authorized:
        return PaymentStatus.REQUIRES_CAPTURE
    if payment.expired:
        return PaymentStatus.EXPIRED
    stages = {each.stage for each in payment.attempts}
    if Stage.PROCESSING in stages:
        return PaymentStatus.PROCESSING
    if Stage.REQUIRES_ACTION in stages:
        return PaymentStatus.REQUIRES_ACTION
    return PaymentStatus.REQUIRES_PAYMENT_METHOD


def _may_be_more(payment: Payment, figures: Figures) -> bool:
    """Whether more can come, of one of which some came."""
    is_open = any(each.stage is not Stage.CLOSED for each in payment.attempts)
    return figures.captured < payment.amount and is_open and not payment.canceled


def _was_let_go(payment: Payment) -> bool:
    """Whether what the payer had let us take can be taken no more."""
    allowed = [each for each in payment.attempts if each.authorized]
    return bool(allowed) and all(each.stage is Stage.CLOSED for each in allowed)


def marks_of(payment: Payment) -> tuple[Mark, ...]:
    """Say what else is to be known of it."""
    contradicted = any(each.is_contradicted for each in payment.refunds)
    figures = figures_of(payment)
    marks = (
        (Mark.UNKNOWN, payment.unanswered),
        (Mark.CONFLICTED, payment.conflicts or contradicted or figures.beyond),
        (Mark.LATE, figures.captured and (payment.expired or payment.canceled)),
    )
    return tuple(mark for mark, is_so in marks if is_so)


# --- How each event moves it on -------------------------------------------------------


def evolve(payment: Payment, event: PaymentEvent) -> Payment:
    match event:
        case PaymentRequested():
            return _requested(event)
        case PaymentOpened(reference=reference, url=url):
            return replace(_answered(payment, OPENING), reference=reference, url=url)
        case PaymentUnanswered(call=call):
            return replace(payment, unanswered=_with(payment.unanswered, call))
        case PaymentAnswered(call=call):
            return _answered(payment, call)
        case PaymentAttempted() | PaymentAuthorized() | PaymentCaptured():
            return _attempted(payment, event)
        case PaymentConflicted(differing=differing):
            return replace(payment, conflicts=_with(payment.conflicts, differing))
        case PaymentCancelRequested():
            return replace(payment, cancel_requested=True)
        case PaymentCanceled():
            return replace(payment, canceled=True)
        case PaymentExpired():
            return replace(payment, expired=True)
        case RefundRequested() | RefundReported():
            return _refunded(payment, event)
        case _:
            assert_never(event)


def _requested(event: PaymentRequested) -> Payment:
    return Payment(
        amount=event.amount.amount,
        currency=event.amount.currency,
        provider=event.provider,
        account=event.account,
        client_id=event.client_id,
        booking_id=event.booking_id,
        expires_at=event.expires_at,
        reason=event.reason,
    )


def _attempted(
    payment: Payment, event: PaymentAttempted | PaymentAuthorized | PaymentCaptured
) -> Payment:
    known = payment.attempt(event.attempt)
    match event:
        case PaymentAttempted(stage=stage, reason=reason):
            return _with_attempt(payment, further(known, stage, reason))
        case PaymentAuthorized(authorized=authorized):
            more = max(known.authorized, authorized)
            return _with_attempt(payment, replace(known, authorized=more))
        case PaymentCaptured(captured=captured):
            more = max(known.captured, captured)
            return _with_attempt(payment, replace(known, captured=more))
        case _:
            assert_never(event)


def further(attempt: Attempt, stage: Stage | None, reason: str | None) -> Attempt:
    """Return an attempt with what else is said of it: the same, whatever of it is said first."""
    return replace(
        attempt,
        stage=max(attempt.stage, stage, key=STAGES.index),
        reason=max(attempt.reason or "", reason or "") or None,
    )


def _refunded(payment: Payment, event: RefundRequested | RefundReported) -> Payment:
    match event:
        case RefundRequested(refund_id=id_, amount=amount, reason=reason):
            requested = (RefundStatus.REQUESTED,)
            new = Refund(id=id_, amount=amount.amount, seen=requested, ours=True, reason=reason)
            return _with_refund(payment, new)
        case RefundReported(refund_id=id_, amount=amount, refund_status=status):
            known = payment.refund(id_) or Refund(id=id_, amount=amount, seen=())
            seen = tuple(each for each in REFUNDED if each in {*known.seen, status})
            told = replace(known, seen=seen, amount=max(known.amount, amount))
            return _with_refund(payment, told)
        case _:
            assert_never(event)


def _with_attempt(payment: Payment, attempt: Attempt) -> Payment:
    others = (each for each in payment.attempts if each.id != attempt.id)
    return replace(payment, attempts=_sorted((*others, attempt)))


def _with_refund(payment: Payment, refund: Refund) -> Payment:
    others = (each for each in payment.refunds if each.id != refund.id)
    return replace(payment, refunds=_sorted((*others, refund)))


def _sorted(all_: Iterable[Each]) -> tuple[Each, ...]:
    return tuple(sorted(all_, key=lambda each: each.id))


def _with(all_: tuple[T, ...], one: T) -> tuple[T, ...]:
    return tuple(sorted({*all_, one}))


def _answered(payment: Payment, call: str) -> Payment:
    return replace(payment, unanswered=tuple(e for e in payment.unanswered if e != call))


PAYMENT: Final[Aggregate[Payment, PaymentEvent]] = Aggregate(
    kind="payment", initial=Payment(), evolve=evolve
)
