"""How often was a client here, when last, and what did it bring?

One row per booking; what concerns a client is added up when it is asked.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, assert_never

from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from psycopg import Connection, sql
from psycopg.rows import class_row

from domain.messages import Value
from domain.people.clients import ClientErased
from domain.scheduling.bookings import (
    Appointment,
    BookingCancelled,
    BookingCompleted,
    BookingConfirmed,
    BookingDeclined,
    BookingLinkedToClient,
    BookingMarkedNoShow,
    BookingMove,
    BookingRequested,
    BookingRescheduled,
    BookingStatus,
    status_after,
)
from domain.values import BookingId, ClientId, IdentityId, Money, ProfessionalId
from projections.paging import Op, Where, Within, conditions, kept_to
from projections.read_model import ReadModel, Row


class ClientVisit(Row, frozen=True, kw_only=True):
    """The price is the one captured when the booking was requested."""

    id: BookingId
    client_id: ClientId | None
    professional_id: ProfessionalId
    status: BookingStatus
    starts_at: datetime | None
    price_amount: int | None
    price_currency: str | None
    guest_identities: tuple[IdentityId, ...] = ()


VisitEvent = (
    BookingRequested | BookingMove | BookingRescheduled | BookingLinkedToClient | ClientErased
)


class Visits(Value, frozen=True, kw_only=True):
    """What bookings of a client add up to. Only completed ones are visits, and cost. `is_least`, if so: of
    so many bookings there are, the latest 1,000 were looked at; there may be more.
    """

    bookings: int
    completed: int
    no_shows: int
    cancelled: int
    last_visit_at: datetime | None
    total_spent: tuple[Money, ...]
    is_least: bool | UnsetType = UNSET


ADDED_UP: Final = 1_000
"""Bookings of one client, the latest: under "walk-in" a business may have all it ever had."""


class _Sums(NamedTuple):
    """What the visits in one currency add up to, or those without a price."""

    currency: str | None
    looked_at: int
    bookings: int
    completed: int
    no_shows: int
    cancelled: int
    last_visit_at: datetime | None
    spent: int


COUNTED: Final = """
    SELECT price_currency AS currency,
           count(*) AS looked_at,
           count(*) FILTER (WHERE seen) AS bookings,
           count(*) FILTER (WHERE seen AND status = 'completed') AS completed,
           count(*) FILTER (WHERE seen AND status = 'no_show') AS no_shows,
           count(*) FILTER (WHERE seen AND status = 'cancelled') AS cancelled,
           max(starts_at) FILTER (WHERE seen AND status = 'completed') AS last_visit_at,
           coalesce(sum(price_amount) FILTER (WHERE seen AND status = 'completed'), 0)::bigint AS spent
    FROM (
        SELECT r.status, r.starts_at, r.price_amount, r.price_currency, {seen} AS seen
        FROM live.client_visits r WHERE {whose} ORDER BY r.starts_at DESC, r.key DESC LIMIT {most}
    ) latest GROUP BY price_currency ORDER BY price_currency
"""


def visits_of(
    connection: Connection[Any], tenant: str, person: Sequence[ClientId], *, within: Within
) -> Visits:
    """Add up the bookings of a client, by all their records, of those that whoever asks may see; money by currency."""
    whose, which = conditions(tenant, Within(), [Where("client_id", Op.IS, [*person])])
    seen, values = kept_to(within)
    statement = sql.SQL(COUNTED).format(whose=whose, seen=seen, most=sql.Literal(ADDED_UP))
    with connection.cursor(row_factory=class_row(_Sums)) as cursor:
        sums = cursor.execute(statement, [*values, *which]).fetchall()
    return Visits(
        bookings=sum(each.bookings for each in sums),
        completed=sum(each.completed for each in sums),
        no_shows=sum(each.no_shows for each in sums),
        cancelled=sum(each.cancelled for each in sums),
        last_visit_at=max((e.last_visit_at for e in sums if e.last_visit_at), default=None),
        total_spent=tuple(Money(e.spent, e.currency) for e in sums if e.currency and e.completed),
        is_least=sum(each.looked_at for each in sums) == ADDED_UP or UNSET,
    )


def _evolve(row: ClientVisit | None, event: VisitEvent) -> ClientVisit | None:
    match event:
        case BookingRequested():
            return _requested(event)
        case BookingRescheduled(appointment=appointment):
            return row and replace(row, starts_at=_start(appointment))
        case BookingLinkedToClient(appointment=appointment):
            return row and replace(row, client_id=appointment.client_id)
        case (
            BookingConfirmed()
            | BookingDeclined()
            | BookingCompleted()
            | BookingMarkedNoShow()
            | BookingCancelled()
        ):
            return row and replace(row, status=status_after(event))
        case ClientErased():
            return row and replace(row, guest_identities=())
        case _:
            assert_never(event)


def _requested(event: BookingRequested) -> ClientVisit:
    return ClientVisit(
        id=event.booking_id,
        client_id=event.appointment.client_id,
        professional_id=event.appointment.professional_id,
        status=BookingStatus.PENDING,
        starts_at=_start(event.appointment),
        price_amount=event.price.amount if event.price else None,
        price_currency=event.price.currency if event.price else None,
        guest_identities=event.guest_identities,
    )


def _start(appointment: Appointment) -> datetime | None:
    return appointment.slot.starts_at if appointment.slot else None


def _key(event: VisitEvent) -> Sequence[str]:
    return event.streams if isinstance(event, ClientErased) else [event.booking_id]


CLIENT_VISITS = ReadModel(
    name="client_visits",
    version=2,
    row=ClientVisit,
    subscribes_to=(
        BookingRequested,
        BookingConfirmed,
        BookingDeclined,
        BookingCompleted,
        BookingMarkedNoShow,
        BookingCancelled,
        BookingRescheduled,
        BookingLinkedToClient,
        ClientErased,
    ),
    key=_key,
    evolve=_evolve,
    columns=(
        "client_id",
        "professional_id",
        "status",
        "starts_at",
        "price_amount",
        "price_currency",
    ),
    indexes=(("client_id", "starts_at"),),
    owner="booking",
)
