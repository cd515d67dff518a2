"""Whose a thing is: of each kind of thing that is somebody's, its aggregate and the ids in its state."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from application.permissions import Whose
from domain.aggregate import Aggregate
from domain.messages import DomainError
from domain.money import payments
from domain.scheduling import agendas, bookings, series, time_blocks

Ids = Mapping[str, Whose]
"""Whose a thing is: by `client_id` and `professional_id`; of a conversation, by `member_id` whoever takes part."""


class Thing(NamedTuple):
    """A kind of thing that is somebody's, and the refusal that says there is none."""

    aggregate: Aggregate[Any, Any]
    whose: Callable[[Any], Ids]
    missing: type[DomainError]


def by(client_id: str | None = None, professional_id: str | None = None) -> Ids:
    """Return whose it is."""
    return {"client_id": client_id, "professional_id": professional_id}


THINGS: Final[Mapping[str, Thing]] = {
    "booking_id": Thing(
        bookings.BOOKING,
        lambda each: by(each.appointment.client_id, each.appointment.professional_id),
        bookings.BookingNotFound,
    ),
    "series_id": Thing(
        series.SERIES,
        lambda each: by(each.client_id, each.professional_id),
        series.SeriesNotFound,
    ),
    "hold_id": Thing(
        agendas.HOLD,
        lambda each: by(each.client_id, each.professional_id),
        agendas.HoldNotFound,
    ),
    "block_id": Thing(
        time_blocks.TIME_BLOCK,
        lambda each: by(None, each.professional_id),
        time_blocks.TimeBlockNotFound,
    ),
    "payment_id": Thing(
        payments.PAYMENT, lambda each: by(each.client_id), payments.PaymentNotFound
    ),
}
"""By the field of a command that names one."""
