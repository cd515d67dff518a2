"""What is decided about a payment. What a provider says is never taken for what it came to: it adds to what is known."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from msgspec.structs import replace

from domain.money.currencies import exponent_of
from domain.money.payments.messages import (
    LONGEST,
    MOST_REFUNDS,
    AmountNotPayable,
    AttemptReport,
    CancelPayment,
    Differing,
    ExpirePayment,
    ExpiryOutOfRange,
    PaymentAnswered,
    PaymentAttempted,
    PaymentAuthorized,
    PaymentCanceled,
    PaymentCancelRequested,
    PaymentCaptured,
    PaymentConflicted,
    PaymentEvent,
    PaymentExpired,
    PaymentIdTaken,
    PaymentNotCancelable,
    PaymentNotFound,
    PaymentOpened,
    PaymentRequested,
    PaymentStatus,
    PaymentUnanswered,
    RecordOpened,
    RecordUnanswered,
    RefundReport,
    RefundReported,
    RefundRequested,
    RefundTooLarge,
    ReportPayment,
    RequestPayment,
    RequestRefund,
    TooManyRefunds,
)
from domain.money.payments.payment import (
    PAYMENT,
    Payment,
    evolve,
    figures_of,
    further,
    status_of,
)
from domain.values import ClientId, IdentityId, Money

CANCELABLE: Final = (
    PaymentStatus.REQUIRES_PAYMENT_METHOD,
    PaymentStatus.REQUIRES_ACTION,
    PaymentStatus.REQUIRES_CAPTURE,
)
EXPIRING: Final = (PaymentStatus.REQUIRES_PAYMENT_METHOD, PaymentStatus.REQUIRES_ACTION)

Step = Callable[[Payment], Sequence[PaymentEvent]]

Moving = TypeVar(
    "Moving",
    PaymentAttempted,
    PaymentAuthorized,
    PaymentCanceled,
    PaymentCancelRequested,
    PaymentExpired,
)


def request(
    command: RequestPayment,
    payment: Payment,
    *,
    now: datetime,
    client_id: ClientId | None,
    guest_identities: tuple[IdentityId, ...] = (),
) -> Sequence[PaymentRequested]:
    """Ask somebody for money: the client, or the guest of a booking. Raises CurrencyNotKnown, AmountNotPayable,
    ExpiryOutOfRange, PaymentIdTaken.
    """
    exponent_of(command.amount.currency)
    if command.amount.amount <= 0:
        raise AmountNotPayable
    if payment.exists:
        _refuse_another(command, payment, client_id)
        return []
    if command.expires_at is not None and not now < command.expires_at <= now + LONGEST:
        raise ExpiryOutOfRange
    requested = PaymentRequested(
        payment_id=command.payment_id,
        amount=command.amount,
        provider=command.provider,
        account=command.account,
        client_id=client_id,
        booking_id=command.booking_id,
        guest_identities=guest_identities,
        expires_at=command.expires_at,
        reason=command.reason,
    )
    return [requested]


def _refuse_another(command: RequestPayment, payment: Payment, client_id: ClientId | None) -> None:
    asked = (command.amount, client_id, command.booking_id, command.provider)
    known = Money(payment.amount, payment.currency)
    if asked != (known, payment.client_id, payment.booking_id, payment.provider):
        raise PaymentIdTaken(payment_id=command.payment_id)


def record_opened(command: RecordOpened, payment: Payment) -> Sequence[PaymentOpened]:
    """Note where it can be paid."""
    _known(payment)
    opened = PaymentOpened(
        payment_id=command.payment_id, reference=command.reference, url=command.url
    )
    return [opened] if evolve(payment, opened) != payment else []


def record_unanswered(command: RecordUnanswered, payment: Payment) -> Sequence[PaymentUnanswered]:
    """Note that nobody knows what became of a call."""
    _known(payment)
    if command.call in payment.unanswered:
        return []
    return [PaymentUnanswered(payment_id=command.payment_id, call=command.call)]


def expire(command: ExpirePayment, payment: Payment, *, now: datetime) -> Sequence[PaymentExpired]:
    """Wait no longer, if nothing was paid and nothing is under way; what comes after all is late."""
    _known(payment)
    is_over = payment.expires_at is not None and payment.expires_at <= now
    if not is_over or status_of(payment) not in EXPIRING:
        return []
    expired = PaymentExpired(payment_id=command.payment_id, status=PaymentStatus.EXPIRED)
    return [_telling(expired, payment)]


def cancel(command: CancelPayment, payment: Payment) -> Sequence[PaymentCancelRequested]:
    """Want no money any more: it is cancelled once the provider says so. Raises PaymentNotCancelable."""
    _known(payment)
    status = status_of(payment)
    if payment.cancel_requested and status in (PaymentStatus.CANCELING, PaymentStatus.CANCELED):
        return []
    if status not in CANCELABLE:
        raise PaymentNotCancelable(payment_status=status, allowed=CANCELABLE)
    asked = PaymentCancelRequested(payment_id=command.payment_id, status=status)
    return [_telling(asked, payment)]


def refund(command: RequestRefund, payment: Payment) -> Sequence[RefundRequested]:
    """Reserve what is to be given back. Raises AmountNotPayable, RefundTooLarge, TooManyRefunds."""
    _known(payment)
    if payment.refund(command.refund_id) is not None:
        return []
    refundable = figures_of(payment).refundable
    amount = refundable if command.amount is None else command.amount
    if command.amount is not None and amount <= 0:
        raise AmountNotPayable
    if not 0 < amount <= refundable:
        raise RefundTooLarge(refundable=refundable)
    if len(payment.refunds) >= MOST_REFUNDS:
        raise TooManyRefunds(most=MOST_REFUNDS)
    requested = RefundRequested(
        payment_id=command.payment_id,
        refund_id=command.refund_id,
        amount=Money(amount, payment.currency),
        reason=command.reason,
    )
    return [requested]


# --- What a provider says -----------------------------------------------------------------


def report(command: ReportPayment, payment: Payment) -> Sequence[PaymentEvent]:
    """Take in what is new of what a provider says, in whatever order it is told, and however often. Of what speaks of
    another amount, currency or account nothing is applied.
    """
    _known(payment)
    differing = _differing(command, payment)
    if differing:
        return [*_answered(command, payment), *_conflicts(command, differing, payment)]
    steps: list[Step] = [
        *(partial(_attempted, command, each) for each in command.attempts),
        *(partial(_refunded, command, each) for each in command.refunds),
        partial(_canceled, command),
        partial(_answered, command),
    ]
    return _one_by_one(steps, payment)


def _one_by_one(steps: Sequence[Step], payment: Payment) -> Sequence[PaymentEvent]:
    """Return what several steps come to, each taken where those before it led."""
    events: list[PaymentEvent] = []
    for step in steps:
        events.extend(step(PAYMENT.fold(events, payment)))
    return events


def _differing(command: ReportPayment, payment: Payment) -> dict[Differing, str]:
    """Say in what it speaks of another payment than ours, and what it says."""
    compared = (
        (Differing.AMOUNT, command.amount.amount, payment.amount),
        (Differing.CURRENCY, command.amount.currency, payment.currency),
        (Differing.ACCOUNT, command.account, payment.account),
    )
    found = {what: str(said) for what, said, ours in compared if said != ours}
    refunds = [each for each in command.refunds if _is_another(each, payment)]
    return {**found, **({Differing.REFUND: refunds[0].id} if refunds else {})}


def _is_another(said: RefundReport, payment: Payment) -> bool:
    known = payment.refund(said.id)
    return known is not None and known.ours and known.amount != said.amount


def _conflicts(
    command: ReportPayment, differing: dict[Differing, str], payment: Payment
) -> Sequence[PaymentEvent]:
    return [
        PaymentConflicted(payment_id=command.payment_id, differing=what, said=said)
        for what, said in differing.items()
        if what not in payment.conflicts
    ]


def _attempted(
    command: ReportPayment, said: AttemptReport, payment: Payment
) -> Sequence[PaymentEvent]:
    """Tell what is new of an attempt: that money came before that nothing more will, for those who read in order."""
    id_, status, known = command.payment_id, status_of(payment), payment.attempt(said.id)
    steps: list[Step] = []
    if said.authorized > known.authorized:
        allowed = PaymentAuthorized(
            payment_id=id_, attempt=said.id, status=status, authorized=said.authorized
        )
        steps.append(lambda here: [_telling(allowed, here)])
    if said.captured > known.captured:
        steps.append(lambda here: [_captured(command, said, here)])
    is_new = said.id not in {each.id for each in payment.attempts} and not steps
    if is_new or further(known, said.stage, said.reason) != known:
        on = PaymentAttempted(
            payment_id=id_, attempt=said.id, status=status, stage=said.stage, reason=said.reason
        )
        steps.append(lambda here: [_telling(on, here)])
    return _one_by_one(steps, payment)


def _captured(command: ReportPayment, said: AttemptReport, payment: Payment) -> PaymentCaptured:
    captured = PaymentCaptured(
        payment_id=command.payment_id,
        attempt=said.id,
        status=status_of(payment),
        captured=said.captured,
        moved=0,
        currency=payment.currency,
        late=payment.expired or payment.canceled,
    )
    before, after = figures_of(payment), evolve(payment, captured)
    figures = figures_of(after)
    return replace(
        captured,
        moved=figures.captured - before.captured,
        given_back=figures.refunded - before.refunded,
        status=status_of(after),
    )


def _refunded(
    command: ReportPayment, said: RefundReport, payment: Payment
) -> Sequence[RefundReported]:
    told = RefundReported(
        payment_id=command.payment_id,
        refund_id=said.id,
        amount=said.amount,
        refund_status=said.status,
        moved=0,
        currency=payment.currency,
    )
    after = evolve(payment, told)
    if after == payment:
        return []
    moved = figures_of(after).refunded - figures_of(payment).refunded
    return [replace(told, moved=moved)]


def _answered(command: ReportPayment, payment: Payment) -> Sequence[PaymentAnswered]:
    if command.answers is None or command.answers not in payment.unanswered:
        return []
    return [PaymentAnswered(payment_id=command.payment_id, call=command.answers)]


def _canceled(command: ReportPayment, payment: Payment) -> Sequence[PaymentCanceled]:
    if not command.canceled or payment.canceled:
        return []
    canceled = PaymentCanceled(payment_id=command.payment_id, status=status_of(payment))
    return [_telling(canceled, payment)]


def _telling(event: Moving, payment: Payment) -> Moving:
    """Return an event that says what the payment comes to by it."""
    return replace(event, status=status_of(evolve(payment, event)))


def _known(payment: Payment) -> None:
    if not payment.exists:
        raise PaymentNotFound
