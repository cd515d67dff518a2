"""What may be asked of payments, what can happen to them, and why an order may be refused."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.messages import Command, DomainError, Event, Invalid, Missing, Personal, Value
from domain.values import BookingId, ClientId, IdentityId, Money, PaymentId, RefundId

LONGEST: Final = timedelta(days=90)
"""As long as a link to pay may be good: Lyra takes no longer ones."""

MOST_REFUNDS: Final = 100
"""Of one payment."""


class PaymentStatus(StrEnum):
    """What a payment has come to: always computed, never told."""

    REQUIRES_PAYMENT_METHOD = "requires_payment_method"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    REQUIRES_CAPTURE = "requires_capture"
    PARTIALLY_CAPTURED = "partially_captured"
    SUCCEEDED = "succeeded"
    CANCELING = "canceling"
    CANCELED = "canceled"
    EXPIRED = "expired"


class Mark(StrEnum):
    """What else is to be known of it. `unknown`: nobody knows what became of a call. `conflicted`: the provider says
    what cannot be of this payment. `late`: money came after it had expired, or was cancelled.
    """

    UNKNOWN = "unknown"
    CONFLICTED = "conflicted"
    LATE = "late"


class Stage(StrEnum):
    """How far an attempt to pay is; nothing more comes of one that is closed."""

    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    CLOSED = "closed"


class RefundStatus(StrEnum):
    """How far a refund is. One that succeeded may fail days later: then the money is back."""

    REQUESTED = "requested"
    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"
    FAILED = "failed"


class Differing(StrEnum):
    """In what a provider says otherwise than we do."""

    AMOUNT = "amount"
    CURRENCY = "currency"
    ACCOUNT = "account"
    REFUND = "refund"


OPENING: Final = "open"
CANCELING: Final = "cancel"
"""Calls to a provider, by name; a refund is called by its id."""

# --- What a provider says -------------------------------------------------------------


class AttemptReport(Value, frozen=True, kw_only=True):
    """An attempt to pay, by the provider's own id: the amounts are all that was authorized and captured of it so far. The
    `reason` is a code of theirs, and never anybody's words.
    """

    id: str
    authorized: int = 0
    captured: int = 0
    stage: Stage | None = None
    reason: str | None = None


class RefundReport(Value, frozen=True, kw_only=True):
    """A refund, by our id of it; of one that was made at the provider, by an id that follows from theirs."""

    id: RefundId
    amount: int
    status: RefundStatus


# --- What may be asked ----------------------------------------------------------------


class RequestPayment(Command, frozen=True):
    """`account` is that of the business at the provider, where it says whose money it is."""

    payment_id: PaymentId
    amount: Money
    provider: str
    account: str | None = None
    client_id: ClientId | None = None
    booking_id: BookingId | None = None
    reason: str | None = None
    expires_at: datetime | None = None


class ExpirePayment(Command, frozen=True):
    """Its time may be up."""

    payment_id: PaymentId


class CancelPayment(Command, frozen=True):
    payment_id: PaymentId


class RequestRefund(Command, frozen=True):
    """Without an `amount` all is refunded that can be."""

    payment_id: PaymentId
    refund_id: RefundId
    amount: int | None = None
    reason: str | None = None


class RecordOpened(Command, frozen=True):
    """The provider has it under a `reference`, and it can be paid at `url`."""

    payment_id: PaymentId
    reference: str
    url: str


class RecordUnanswered(Command, frozen=True):
    """Nobody knows what the provider made of a call."""

    payment_id: PaymentId
    call: str


class ReportPayment(Command, frozen=True):
    """What a provider says of a payment, whether it was asked or not. `canceled`: nobody can pay it any more. `answers` is
    the call that is answered by it.
    """

    payment_id: PaymentId
    amount: Money
    account: str | None = None
    attempts: tuple[AttemptReport, ...] = ()
    refunds: tuple[RefundReport, ...] = ()
    canceled: bool = False
    answers: str | None = None


# --- What can happen ------------------------------------------------------------------
# `status` is what the payment came to by it, for those who cannot compute it; nothing of ours reads it.


class PaymentRequested(Event, frozen=True):
    """Of the booking of a guest it says by what they are known, so that it is erased with them."""

    payment_id: PaymentId
    amount: Money
    provider: str
    account: str | None = None
    client_id: ClientId | None = None
    booking_id: BookingId | None = None
    guest_identities: tuple[IdentityId, ...] = ()
    expires_at: datetime | None = None
    reason: Personal[str | None] = None


class PaymentOpened(Event, frozen=True):
    payment_id: PaymentId
    reference: str
    url: str


class PaymentUnanswered(Event, frozen=True):
    payment_id: PaymentId
    call: str


class PaymentAnswered(Event, frozen=True):
    """It is known again what became of a call."""

    payment_id: PaymentId
    call: str


class PaymentAttempted(Event, frozen=True):
    payment_id: PaymentId
    attempt: str
    status: PaymentStatus
    stage: Stage | None = None
    reason: str | None = None


class PaymentAuthorized(Event, frozen=True):
    """`authorized` is all of the attempt so far."""

    payment_id: PaymentId
    attempt: str
    status: PaymentStatus
    authorized: int


class PaymentCaptured(Event, frozen=True):
    """`captured` is all of the attempt so far, and `moved` what came to the payment by this. `given_back` is what was
    said to be refunded before it was known to be there, and counts from now on.
    """

    payment_id: PaymentId
    attempt: str
    status: PaymentStatus
    captured: int
    moved: int
    currency: str
    given_back: int = 0
    late: bool = False


class PaymentConflicted(Event, frozen=True):
    """The provider has `said` something of it that cannot be: nothing of that was applied."""

    payment_id: PaymentId
    differing: Differing
    said: str


class PaymentCancelRequested(Event, frozen=True):
    payment_id: PaymentId
    status: PaymentStatus


class PaymentCanceled(Event, frozen=True):
    payment_id: PaymentId
    status: PaymentStatus


class PaymentExpired(Event, frozen=True):
    payment_id: PaymentId
    status: PaymentStatus


class RefundRequested(Event, frozen=True):
    """The amount is reserved from here on."""

    payment_id: PaymentId
    refund_id: RefundId
    amount: Money
    reason: Personal[str | None] = None


class RefundReported(Event, frozen=True):
    """`moved` is what was given back by this; less than nothing, where it came back to us."""

    payment_id: PaymentId
    refund_id: RefundId
    amount: int
    refund_status: RefundStatus
    moved: int
    currency: str


PaymentEvent = (
    PaymentRequested
    | PaymentOpened
    | PaymentUnanswered
    | PaymentAnswered
    | PaymentAttempted
    | PaymentAuthorized
    | PaymentCaptured
    | PaymentConflicted
    | PaymentCancelRequested
    | PaymentCanceled
    | PaymentExpired
    | RefundRequested
    | RefundReported
)

# --- Why it may be refused ------------------------------------------------------------


class PaymentNotFound(Missing):
    """There is no such payment."""


class PaymentIdTaken(DomainError):
    """Another payment was requested under this id."""

    payment_id: PaymentId


class AmountNotPayable(Invalid):
    """An amount that is paid, or refunded, is more than nothing."""


class ExpiryOutOfRange(Invalid):
    """A payment expires at a time to come, within 90 days."""


class BookingOfAnotherClient(DomainError):
    """The booking is not one of the client who is to pay."""


class PaymentNotCancelable(DomainError):
    """A payment can be cancelled until money is taken or under way; what was captured is refunded."""

    payment_status: PaymentStatus
    allowed: Sequence[PaymentStatus]


class RefundTooLarge(DomainError):
    """No more can be refunded than was captured, and is not refunded, or about to be."""

    refundable: int


class TooManyRefunds(DomainError):
    """A payment was refunded as often as one can be."""

    most: int


class ProviderNotAvailable(DomainError):
    """There is no provider by which anybody could pay here."""
