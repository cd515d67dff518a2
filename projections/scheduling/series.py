"""Which series were booked, and what became of each as a whole?"""

from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from domain.people.clients import ClientErased
from domain.scheduling.recurrence import Recurrence
from domain.scheduling.series import (
    Conflict,
    Instance,
    SeriesCancelled,
    SeriesEvent,
    SeriesRequested,
)
from domain.values import ClientId, ProfessionalId, SeriesId, ServiceId
from projections.read_model import ReadModel, Row


class BookedSeries(Row, frozen=True, kw_only=True):
    """Its bookings are ordinary ones: `GET /v1/bookings?series_id=…` says how they are now."""

    id: SeriesId
    professional_id: ProfessionalId
    service_id: ServiceId | None
    client_id: ClientId | None
    recurrence: Recurrence
    instances: tuple[Instance, ...]
    skipped: tuple[Conflict, ...]
    cancelled_from: datetime | None = None
    reason: str | None = None


def _evolve(row: BookedSeries | None, event: SeriesEvent | ClientErased) -> BookedSeries | None:
    match event:
        case SeriesRequested():
            return BookedSeries(
                id=event.series_id,
                professional_id=event.professional_id,
                service_id=event.service_id,
                client_id=event.client_id,
                recurrence=event.recurrence,
                instances=event.instances,
                skipped=event.skipped,
            )
        case SeriesCancelled(starting_from=start, reason=reason):
            return row and replace(row, cancelled_from=start, reason=reason)
        case ClientErased():
            return row and replace(row, reason=None)
        case _:
            assert_never(event)


def _key(event: SeriesEvent | ClientErased) -> list[str]:
    if isinstance(event, ClientErased):
        return [stream for stream in event.streams if stream.startswith("series-")]
    return [event.series_id]


SERIES = ReadModel(
    name="series",
    version=1,
    row=BookedSeries,
    subscribes_to=(SeriesRequested, SeriesCancelled, ClientErased),
    key=_key,
    evolve=_evolve,
    columns=("professional_id", "client_id", "created_at"),
    indexes=(("created_at",), ("professional_id", "created_at"), ("client_id", "created_at")),
    owner="series",
)
