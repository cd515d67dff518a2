"""How do those who work here reach each other?"""

from collections.abc import Mapping, Sequence
from typing import Any, assert_never

import msgspec
from msgspec.structs import asdict
from psycopg import Connection

from domain.scheduling.professionals import (
    ProfessionalClosedForBooking,
    ProfessionalContactChanged,
    ProfessionalEvent,
    ProfessionalOpenedForBooking,
    ProfessionalRegistered,
    ProfessionalRetired,
    ProfessionalSettingsChanged,
)
from domain.values import ProfessionalId
from projections.read_model import ReadModel, Row


class ProfessionalContact(Row, frozen=True, kw_only=True):
    """What is not for everybody."""

    id: ProfessionalId
    name: str
    email: str | None
    phone: str | None
    language: str | None
    time_zone: str | None


def contacts_of(
    connection: Connection[Any], tenant: str, ids: Sequence[ProfessionalId]
) -> Mapping[ProfessionalId, ProfessionalContact]:
    """Return the contacts of these, as far as there are any."""
    found = connection.execute(
        """
        SELECT document::text FROM live.professional_contacts
        WHERE tenant_id = %s AND key = ANY(%s)
        """,
        (tenant, [*ids]),
        prepare=True,
    ).fetchall()
    contacts = (msgspec.json.decode(text, type=ProfessionalContact) for (text,) in found)
    return {contact.id: contact for contact in contacts}


def _evolve(
    row: ProfessionalContact | None, event: ProfessionalEvent
) -> ProfessionalContact | None:
    match event:
        case ProfessionalRegistered(contact=contact) | ProfessionalContactChanged(contact=contact):
            return ProfessionalContact(id=event.professional_id, **asdict(contact))
        case (
            ProfessionalSettingsChanged()
            | ProfessionalOpenedForBooking()
            | ProfessionalClosedForBooking()
            | ProfessionalRetired()
        ):
            return row
        case _:
            assert_never(event)


PROFESSIONAL_CONTACTS = ReadModel(
    name="professional_contacts",
    version=1,
    row=ProfessionalContact,
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
    columns=("name",),
    indexes=(("name",),),
    owner="professional",
)
