"""Payments over HTTP: what somebody is asked for, where it is paid, and what has become of it."""

from typing import Annotated, Final

import msgspec
from fastapi import Response
from pydantic import Field

from api.operations.history import Steps
from api.problems.reasons import PAYING
from api.requests import ids
from api.requests.answers import Listed, Made, Row, answers
from api.requests.caller import JSON, Caller, new_id
from api.requests.forms import LARGEST_AMOUNT, After, Body, Currency, Text
from api.requests.listing import Listing
from api.requests.meanings import PERSON
from api.requests.moments import Instant, instant
from api.requests.parsing import one_of, text
from api.web.gate import may
from api.web.routing import Router
from api.web.turns import heavy
from application.permissions import Permission
from domain.money.payments import (
    CancelPayment,
    PaymentStatus,
    RequestPayment,
    RequestRefund,
)
from domain.values import Money, PaymentId, RefundId
from projections.money.payments import PAYMENTS

MayRead = Annotated[Caller, may(Permission.PAYMENTS_READ)]
MayWrite = Annotated[Caller, may(Permission.PAYMENTS_WRITE)]

Amount = Annotated[int, Field(strict=True, ge=1, le=LARGEST_AMOUNT)]
"""In the smallest unit of a currency: 1250 EUR is 12.50 euros."""

router: Final = Router(prefix="/v1/payments", tags=["payments"])

LISTING: Final = Listing(
    model=PAYMENTS,
    filters={
        "status": one_of(PaymentStatus),
        "client_id": text,
        "booking_id": text,
        "currency": text,
        "created_at": instant,
        "expires_at": instant,
    },
    spans=("created_at", "expires_at"),
    meanings={"client_id": PERSON},
)


class NewPayment(Body):
    """Of whom money is asked, and for what. Of a booking whoever comes is to pay."""

    amount: Amount
    currency: Currency
    client_id: ids.Client | None = None
    booking_id: ids.Booking | None = None
    reason: Text | None = None
    expires_at: Instant | None = None


class NewRefund(Body):
    """Without an `amount` all is given back that can be."""

    amount: Amount | None = None
    reason: Text | None = None


@router.post("", status_code=201)
@answers(Row(PAYMENTS), refuses=PAYING)
def request_payment(body: NewPayment, caller: MayWrite) -> Response:
    """Ask somebody for money. Where it is paid, its `payment_url`, is known once the provider has it."""
    caller.refuse_outdated()
    payment_id = PaymentId(new_id("payment"))
    command = RequestPayment(
        payment_id=payment_id,
        amount=Money(body.amount, body.currency),
        provider=caller.backend.payments.provider(),
        client_id=body.client_id,
        booking_id=body.booking_id,
        reason=body.reason,
        expires_at=body.expires_at,
    )
    return caller.created(PAYMENTS, payment_id, command, where="/v1/payments")


@router.get("")
@answers(Listed(LISTING))
def list_payments(caller: MayRead) -> Response:
    """List payments; clients see their own."""
    return LISTING.answer(caller)


@router.get("/{payment_id}")
@answers(Row(PAYMENTS))
def get_payment(payment_id: ids.Payment, caller: MayRead) -> Response:
    """Show a payment, and what has become of it."""
    return caller.shown(PAYMENTS, payment_id)


@router.get("/{payment_id}/history")
@answers(Made(Steps))
@heavy
def show_payment_history(payment_id: ids.Payment, caller: MayRead, after: After = 0) -> Response:
    """Show what happened to a payment `after` a version: when, by whom, and what it changed from and to."""
    steps = caller.steps(PAYMENTS, payment_id, after=after)
    return Response(msgspec.json.encode(steps), media_type=JSON)


@router.post("/{payment_id}/refunds")
@answers(Row(PAYMENTS), refuses=PAYING)
def refund_payment(
    payment_id: ids.Payment, caller: MayWrite, body: NewRefund | None = None
) -> Response:
    """Refund money: the amount is reserved at once, and counts as refunded once the provider says so."""
    caller.refuse_outdated()
    asked = body or NewRefund()
    command = RequestRefund(
        payment_id=payment_id,
        refund_id=RefundId(new_id("refund")),
        amount=asked.amount,
        reason=asked.reason,
    )
    return caller.changed(PAYMENTS, payment_id, command)


@router.post("/{payment_id}/cancel")
@answers(Row(PAYMENTS), refuses=PAYING)
def cancel_payment(payment_id: ids.Payment, caller: MayWrite) -> Response:
    """Want the money no more: nobody can pay it, once the provider says so. What was captured is refunded instead."""
    caller.refuse_outdated()
    return caller.changed(PAYMENTS, payment_id, CancelPayment(payment_id=payment_id))
