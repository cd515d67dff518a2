"""Which bookings are there, and what do we know of each?"""

from datetime import datetime, timedelta
from typing import Any, Final, assert_never

from msgspec import Raw
from msgspec.structs import replace
from psycopg import Connection

from application.scheduling.terms import LONGEST
from domain.people.clients import ClientErased
from domain.scheduling.bookings import (
    Appointment,
    BookingCancelled,
    BookingChanged,
    BookingCompleted,
    BookingConfirmed,
    BookingDeclined,
    BookingLinkedToClient,
    BookingMarkedNoShow,
    BookingMove,
    BookingRequested,
    BookingRescheduled,
    BookingStatus,
    JsonText,
    WallClock,
    status_after,
)
from domain.values import (
    BookingId,
    ClientId,
    Contact,
    HoldId,
    Money,
    ProfessionalId,
    SeriesId,
    ServiceId,
    TimeSlot,
)
from projections.overlap import Overlap, Range
from projections.questions import Op, Where
from projections.read_model import ReadModel, Row

NO_DETAILS: Final = Raw(b"null")

A_DAY: Final = timedelta(days=1)
A_LONGEST: Final = timedelta(minutes=LONGEST)

LONG_ONES: Final = """
    SELECT min(r.starts_at) FROM live.bookings r
    WHERE r.tenant_id = %s AND r.longer_than_a_day AND r.starts_at > %s AND r.starts_at <= %s
      AND r.ends_at > %s
"""


class KnownBooking(Row, frozen=True, kw_only=True):
    """`details` are JSON as it was sent, to the byte. `override`: it was booked, or moved last, or given
    to its client, with leave to pass over what may be passed over. `reason` is why it was called off.
    Few are `longer_than_a_day`: those that are there are looked for by themselves.
    """

    id: BookingId
    status: BookingStatus
    professional_id: ProfessionalId
    service_id: ServiceId | None
    client_id: ClientId | None
    guest: Contact | None
    starts_at: datetime | None
    ends_at: datetime | None
    local_start: WallClock | None
    time_zone: str
    price: Money | None
    booking_type: str | None
    details: Raw
    notes: str | None
    location: str | None
    series_id: SeriesId | None
    hold_id: HoldId | None
    override: bool
    reason: str | None = None
    cancelled_by_client: bool | None = None
    longer_than_a_day: bool = False


LaterEvent = (
    BookingMove | BookingRescheduled | BookingChanged | BookingLinkedToClient | ClientErased
)


def _evolve(row: KnownBooking | None, event: BookingRequested | LaterEvent) -> KnownBooking | None:
    if isinstance(event, BookingRequested):
        return _requested(event)
    return row and _after(row, event)


def _after(row: KnownBooking, event: LaterEvent) -> KnownBooking:
    match event:
        case BookingRescheduled(appointment=appointment, override=override):
            return replace(_at(row, appointment), override=override)
        case BookingChanged(notes=notes, location=location, details=details):
            return replace(row, notes=notes, location=location, details=_json(details))
        case BookingLinkedToClient(appointment=appointment, override=override):
            return replace(row, client_id=appointment.client_id, override=row.override or override)
        case ClientErased():
            return _erased(row)
        case BookingConfirmed() | BookingCompleted() | BookingMarkedNoShow():
            return replace(row, status=status_after(event))
        case BookingDeclined(reason=reason):
            return replace(row, status=status_after(event), reason=reason)
        case BookingCancelled(reason=reason, by_client=by_client):
            status = status_after(event)
            return replace(row, status=status, reason=reason, cancelled_by_client=by_client)
        case _:
            assert_never(event)


def _requested(event: BookingRequested) -> KnownBooking:
    appointment, slot = event.appointment, event.appointment.slot
    return KnownBooking(
        id=event.booking_id,
        status=BookingStatus.PENDING,
        professional_id=appointment.professional_id,
        service_id=appointment.service_id,
        client_id=appointment.client_id,
        guest=event.guest,
        starts_at=slot.starts_at if slot else None,
        ends_at=slot.ends_at if slot else None,
        local_start=appointment.local_start,
        time_zone=appointment.time_zone,
        price=event.price,
        booking_type=event.booking_type,
        details=_json(event.details),
        notes=event.notes,
        location=event.location,
        series_id=appointment.series_id,
        hold_id=event.hold_id,
        override=event.override,
        longer_than_a_day=_is_long(slot),
    )


def _at(row: KnownBooking, appointment: Appointment) -> KnownBooking:
    slot = appointment.slot
    return replace(
        row,
        starts_at=slot and slot.starts_at,
        ends_at=slot and slot.ends_at,
        local_start=appointment.local_start,
        time_zone=appointment.time_zone,
        longer_than_a_day=_is_long(slot),
    )


def _is_long(slot: TimeSlot | None) -> bool:
    return slot is not None and slot.ends_at - slot.starts_at > A_DAY


def _json(details: JsonText | None) -> Raw:
    return NO_DETAILS if details is None else Raw(details.encode())


def _erased(row: KnownBooking) -> KnownBooking:
    """What a rebuild would give: nothing personal can be read from its events any more."""
    return replace(
        row,
        guest=None,
        booking_type=None,
        details=NO_DETAILS,
        notes=None,
        location=None,
        reason=None,
    )


def _key(event: BookingRequested | LaterEvent) -> list[str]:
    if isinstance(event, ClientErased):
        return [stream for stream in event.streams if stream.startswith("booking-")]
    return [event.booking_id]


BOOKINGS = ReadModel(
    name="bookings",
    version=2,
    row=KnownBooking,
    subscribes_to=(
        BookingRequested,
        BookingConfirmed,
        BookingDeclined,
        BookingCompleted,
        BookingMarkedNoShow,
        BookingCancelled,
        BookingRescheduled,
        BookingChanged,
        BookingLinkedToClient,
        ClientErased,
    ),
    key=_key,
    evolve=_evolve,
    columns=(
        "status",
        "professional_id",
        "service_id",
        "client_id",
        "booking_type",
        "series_id",
        "starts_at",
        "ends_at",
        "longer_than_a_day",
        "created_at",
    ),
    indexes=(
        ("starts_at",),
        ("created_at",),
        ("status", "starts_at"),
        ("professional_id", "starts_at"),
        ("service_id", "starts_at"),
        ("client_id", "starts_at"),
        ("booking_type", "starts_at"),
        ("series_id", "starts_at"),
        ("longer_than_a_day", "starts_at"),
    ),
    owner="booking",
)


def overlapping(connection: Connection[Any], tenant: str, asked: Range) -> Overlap:
    """Say how to ask for the bookings that overlap a range. They are read in the order in which they
    begin, from a day before the range on, or from where the first longer one begins that goes on then: a
    booking takes a week at most.
    """
    first, last = asked
    where = [] if last is None else [Where("starts_at", Op.BELOW, last)]
    if first is None:
        return Overlap(where)
    a_day_before = first - A_DAY
    values = (tenant, first - A_LONGEST, a_day_before, first)
    ((long,),) = connection.execute(LONG_ONES, values).fetchall()
    begins = Where("starts_at", Op.AT_LEAST, a_day_before if long is None else long)
    return Overlap([*where, begins, Where("ends_at", Op.ENDS_AFTER, first)])
