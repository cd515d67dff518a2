"""Who works here, and how can they be booked?"""

from typing import Any, assert_never

from msgspec.structs import replace
from psycopg import Connection

from domain.scheduling.professionals import (
    ProfessionalClosedForBooking,
    ProfessionalContactChanged,
    ProfessionalEvent,
    ProfessionalOpenedForBooking,
    ProfessionalRegistered,
    ProfessionalRetired,
    ProfessionalSettingsChanged,
    Settings,
)
from domain.values import ProfessionalId
from projections.read_model import ReadModel, Row


class ListedProfessional(Row, frozen=True, kw_only=True):
    """What everybody may see. Not `active`: works here no longer."""

    id: ProfessionalId
    name: str
    settings: Settings
    accepts_bookings: bool = True
    active: bool = True


def bookable(
    connection: Connection[Any], tenant: str, *, after: str, most: int
) -> tuple[ProfessionalId, ...]:
    """Return those who take bookings at present, by id; of very many, so many after one of them."""
    found = connection.execute(
        """
        SELECT key FROM live.professionals
        WHERE tenant_id = %s AND key > %s AND active AND accepts_bookings ORDER BY key LIMIT %s
        """,
        (tenant, after, most),
    ).fetchall()
    return tuple(ProfessionalId(key) for (key,) in found)


def _evolve(row: ListedProfessional | None, event: ProfessionalEvent) -> ListedProfessional | None:
    match event:
        case ProfessionalRegistered(professional_id=professional, contact=contact):
            return ListedProfessional(id=professional, name=contact.name, settings=event.settings)
        case ProfessionalContactChanged(contact=contact):
            return row and replace(row, name=contact.name)
        case ProfessionalSettingsChanged(settings=settings):
            return row and replace(row, settings=settings)
        case ProfessionalOpenedForBooking():
            return row and replace(row, accepts_bookings=True)
        case ProfessionalClosedForBooking():
            return row and replace(row, accepts_bookings=False)
        case ProfessionalRetired():
            return row and replace(row, active=False)
        case _:
            assert_never(event)


PROFESSIONALS = ReadModel(
    name="professionals",
    version=1,
    row=ListedProfessional,
    subscribes_to=(
        ProfessionalRegistered,
        ProfessionalContactChanged,
        ProfessionalSettingsChanged,
        ProfessionalOpenedForBooking,
        ProfessionalClosedForBooking,
        ProfessionalRetired,
    ),
    key=lambda event: [event.professional_id],
    evolve=_evolve,
    columns=("name", "active", "accepts_bookings"),
    indexes=(("name",),),
    owner="professional",
)
