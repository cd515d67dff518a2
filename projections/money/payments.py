"""Which payments are there, and what has become of each?"""

from datetime import datetime

from msgspec.structs import asdict, replace

from domain.messages import Value
from domain.money.payments import (
    PAYMENT,
    Attempt,
    Differing,
    Mark,
    Payment,
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
    Refund,
    RefundReported,
    RefundRequested,
    RefundStatus,
    figures_of,
    marks_of,
    status_of,
)
from domain.people.clients import ClientErased
from domain.values import BookingId, ClientId, PaymentId, RefundId, kind_of
from projections.read_model import ReadModel, Row


class ListedRefund(Value, frozen=True, kw_only=True):
    """`seen` is all that was said of it. `ours`: we asked for it, and nobody at the provider."""

    id: RefundId
    amount: int
    status: RefundStatus
    seen: tuple[RefundStatus, ...]
    ours: bool
    reason: str | None


class ListedPayment(Row, frozen=True, kw_only=True):
    """Amounts are in the smallest unit of the currency. `beyond` is what the provider says to have moved besides what there
    was to move; `differing`, in what it says otherwise than we do; `unanswered`, of which calls nobody knows what
    became. `payment_url` is where it can be paid, once the provider has it.
    """

    id: PaymentId
    amount: int
    currency: str
    status: PaymentStatus
    marks: tuple[Mark, ...] = ()
    authorized: int = 0
    captured: int = 0
    refund_pending: int = 0
    refunded: int = 0
    disputed: int = 0
    beyond: int = 0
    provider: str
    client_id: ClientId | None = None
    booking_id: BookingId | None = None
    expires_at: datetime | None = None
    reason: str | None = None
    reference: str | None = None
    payment_url: str | None = None
    attempts: tuple[Attempt, ...] = ()
    refunds: tuple[ListedRefund, ...] = ()
    differing: tuple[Differing, ...] = ()
    unanswered: tuple[str, ...] = ()
    cancel_requested: bool = False
    canceled: bool = False
    expired: bool = False


def _evolve(row: ListedPayment | None, event: PaymentEvent | ClientErased) -> ListedPayment | None:
    match event:
        case ClientErased():
            return row and _erased(row)
        case PaymentRequested(payment_id=id_):
            return _listed(id_, PAYMENT.evolve(PAYMENT.initial, event))
        case _:
            return row and _after(row, event)


def _after(row: ListedPayment, event: PaymentEvent) -> ListedPayment:
    after = _listed(row.id, PAYMENT.evolve(_payment(row), event))
    kept = {"version": row.version, "created_at": row.created_at, "updated_at": row.updated_at}
    return replace(after, **kept)


def _listed(payment_id: PaymentId, payment: Payment) -> ListedPayment:
    """Return a payment with all that follows from it."""
    said = asdict(payment)
    conflicts, url, refunds = (said.pop(name) for name in ("conflicts", "url", "refunds"))
    del said["account"]
    return ListedPayment(
        id=payment_id,
        status=status_of(payment),
        marks=marks_of(payment),
        payment_url=url,
        differing=conflicts,
        refunds=tuple(ListedRefund(**asdict(each), status=each.status) for each in refunds),
        **said,
        **asdict(figures_of(payment)),
    )


def _payment(row: ListedPayment) -> Payment:
    """Return what was known of a payment, as its row tells it."""
    return Payment(
        amount=row.amount,
        currency=row.currency,
        provider=row.provider,
        client_id=row.client_id,
        booking_id=row.booking_id,
        expires_at=row.expires_at,
        reason=row.reason,
        reference=row.reference,
        url=row.payment_url,
        attempts=row.attempts,
        refunds=tuple(_refund(each) for each in row.refunds),
        conflicts=row.differing,
        unanswered=row.unanswered,
        cancel_requested=row.cancel_requested,
        canceled=row.canceled,
        expired=row.expired,
    )


def _refund(listed: ListedRefund) -> Refund:
    said = asdict(listed)
    del said["status"]
    return Refund(**said)


def _erased(row: ListedPayment) -> ListedPayment:
    """Return what a rebuild would give: what was moved stays, and why cannot be read any more."""
    refunds = tuple(replace(each, reason=None) for each in row.refunds)
    return replace(row, reason=None, refunds=refunds)


def _key(event: PaymentEvent | ClientErased) -> list[str]:
    match event:
        case ClientErased(streams=streams):
            return [each for each in streams if kind_of(each) == PAYMENT.kind]
        case _:
            return [event.payment_id]


PAYMENTS = ReadModel(
    name="payments",
    version=1,
    row=ListedPayment,
    subscribes_to=(
        PaymentRequested,
        PaymentOpened,
        PaymentUnanswered,
        PaymentAnswered,
        PaymentAttempted,
        PaymentAuthorized,
        PaymentCaptured,
        PaymentConflicted,
        PaymentCancelRequested,
        PaymentCanceled,
        PaymentExpired,
        RefundRequested,
        RefundReported,
        ClientErased,
    ),
    key=_key,
    evolve=_evolve,
    columns=("status", "client_id", "booking_id", "currency", "created_at", "expires_at"),
    indexes=(("created_at",), ("client_id", "created_at"), ("booking_id",)),
    owner=PAYMENT.kind,
)
