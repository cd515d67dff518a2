"""Series over HTTP: the same visit again and again, booked and ended together."""

from enum import StrEnum
from typing import Annotated, Final

from fastapi import Response
from pydantic import Field

from api.problems.reasons import VISITS
from api.requests import ids
from api.requests.answers import Listed, Row, answers, of
from api.requests.caller import Caller, new_id
from api.requests.forms import Body, Text, TimeZone, identities
from api.requests.listing import Listing
from api.requests.meanings import PERSON
from api.requests.moments import Instant, LocalTime, instant
from api.requests.parsing import text
from api.scheduling.bookings import Visit, client_of, is_client
from api.web.gate import may
from api.web.routing import Router
from api.web.turns import heavy
from application.permissions import Permission
from domain import zones
from domain.scheduling import series
from domain.scheduling.recurrence import Recurrence
from domain.scheduling.series import CancelSeries, RequestSeries
from domain.values import SeriesId
from projections.scheduling.series import SERIES

MayRead = Annotated[Caller, may(Permission.BOOKINGS_READ)]
MayWrite = Annotated[Caller, may(Permission.BOOKINGS_WRITE)]

router: Final = Router(prefix="/v1/series", tags=["bookings"])

REFUSED: Final = (*VISITS, *of(series, zones))

LISTING: Final = Listing(
    model=SERIES,
    filters={"professional_id": text, "client_id": text, "created_at": instant},
    spans=("created_at",),
    meanings={"client_id": PERSON},
)

LocalTimes = Annotated[list[LocalTime], Field(max_length=200)]


class RecurrenceBody(Body):
    """An RRULE of RFC 5545 with its EXDATE and RDATE; all times are read off the wall clock."""

    starts_at: LocalTime
    time_zone: TimeZone
    rule: Annotated[str, Field(max_length=500)]
    except_at: LocalTimes = Field(default_factory=list)
    also_at: LocalTimes = Field(default_factory=list)

    def recurrence(self) -> Recurrence:
        """Return the value."""
        return Recurrence(
            starts_at=self.starts_at,
            time_zone=self.time_zone,
            rule=self.rule,
            except_at=tuple(self.except_at),
            also_at=tuple(self.also_at),
        )


class OnConflict(StrEnum):
    """What to do when some of the times cannot be booked."""

    REFUSE = "refuse"
    SKIP = "skip"


class NewSeries(Visit):
    """What is booked, and when it recurs."""

    id: ids.Series | None = None
    recurrence: RecurrenceBody


class From(Body):
    starting_from: Instant
    reason: Text | None = None


@router.post("", status_code=201)
@answers(Row(SERIES), refuses=REFUSED)
@heavy
def request_series(
    body: NewSeries, caller: MayWrite, on_conflict: OnConflict = OnConflict.REFUSE
) -> Response:
    """Book every time of a rule, or, with `on_conflict=skip`, those that can be booked."""
    series_id = body.id or SeriesId(new_id("series"))
    guest = body.guest.contact(caller) if body.guest else None
    command = RequestSeries(
        series_id=series_id,
        professional_id=body.professional_id,
        recurrence=body.recurrence.recurrence(),
        duration_minutes=body.duration_minutes,
        service_id=body.service_id,
        client_id=client_of(caller, body.client_id),
        guest=guest,
        guest_identities=identities(guest, caller) if guest else (),
        booking_type=body.booking_type,
        details=caller.raw("details") if body.details is not None else None,
        notes=body.notes,
        location=body.location,
        override=body.override,
        by_client=is_client(caller),
        on_conflict=on_conflict.value,
    )
    return caller.created(SERIES, series_id, command, where="/v1/series")


@router.get("")
@answers(Listed(LISTING))
def list_series(caller: MayRead) -> Response:
    """List series, the oldest first."""
    return LISTING.answer(caller)


@router.get("/{series_id}")
@answers(Row(SERIES))
def get_series(series_id: ids.Series, caller: MayRead) -> Response:
    """Show a series."""
    return caller.shown(SERIES, series_id)


@router.post("/{series_id}/cancel")
@answers(Row(SERIES), refuses=REFUSED)
@heavy
def cancel_series(series_id: ids.Series, body: From, caller: MayWrite) -> Response:
    """Call off what begins at a time or later."""
    command = CancelSeries(
        series_id=series_id,
        starting_from=body.starting_from,
        reason=body.reason,
        by_client=is_client(caller),
    )
    return caller.changed(SERIES, series_id, command)
