"""Payments that a client is asked for."""

from typing import assert_never

from msgspec.structs import replace

from domain.money.payments import (
    PaymentAttempted,
    PaymentAuthorized,
    PaymentCanceled,
    PaymentCancelRequested,
    PaymentCaptured,
    PaymentExpired,
    PaymentRequested,
    PaymentStatus,
    RefundReported,
)
from projections.people.client_timeline.entries import EntryKind, TimelineEntry

OfPayment = (
    PaymentRequested
    | PaymentAttempted
    | PaymentAuthorized
    | PaymentCaptured
    | PaymentCancelRequested
    | PaymentCanceled
    | PaymentExpired
    | RefundReported
)


def evolve(row: TimelineEntry | None, event: OfPayment) -> TimelineEntry | None:
    match event:
        case PaymentRequested():
            return _asked_for(event)
        case PaymentCaptured(status=status, moved=moved, given_back=given_back):
            return row and _moved(replace(row, payment_status=status), moved, given_back)
        case RefundReported(moved=moved):
            return row and _moved(row, 0, moved)
        case (
            PaymentAttempted(status=status)
            | PaymentAuthorized(status=status)
            | PaymentCancelRequested(status=status)
            | PaymentCanceled(status=status)
            | PaymentExpired(status=status)
        ):
            return row and replace(row, payment_status=status)
        case _:
            assert_never(event)


def _asked_for(event: PaymentRequested) -> TimelineEntry:
    return TimelineEntry(
        id=event.payment_id,
        client_id=event.client_id,
        kind=EntryKind.PAYMENT,
        text=event.reason,
        payment_status=PaymentStatus.REQUIRES_PAYMENT_METHOD,
        amount=event.amount,
        captured=0,
        refunded=0,
    )


def _moved(row: TimelineEntry, captured: int, refunded: int) -> TimelineEntry:
    return replace(
        row,
        captured=(row.captured or 0) + captured,
        refunded=(row.refunded or 0) + refunded,
    )
