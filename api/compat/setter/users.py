"""Users as the appointment setter knew them: who can be booked, when, and whether at all."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from fastapi import Response
from msgspec.structs import replace
from psycopg import Connection
from pydantic import Field

from api.compat import OldRouter, Product
from api.compat.pages import OldListing
from api.compat.setter.shapes import CAMEL, reshaped
from api.compat.whom import ACTIVE
from api.problems.reasons import WORKING
from api.requests import ids
from api.requests.answers import Listed, Made, answers
from api.requests.caller import Caller
from api.requests.forms import Body, ContactBody, Email, Line, Phone, TimeZone
from api.scheduling import professionals
from application.reach import NotFound
from application.transact import Together
from domain.business.tenants import stream_of
from domain.messages import Command
from domain.scheduling.professionals import (
    ALWAYS_OPEN,
    ChangeProfessionalContact,
    ChangeProfessionalSettings,
    CloseForBooking,
    OpenForBooking,
    Settings,
    Week,
)
from domain.values import Contact, ProfessionalId, TenantId
from projections.business.tenants import TENANTS, ListedTenant
from projections.scheduling.professional_contacts import (
    PROFESSIONAL_CONTACTS,
    ProfessionalContact,
    contacts_of,
)
from projections.scheduling.professionals import PROFESSIONALS, ListedProfessional

Switch = Literal[0, 1]

SWITCH: Final[dict[int, type[OpenForBooking | CloseForBooking]]] = {
    0: CloseForBooking,
    1: OpenForBooking,
}

WHERE: Final = "/user"

router: Final = OldRouter(Product.SETTER, prefix=WHERE, successor="/v1/professionals")


class OldUser(msgspec.Struct, kw_only=True, rename="camel"):
    """`bookings_time` is by weekday, read off the clock of `time_zone`."""

    id: str
    name: str
    email: str | None
    phone: str | None
    booking_enabled: int
    bookings_time: Week
    time_zone: str
    version: int
    created_at: datetime | None
    updated_at: datetime | None


class ChangedUser(Body):
    """What is not named stays."""

    model_config = CAMEL

    name: Line = Field(default_factory=str)  # or not named: null is no name
    email: Email | None = None
    phone: Phone | None = None
    booking_enabled: Switch | None = None
    bookings_time: professionals.WeekBody | None = None
    time_zone: TimeZone | None = None

    def orders(self, caller: Caller, known: "KnownUser") -> list[Command]:
        """Return what makes the user so; what is so already changes nothing."""
        user_id, enabled = known.listed.id, known.listed.accepts_bookings
        switch = SWITCH[enabled if self.booking_enabled is None else self.booking_enabled]
        settings, contact = self._settings(known), self._contact(caller, known)
        return [
            ChangeProfessionalSettings(professional_id=user_id, settings=settings),
            ChangeProfessionalContact(professional_id=user_id, contact=contact),
            switch(professional_id=user_id),
        ]

    def _settings(self, known: "KnownUser") -> Settings:
        settings = known.listed.settings
        week = self.bookings_time
        return replace(
            settings,
            time_zone=self.time_zone or settings.time_zone,
            hours=msgspec.convert(week.model_dump(), Week) if week else settings.hours,
        )

    def _contact(self, caller: Caller, known: "KnownUser") -> Contact:
        as_is = {name: getattr(known.contact, name) for name in ContactBody.model_fields}
        named = self.model_dump(include={"name", "email", "phone"}, exclude_unset=True)
        return ContactBody(**as_is | named).contact(caller)


class NewUser(ChangedUser):
    """No bookings before they are enabled; then at any time, if no other is said."""

    name: Line
    booking_enabled: Switch = 0

    def professional(self, caller: Caller) -> professionals.ProfessionalBody:
        """Return the same as `/v1` wants it."""
        week = self.bookings_time or msgspec.to_builtins(ALWAYS_OPEN)
        settings = {"time_zone": self.time_zone or _zone(caller), "hours": week}
        return professionals.ProfessionalBody(
            name=self.name,
            email=self.email,
            phone=self.phone,
            settings=professionals.SettingsBody.model_validate(settings),
        )


class KnownUser(msgspec.Struct):
    """All we know of a user, read from history."""

    listed: ListedProfessional
    contact: ProfessionalContact

    @property
    def version(self) -> int:
        """That of the older of both."""
        return min(self.listed.version, self.contact.version)


def _users(connection: Connection[Any], tenant: str, documents: Sequence[bytes]) -> Sequence[bytes]:
    listed = [msgspec.json.decode(document, type=ListedProfessional) for document in documents]
    contacts = contacts_of(connection, tenant, [each.id for each in listed])
    return [_shaped(each, contacts.get(each.id)) for each in listed]


def _shaped(listed: ListedProfessional, contact: ProfessionalContact | None) -> bytes:
    """Return a user. No contact: it is not shown yet."""
    return msgspec.json.encode(
        OldUser(
            id=listed.id,
            name=listed.name,
            email=contact.email if contact else None,
            phone=contact.phone if contact else None,
            booking_enabled=int(listed.accepts_bookings),
            bookings_time=listed.settings.hours,
            time_zone=listed.settings.time_zone,
            version=listed.version,
            created_at=listed.created_at,
            updated_at=listed.updated_at,
        )
    )


LISTING: Final = OldListing(
    listing=professionals.LISTING, shape=_users, also=(PROFESSIONAL_CONTACTS,)
)


@router.post("", status_code=201)
@answers(Made(OldUser, tagged=True), refuses=WORKING)
def create_user(body: NewUser, caller: professionals.MayWrite) -> Response:
    """Let somebody be booked."""
    begin = professionals.registration(body.professional(caller), caller)
    user_id = begin.professional_id
    switch = SWITCH[body.booking_enabled](professional_id=user_id)
    both = Together(commands=(begin, switch))
    return _reshaped(caller, caller.created(PROFESSIONALS, user_id, both, where=WHERE))


@router.get("")
@answers(Listed(LISTING, always_numbered=True))
def list_users(caller: professionals.MayReadContacts) -> Response:
    """List who can be booked."""
    _refuse_clients(caller)
    return LISTING.numbered(caller, where=[ACTIVE])


@router.get("/{user_id}")
@answers(Made(OldUser, tagged=True))
def get_user(user_id: ids.Professional, caller: professionals.MayReadContacts) -> Response:
    """Show a user."""
    _refuse_clients(caller)
    document = caller.document(PROFESSIONALS, user_id)
    if not msgspec.json.decode(document.json, type=ListedProfessional).active:
        raise NotFound
    return _reshaped(caller, caller.show(document))


@router.put("/{user_id}")
@answers(Made(OldUser, tagged=True), refuses=WORKING)
def change_user(
    user_id: ids.Professional, body: ChangedUser, caller: professionals.MayWrite
) -> Response:
    """Change what is named of a user."""
    known = _known(caller, user_id)
    orders = body.orders(caller, known)
    return _reshaped(caller, caller.changed(PROFESSIONALS, user_id, *orders, seen=known.version))


@router.delete("/{user_id}", status_code=204)
@answers(refuses=WORKING)
def delete_user(user_id: ids.Professional, caller: professionals.MayWrite) -> Response:
    """Let somebody be booked no longer; what is booked stays, and so does the history."""
    return professionals.retire_professional(user_id, caller)


def _known(caller: Caller, user_id: ProfessionalId) -> KnownUser:
    contact = caller.folded(PROFESSIONAL_CONTACTS, user_id)
    listed = caller.folded(PROFESSIONALS, user_id)
    return KnownUser(
        msgspec.json.decode(listed.json, type=ListedProfessional),
        msgspec.json.decode(contact.json, type=ProfessionalContact),
    )


def _user(caller: Caller, document: bytes) -> bytes:
    listed = msgspec.json.decode(document, type=ListedProfessional)
    contact = caller.folded(PROFESSIONAL_CONTACTS, listed.id)
    return _shaped(listed, msgspec.json.decode(contact.json, type=ProfessionalContact))


def _reshaped(caller: Caller, response: Response) -> Response:
    return reshaped(response, lambda document: _user(caller, document), WHERE)


def _zone(caller: Caller) -> str:
    """Return the clock of the business."""
    found = caller.found(TENANTS, stream_of(TenantId(caller.tenant)))
    return msgspec.json.decode(found.json, type=ListedTenant).time_zone if found else "UTC"


def _refuse_clients(caller: Caller) -> None:
    """Addresses of those who work here are for those who work here."""
    if not caller.reach.everything:
        raise NotFound
