"""Use cases of payments: each concerns one payment, and whom it is asked of."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from application.people.people import records, refuse_unknown_client
from application.transact import Changes, Past, UseCase
from domain.messages import Command
from domain.money import payments
from domain.money.payments import PAYMENT, BookingOfAnotherClient
from domain.scheduling import bookings
from domain.scheduling.bookings import BOOKING
from domain.values import ClientId, IdentityId


class Payer(NamedTuple):
    """Who is to pay: a client, or the guest of a booking."""

    client_id: ClientId | None = None
    guest_identities: tuple[IdentityId, ...] = ()


def request(command: payments.RequestPayment, past: Past) -> Changes:
    payer = _payer(command, past)
    events = payments.request(
        command,
        past.of(PAYMENT, command.payment_id),
        now=past.now,
        client_id=payer.client_id,
        guest_identities=payer.guest_identities,
    )
    return {command.payment_id: events}


def _payer(command: payments.RequestPayment, past: Past) -> Payer:
    """Say who is to pay: of a booking whoever comes. Raises BookingOfAnotherClient and what else each refusal says."""
    refuse_unknown_client(past, command.client_id)
    if command.booking_id is None:
        return Payer(command.client_id)
    booking = bookings.known(past.of(BOOKING, command.booking_id))
    comes = booking.appointment.client_id
    if command.client_id is None:
        return Payer(comes) if comes else Payer(None, booking.guest_identities)
    if comes not in records(past, command.client_id):
        raise BookingOfAnotherClient
    return Payer(command.client_id)


def expire(command: payments.ExpirePayment, past: Past) -> Changes:
    payment = past.of(PAYMENT, command.payment_id)
    return {command.payment_id: payments.expire(command, payment, now=past.now)}


def cancel(command: payments.CancelPayment, past: Past) -> Changes:
    return {command.payment_id: payments.cancel(command, past.of(PAYMENT, command.payment_id))}


def refund(command: payments.RequestRefund, past: Past) -> Changes:
    return {command.payment_id: payments.refund(command, past.of(PAYMENT, command.payment_id))}


def record_opened(command: payments.RecordOpened, past: Past) -> Changes:
    payment = past.of(PAYMENT, command.payment_id)
    return {command.payment_id: payments.record_opened(command, payment)}


def record_unanswered(command: payments.RecordUnanswered, past: Past) -> Changes:
    payment = past.of(PAYMENT, command.payment_id)
    return {command.payment_id: payments.record_unanswered(command, payment)}


def report(command: payments.ReportPayment, past: Past) -> Changes:
    return {command.payment_id: payments.report(command, past.of(PAYMENT, command.payment_id))}


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    payments.RequestPayment: request,
    payments.ExpirePayment: expire,
    payments.CancelPayment: cancel,
    payments.RequestRefund: refund,
    payments.RecordOpened: record_opened,
    payments.RecordUnanswered: record_unanswered,
    payments.ReportPayment: report,
}
