"""The same visit again and again: a rule makes ordinary bookings, and can end them together.

request ─► BOOKED ─ cancel from a day on ─► shortened, as often as one likes

What becomes of each booking is the booking's business: one can be moved or cancelled by itself.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, assert_never

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.faults import Fault, below, in_document
from domain.messages import Command, DomainError, Event, Invalid, Missing, Personal, Value
from domain.scheduling.recurrence import Recurrence, faults_of_recurrence, first_starts
from domain.telling import Tellings, public
from domain.values import (
    BookingId,
    ClientId,
    Contact,
    IdentityId,
    ProfessionalId,
    SeriesId,
    ServiceId,
    derived_id,
)

MOST: Final = 104
"""Twice a week for a year, or weekly for two."""


class Instance(Value, frozen=True):
    """One booking of a series, and when it was first meant to be."""

    booking_id: BookingId
    starts_at: datetime


class Conflict(Value, frozen=True):
    """One time at which nothing can be booked, with the code of the refusal that says why."""

    starts_at: datetime
    local_start: datetime
    code: str


# --- What may be asked ----------------------------------------------------------------


class RequestSeries(Command, frozen=True):
    """What is not about time is said of every booking: see `RequestBooking`. Each of its times is
    asked for like a booking's, but that the horizon binds clients alone: a series is how the
    business books far ahead.
    """

    series_id: SeriesId
    professional_id: ProfessionalId
    recurrence: Recurrence
    duration_minutes: int | None = None
    service_id: ServiceId | None = None
    client_id: ClientId | None = None
    guest: Contact | None = None
    guest_identities: tuple[IdentityId, ...] = ()
    booking_type: str | None = None
    details: str | None = None
    notes: str | None = None
    location: str | None = None
    override: bool = False
    by_client: bool = False
    on_conflict: Literal["refuse", "skip"] = "refuse"


class CancelSeries(Command, frozen=True):
    """Cancel what begins at `starting_from` or later and has not been completed or called off."""

    series_id: SeriesId
    starting_from: datetime
    reason: str | None = None
    by_client: bool = False


# --- What can happen ------------------------------------------------------------------


class SeriesRequested(Event, frozen=True):
    """`skipped` are the times at which nothing could be booked."""

    series_id: SeriesId
    professional_id: ProfessionalId
    recurrence: Recurrence
    instances: tuple[Instance, ...]
    skipped: tuple[Conflict, ...] = ()
    service_id: ServiceId | None = None
    client_id: ClientId | None = None


class SeriesCancelled(Event, frozen=True):
    series_id: SeriesId
    starting_from: datetime
    reason: Personal[str | None] = None
    by_client: bool = False


SeriesEvent = SeriesRequested | SeriesCancelled


# --- Why it may be refused ------------------------------------------------------------


class SeriesNotFound(Missing):
    """There is no such series."""


class SeriesIdTaken(DomainError):
    """Another series was requested under this id."""

    series_id: SeriesId


class InvalidRecurrence(Invalid):
    """The times of this series make no sense."""

    errors: Sequence[Fault]


class SeriesTooLong(Invalid):
    """A series has 104 bookings at most; give its rule a COUNT or an UNTIL."""

    at_most: int


class SeriesIsEmpty(Invalid):
    """The rule names no time at all."""


class SeriesConflicts(DomainError):
    """Some of these times cannot be booked."""

    instances: Sequence[Conflict]


# --- What a decision needs to remember ------------------------------------------------


class Series(Value, frozen=True, kw_only=True):
    """`cancelled_from` is the earliest time from which it was cancelled."""

    professional_id: ProfessionalId
    recurrence: Recurrence
    bookings: tuple[BookingId, ...]
    client_id: ClientId | None = None
    cancelled_from: datetime | None = None


def evolve(series: Series | None, event: SeriesEvent) -> Series | None:
    match event:
        case SeriesRequested():
            return Series(
                professional_id=event.professional_id,
                recurrence=event.recurrence,
                bookings=tuple(instance.booking_id for instance in event.instances),
                client_id=event.client_id,
            )
        case SeriesCancelled(starting_from=start):
            return series and replace(series, cancelled_from=start)
        case _:
            assert_never(event)


SERIES: Final[Aggregate[Series | None, SeriesEvent]] = Aggregate(
    kind="series", initial=None, evolve=evolve
)


# --- Decisions ------------------------------------------------------------------------


def occurrences(recurrence: Recurrence) -> Sequence[datetime]:
    """Return the times of a series, by the wall clock; refuse a rule that is no series."""
    if errors := in_document(below("recurrence", faults_of_recurrence(recurrence))):
        raise InvalidRecurrence(errors=errors)
    try:
        found = first_starts(recurrence, MOST + 1)
    except ValueError:
        raise SeriesTooLong(at_most=MOST) from None
    if len(found) > MOST:
        raise SeriesTooLong(at_most=MOST)
    if not found:
        raise SeriesIsEmpty
    return found


def instance_id(series_id: SeriesId, local_start: datetime) -> BookingId:
    """Name the booking of a series at this time, always the same."""
    return BookingId(derived_id("booking", series_id, local_start.isoformat()))


def request(
    command: RequestSeries,
    series: Series | None,
    *,
    instances: Sequence[Instance],
    conflicts: Sequence[Conflict],
) -> Sequence[SeriesEvent]:
    """Book all of it; or, if asked to, what of it can be booked."""
    if series is not None:
        refuse_another_series(command, series)
        return []
    if conflicts and (command.on_conflict == "refuse" or not instances):
        raise SeriesConflicts(instances=list(conflicts))
    requested = SeriesRequested(
        series_id=command.series_id,
        professional_id=command.professional_id,
        recurrence=command.recurrence,
        instances=tuple(instances),
        skipped=tuple(conflicts),
        service_id=command.service_id,
        client_id=command.client_id,
    )
    return [requested]


def cancel(command: CancelSeries, series: Series | None) -> Sequence[SeriesEvent]:
    """End it from a time on. What was ended from then or earlier stays as it is."""
    series = known(series)
    if series.cancelled_from is not None and series.cancelled_from <= command.starting_from:
        return []
    cancelled = SeriesCancelled(
        series_id=command.series_id,
        starting_from=command.starting_from,
        reason=command.reason,
        by_client=command.by_client,
    )
    return [cancelled]


def known(series: Series | None) -> Series:
    """Refuse what only an existing series can do."""
    if series is None:
        raise SeriesNotFound
    return series


def refuse_another_series(command: RequestSeries, series: Series) -> None:
    """Refuse an id that is another series'; the same request again is fine."""
    if (command.professional_id, command.recurrence) != (series.professional_id, series.recurrence):
        raise SeriesIdTaken(series_id=command.series_id)


STORED_AS: Final[dict[str, type[Event]]] = {
    "series-requested.v1": SeriesRequested,
    "series-cancelled.v1": SeriesCancelled,
}

TOLD_AS: Final[Tellings] = {
    SeriesRequested: public(
        "series.requested",
        *("professional_id", "service_id", "client_id", "recurrence", "instances", "skipped"),
        id="series_id",
    ),
    SeriesCancelled: public(
        "series.cancelled",
        "reason",
        id="series_id",
        cancelled_from="starting_from",
        cancelled_by_client="by_client",
    ),
}
