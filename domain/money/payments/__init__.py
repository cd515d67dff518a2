"""Payments: money that somebody is asked for, by way of a provider.

    request ─► REQUIRES_PAYMENT_METHOD ⇄ REQUIRES_ACTION, PROCESSING ─► REQUIRES_CAPTURE ─► PARTIALLY_CAPTURED ─► SUCCEEDED
                  ├─ expire ─► EXPIRED                                       (money that comes after all: SUCCEEDED, late)
                  └─ cancel ─► CANCELING ─ the provider says so ─► CANCELED

No report sets a status: what a provider says is kept as facts that only grow, for each attempt and each refund by
itself, and the figures and the status follow from them. So in which order it is told, and how often, changes nothing. A
failed attempt leaves the payment payable. What speaks of another amount, currency or account is not applied: the
payment is `conflicted`.

What may be asked, what can happen and why not is in `messages`, what is known and what follows from it in `payment`,
what is decided in `decisions`.
"""

from typing import Final

from domain.messages import Event
from domain.money.payments.decisions import (
    cancel,
    expire,
    record_opened,
    record_unanswered,
    refund,
    report,
    request,
)
from domain.money.payments.messages import (
    CANCELING,
    LONGEST,
    MOST_REFUNDS,
    OPENING,
    AmountNotPayable,
    AttemptReport,
    BookingOfAnotherClient,
    CancelPayment,
    Differing,
    ExpirePayment,
    ExpiryOutOfRange,
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
    PaymentIdTaken,
    PaymentNotCancelable,
    PaymentNotFound,
    PaymentOpened,
    PaymentRequested,
    PaymentStatus,
    PaymentUnanswered,
    ProviderNotAvailable,
    RecordOpened,
    RecordUnanswered,
    RefundReport,
    RefundReported,
    RefundRequested,
    RefundStatus,
    RefundTooLarge,
    ReportPayment,
    RequestPayment,
    RequestRefund,
    Stage,
    TooManyRefunds,
)
from domain.money.payments.payment import (
    PAYMENT,
    Attempt,
    Figures,
    Payment,
    Refund,
    figures_of,
    marks_of,
    status_of,
)
from domain.telling import NOT_TOLD, Tellings, public

__all__ = [
    "CANCELING",
    "LONGEST",
    "MOST_REFUNDS",
    "OPENING",
    "PAYMENT",
    "STORED_AS",
    "TOLD_AS",
    "AmountNotPayable",
    "Attempt",
    "AttemptReport",
    "BookingOfAnotherClient",
    "CancelPayment",
    "Differing",
    "ExpirePayment",
    "ExpiryOutOfRange",
    "Figures",
    "Mark",
    "Payment",
    "PaymentAnswered",
    "PaymentAttempted",
    "PaymentAuthorized",
    "PaymentCancelRequested",
    "PaymentCanceled",
    "PaymentCaptured",
    "PaymentConflicted",
    "PaymentEvent",
    "PaymentExpired",
    "PaymentIdTaken",
    "PaymentNotCancelable",
    "PaymentNotFound",
    "PaymentOpened",
    "PaymentRequested",
    "PaymentStatus",
    "PaymentUnanswered",
    "ProviderNotAvailable",
    "RecordOpened",
    "RecordUnanswered",
    "Refund",
    "RefundReport",
    "RefundReported",
    "RefundRequested",
    "RefundStatus",
    "RefundTooLarge",
    "ReportPayment",
    "RequestPayment",
    "RequestRefund",
    "Stage",
    "TooManyRefunds",
    "cancel",
    "expire",
    "figures_of",
    "marks_of",
    "record_opened",
    "record_unanswered",
    "refund",
    "report",
    "request",
    "status_of",
]

STORED_AS: Final[dict[str, type[Event]]] = {
    "payment-requested.v1": PaymentRequested,
    "payment-opened.v1": PaymentOpened,
    "payment-unanswered.v1": PaymentUnanswered,
    "payment-answered.v1": PaymentAnswered,
    "payment-attempted.v1": PaymentAttempted,
    "payment-authorized.v1": PaymentAuthorized,
    "payment-captured.v1": PaymentCaptured,
    "payment-conflicted.v1": PaymentConflicted,
    "payment-cancel-requested.v1": PaymentCancelRequested,
    "payment-canceled.v1": PaymentCanceled,
    "payment-expired.v1": PaymentExpired,
    "payment-refund-requested.v1": RefundRequested,
    "payment-refund-reported.v1": RefundReported,
}

PAYER: Final = {"client_id": "client_id"}

TOLD_AS: Final[Tellings] = {
    PaymentRequested: public(
        "payment.requested",
        *("amount", "provider", "client_id", "booking_id", "expires_at", "reason"),
        id="payment_id",
        about=PAYER,
    ),
    PaymentOpened: public("payment.opened", id="payment_id", payment_url="url", about=PAYER),
    PaymentUnanswered: NOT_TOLD,
    PaymentAnswered: NOT_TOLD,
    PaymentAttempted: public(
        "payment.attempted", "attempt", "status", "stage", "reason", id="payment_id", about=PAYER
    ),
    PaymentAuthorized: public(
        "payment.authorized", "attempt", "status", "authorized", id="payment_id", about=PAYER
    ),
    PaymentCaptured: public(
        "payment.captured",
        *("attempt", "status", "captured", "moved", "given_back", "currency", "late"),
        id="payment_id",
        about=PAYER,
    ),
    PaymentConflicted: NOT_TOLD,
    PaymentCancelRequested: public(
        "payment.cancel-requested", "status", id="payment_id", about=PAYER
    ),
    PaymentCanceled: public("payment.canceled", "status", id="payment_id", about=PAYER),
    PaymentExpired: public("payment.expired", "status", id="payment_id", about=PAYER),
    RefundRequested: public(
        "payment.refund-requested",
        *("refund_id", "amount", "reason"),
        id="payment_id",
        about=PAYER,
    ),
    RefundReported: public(
        "payment.refund-reported",
        *("refund_id", "amount", "refund_status", "moved", "currency"),
        id="payment_id",
        about=PAYER,
    ),
}
