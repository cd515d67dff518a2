"""Somebody who works here.

register ─► ACTIVE ─ retire ─► RETIRED      (while active, booking is switched on and off)
"""

from collections.abc import Sequence
from enum import Enum
from typing import Final, assert_never

from msgspec.structs import asdict, replace

from domain.aggregate import Aggregate
from domain.messages import Command, DomainError, Event, Forbidden, Gone, Missing, Personal, Value
from domain.scheduling.professionals.settings import Settings, Week, refuse_invalid
from domain.telling import Tellings, public
from domain.values import Contact, ProfessionalId

# --- What may be asked ----------------------------------------------------------------


class RegisterProfessional(Command, frozen=True):
    professional_id: ProfessionalId
    contact: Contact
    settings: Settings


class RenameProfessional(Command, frozen=True):
    professional_id: ProfessionalId
    name: str


class ChangeProfessionalContact(Command, frozen=True):
    professional_id: ProfessionalId
    contact: Contact


class ChangeProfessionalSettings(Command, frozen=True):
    professional_id: ProfessionalId
    settings: Settings


class OpenForBooking(Command, frozen=True):
    professional_id: ProfessionalId


class CloseForBooking(Command, frozen=True):
    professional_id: ProfessionalId


class RetireProfessional(Command, frozen=True):
    professional_id: ProfessionalId


# --- What can happen ------------------------------------------------------------------


class ProfessionalRegistered(Event, frozen=True):
    professional_id: ProfessionalId
    contact: Personal[Contact]
    settings: Settings


class ProfessionalContactChanged(Event, frozen=True):
    professional_id: ProfessionalId
    contact: Personal[Contact]


class ProfessionalSettingsChanged(Event, frozen=True):
    professional_id: ProfessionalId
    settings: Settings


class ProfessionalOpenedForBooking(Event, frozen=True):
    professional_id: ProfessionalId


class ProfessionalClosedForBooking(Event, frozen=True):
    professional_id: ProfessionalId


class ProfessionalRetired(Event, frozen=True):
    professional_id: ProfessionalId


ProfessionalEvent = (
    ProfessionalRegistered
    | ProfessionalContactChanged
    | ProfessionalSettingsChanged
    | ProfessionalOpenedForBooking
    | ProfessionalClosedForBooking
    | ProfessionalRetired
)


# --- Why it may be refused ------------------------------------------------------------


class ProfessionalNotFound(Missing):
    """There is no such professional."""


class ProfessionalIdTaken(DomainError):
    """Another professional was registered under this id."""

    professional_id: ProfessionalId


class ProfessionalIsRetired(Gone):
    """The professional works here no longer."""


class BookingDisabled(Forbidden):
    """At present the professional takes no bookings."""


# --- What a decision needs to remember ------------------------------------------------


class Status(Enum):
    NONE = "none"
    ACTIVE = "active"
    RETIRED = "retired"


class Professional(Value, frozen=True, kw_only=True):
    status: Status = Status.NONE
    contact: Contact = Contact(name="")
    settings: Settings = Settings(time_zone="UTC", hours=Week())
    accepts_bookings: bool = True


def evolve(professional: Professional, event: ProfessionalEvent) -> Professional:
    match event:
        case ProfessionalRegistered(contact=contact, settings=settings):
            return Professional(status=Status.ACTIVE, contact=contact, settings=settings)
        case ProfessionalContactChanged(contact=contact):
            return replace(professional, contact=contact)
        case ProfessionalSettingsChanged(settings=settings):
            return replace(professional, settings=settings)
        case ProfessionalOpenedForBooking():
            return replace(professional, accepts_bookings=True)
        case ProfessionalClosedForBooking():
            return replace(professional, accepts_bookings=False)
        case ProfessionalRetired():
            return replace(professional, status=Status.RETIRED)
        case _:
            assert_never(event)


PROFESSIONAL = Aggregate(kind="professional", initial=Professional(), evolve=evolve)


# --- Decisions ------------------------------------------------------------------------


def register(
    command: RegisterProfessional, professional: Professional
) -> Sequence[ProfessionalEvent]:
    """Let somebody begin to work here, open for booking."""
    refuse_invalid(command.settings, "settings")
    match professional.status:
        case Status.NONE:
            return [ProfessionalRegistered(**asdict(command))]
        case Status.ACTIVE:
            if (professional.contact, professional.settings) != (command.contact, command.settings):
                raise ProfessionalIdTaken(professional_id=command.professional_id)
            return []
        case Status.RETIRED:
            raise ProfessionalIsRetired
        case _:
            assert_never(professional.status)


def rename(command: RenameProfessional, professional: Professional) -> Sequence[ProfessionalEvent]:
    """Change the name and leave the rest of the contact."""
    contact = replace(professional.contact, name=command.name)
    return _contact(command.professional_id, contact, professional)


def change_contact(
    command: ChangeProfessionalContact, professional: Professional
) -> Sequence[ProfessionalEvent]:
    """Change how the professional is addressed and reached."""
    return _contact(command.professional_id, command.contact, professional)


def change_settings(
    command: ChangeProfessionalSettings, professional: Professional
) -> Sequence[ProfessionalEvent]:
    """Change the rules for what is booked from now on; what is booked stays booked."""
    refuse_unless_active(professional)
    refuse_invalid(command.settings)
    if command.settings == professional.settings:
        return []
    return [ProfessionalSettingsChanged(**asdict(command))]


def open_for_booking(
    command: OpenForBooking, professional: Professional
) -> Sequence[ProfessionalEvent]:
    """Take bookings again."""
    refuse_unless_active(professional)
    if professional.accepts_bookings:
        return []
    return [ProfessionalOpenedForBooking(professional_id=command.professional_id)]


def close_for_booking(
    command: CloseForBooking, professional: Professional
) -> Sequence[ProfessionalEvent]:
    """Take no new bookings; those there are stay."""
    refuse_unless_active(professional)
    if not professional.accepts_bookings:
        return []
    return [ProfessionalClosedForBooking(professional_id=command.professional_id)]


def retire(command: RetireProfessional, professional: Professional) -> Sequence[ProfessionalEvent]:
    """Let somebody work here no longer; their history stays."""
    match professional.status:
        case Status.NONE:
            raise ProfessionalNotFound
        case Status.ACTIVE:
            return [ProfessionalRetired(professional_id=command.professional_id)]
        case Status.RETIRED:
            return []
        case _:
            assert_never(professional.status)


def refuse_unless_active(professional: Professional) -> None:
    """Refuse what only somebody who works here can do."""
    match professional.status:
        case Status.NONE:
            raise ProfessionalNotFound
        case Status.ACTIVE:
            return
        case Status.RETIRED:
            raise ProfessionalIsRetired
        case _:
            assert_never(professional.status)


def refuse_unless_bookable(professional: Professional) -> None:
    """Refuse a booking with somebody who takes none."""
    refuse_unless_active(professional)
    if not professional.accepts_bookings:
        raise BookingDisabled


def _contact(
    professional_id: ProfessionalId, contact: Contact, professional: Professional
) -> Sequence[ProfessionalEvent]:
    refuse_unless_active(professional)
    if contact == professional.contact:
        return []
    return [ProfessionalContactChanged(professional_id=professional_id, contact=contact)]


STORED_AS: Final[dict[str, type[Event]]] = {
    "professional-registered.v1": ProfessionalRegistered,
    "professional-contact-changed.v1": ProfessionalContactChanged,
    "professional-settings-changed.v1": ProfessionalSettingsChanged,
    "professional-opened-for-booking.v1": ProfessionalOpenedForBooking,
    "professional-closed-for-booking.v1": ProfessionalClosedForBooking,
    "professional-retired.v1": ProfessionalRetired,
}

TOLD_AS: Final[Tellings] = {
    ProfessionalRegistered: public(
        "professional.registered", "contact.name", "settings", id="professional_id"
    ),
    ProfessionalContactChanged: public(
        "professional.contact-changed", "contact.name", id="professional_id"
    ),
    ProfessionalSettingsChanged: public(
        "professional.settings-changed", "settings", id="professional_id"
    ),
    ProfessionalOpenedForBooking: public("professional.opened-for-booking", id="professional_id"),
    ProfessionalClosedForBooking: public("professional.closed-for-booking", id="professional_id"),
    ProfessionalRetired: public("professional.retired", id="professional_id"),
}
"""Of the contact the name alone: the rest of it is not for everybody who may see professionals."""
