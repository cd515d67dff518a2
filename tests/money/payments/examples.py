"""One example of each message about payments; a test states only what differs."""

from datetime import UTC, datetime, timedelta
from typing import Final

from domain.money.payments import (
    AttemptReport,
    CancelPayment,
    Differing,
    ExpirePayment,
    PaymentAnswered,
    PaymentAttempted,
    PaymentAuthorized,
    PaymentCanceled,
    PaymentCancelRequested,
    PaymentCaptured,
    PaymentConflicted,
    PaymentExpired,
    PaymentOpened,
    PaymentRequested,
    PaymentStatus,
    PaymentUnanswered,
    RecordOpened,
    RecordUnanswered,
    RefundReport,
    RefundReported,
    RefundRequested,
    RefundStatus,
    ReportPayment,
    RequestPayment,
    RequestRefund,
    Stage,
)
from domain.values import BookingId, ClientId, Money, PaymentId, RefundId

ID: Final = "0198c0de-0000-7000-8000-000000000001"
payment_id: Final = PaymentId(f"payment-{ID}")
refund_id: Final = RefundId(f"refund-{ID}")
client_id: Final = ClientId(f"client-{ID}")
booking_id: Final = BookingId(f"booking-{ID}")
now: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
expires_at: Final = now + timedelta(minutes=30)
price: Final = Money(5000, "EUR")

request_payment: Final = RequestPayment(
    payment_id=payment_id,
    amount=price,
    provider="practice",
    client_id=client_id,
    booking_id=booking_id,
    reason="A deposit",
    expires_at=expires_at,
)
expire_payment: Final = ExpirePayment(payment_id=payment_id)
cancel_payment: Final = CancelPayment(payment_id=payment_id)
request_refund: Final = RequestRefund(
    payment_id=payment_id, refund_id=refund_id, amount=2000, reason="Sorry"
)
record_opened: Final = RecordOpened(
    payment_id=payment_id, reference="order-1", url="https://pay.example/order-1"
)
record_unanswered: Final = RecordUnanswered(payment_id=payment_id, call="open")
paid: Final = AttemptReport(id="charge-1", captured=5000, stage=Stage.CLOSED)
report_paid: Final = ReportPayment(payment_id=payment_id, amount=price, attempts=(paid,))
given_back: Final = RefundReport(id=refund_id, amount=2000, status=RefundStatus.SUCCEEDED)
report_refunded: Final = ReportPayment(payment_id=payment_id, amount=price, refunds=(given_back,))

payment_requested: Final = PaymentRequested(
    payment_id=payment_id,
    amount=price,
    provider="practice",
    client_id=client_id,
    booking_id=booking_id,
    expires_at=expires_at,
    reason="A deposit",
)
payment_opened: Final = PaymentOpened(
    payment_id=payment_id, reference="order-1", url="https://pay.example/order-1"
)
payment_unanswered: Final = PaymentUnanswered(payment_id=payment_id, call="open")
payment_answered: Final = PaymentAnswered(payment_id=payment_id, call="open")
payment_attempted: Final = PaymentAttempted(
    payment_id=payment_id,
    attempt="charge-1",
    status=PaymentStatus.SUCCEEDED,
    stage=Stage.CLOSED,
)
payment_authorized: Final = PaymentAuthorized(
    payment_id=payment_id,
    attempt="charge-1",
    status=PaymentStatus.REQUIRES_CAPTURE,
    authorized=5000,
)
payment_captured: Final = PaymentCaptured(
    payment_id=payment_id,
    attempt="charge-1",
    status=PaymentStatus.SUCCEEDED,
    captured=5000,
    moved=5000,
    currency="EUR",
)
payment_conflicted: Final = PaymentConflicted(
    payment_id=payment_id, differing=Differing.AMOUNT, said="4000"
)
payment_cancel_requested: Final = PaymentCancelRequested(
    payment_id=payment_id, status=PaymentStatus.CANCELING
)
payment_canceled: Final = PaymentCanceled(payment_id=payment_id, status=PaymentStatus.CANCELED)
payment_expired: Final = PaymentExpired(payment_id=payment_id, status=PaymentStatus.EXPIRED)
refund_requested: Final = RefundRequested(
    payment_id=payment_id, refund_id=refund_id, amount=Money(2000, "EUR"), reason="Sorry"
)
refund_reported: Final = RefundReported(
    payment_id=payment_id,
    refund_id=refund_id,
    amount=2000,
    refund_status=RefundStatus.SUCCEEDED,
    moved=2000,
    currency="EUR",
)
