"""Who works here: when they are open, by which rules they can be booked.

register ─► ACTIVE ─ retire ─► RETIRED      (while active, booking is switched on and off)
"""

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Final, Literal, assert_never

from msgspec.structs import asdict, replace

from domain.aggregate import Aggregate
from domain.faults import Fault, below, in_document
from domain.messages import Command, DomainError, Event, Personal, Value
from domain.values import Contact, Money, ProfessionalId
from domain.zones import ZONES

DAY: Final = 24 * 60
YEAR: Final = 366 * DAY
MIDNIGHT: Final = "24:00"
TIME_OF_DAY: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: Final[tuple[Weekday, ...]] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


class Hours(Value, frozen=True):
    """Open from one reading of the wall clock to another, "09:00" to "12:30"; "24:00" at most.

    A night is two of them: up to 24:00, and from 00:00 on the next day.
    """

    opens: str
    closes: str


class Week(Value, frozen=True, kw_only=True):
    """The hours of each weekday, in order. What lies between two is a break."""

    monday: tuple[Hours, ...] = ()
    tuesday: tuple[Hours, ...] = ()
    wednesday: tuple[Hours, ...] = ()
    thursday: tuple[Hours, ...] = ()
    friday: tuple[Hours, ...] = ()
    saturday: tuple[Hours, ...] = ()
    sunday: tuple[Hours, ...] = ()

    def on(self, weekday: int) -> tuple[Hours, ...]:
        """Give the hours of a weekday; Monday is 0, as for `date.weekday()`."""
        hours: tuple[Hours, ...] = getattr(self, WEEKDAYS[weekday])
        return hours


ALL_DAY: Final = (Hours("00:00", MIDNIGHT),)
ALWAYS_OPEN: Final = Week(**dict.fromkeys(WEEKDAYS, ALL_DAY))


class FixedDeposit(Value, frozen=True, tag="fixed"):
    """The same for every booking."""

    amount: Money


class PercentDeposit(Value, frozen=True, tag="percent"):
    """A share of the price."""

    percent: int


Deposit = FixedDeposit | PercentDeposit


class Settings(Value, frozen=True, kw_only=True):
    """How a professional can be booked.

    `notice_minutes` is the least time between booking and beginning; `horizon_days` says how many
    days after today, by the local calendar, can be booked. A pending booking that does not hold its
    slot takes it when it is confirmed. The buffers are those of services that name none.
    `language` speaks to whoever states no other.
    """

    time_zone: str
    hours: Week
    slot_step_minutes: int = 15
    notice_minutes: int = 0
    horizon_days: int = 365
    cancellation_window_minutes: int = 0
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    deposit: Deposit | None = None
    auto_confirm: bool = False
    pending_holds_slot: bool = True
    language: Literal["en", "fr"] = "en"


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


class ProfessionalNotFound(DomainError):
    """There is no such professional."""


class ProfessionalIdTaken(DomainError):
    """Another professional was registered under this id."""


class ProfessionalIsRetired(DomainError):
    """The professional works here no longer."""


class BookingDisabled(DomainError):
    """At present the professional takes no bookings."""


class InvalidSettings(DomainError):
    """These settings contradict themselves or go beyond what is possible."""


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


def refuse_invalid(settings: Settings, place: str | None = None) -> None:
    """Refuse settings that make no sense, and say where; `place` is where in what was sent they are."""
    faults = _faults(settings)
    if errors := in_document(below(place, faults) if place else faults):
        raise InvalidSettings(errors=errors)


RANGES: Final = {
    "slot_step_minutes": (1, DAY),
    "notice_minutes": (0, YEAR),
    "horizon_days": (0, 5 * 366),
    "cancellation_window_minutes": (0, YEAR),
    "buffer_before_minutes": (0, DAY),
    "buffer_after_minutes": (0, DAY),
}


def _faults(settings: Settings) -> Iterator[Fault]:
    if settings.time_zone not in ZONES:
        yield Fault("/time_zone", "unknown-time-zone", "not an IANA time zone")
    for number, weekday in enumerate(WEEKDAYS):
        yield from below(f"hours/{weekday}", _faults_of_day(settings.hours.on(number)))
    for name, (least, most) in RANGES.items():
        if not least <= getattr(settings, name) <= most:
            yield Fault(f"/{name}", "out-of-range", f"not from {least} to {most}")
    if settings.deposit is not None:
        yield from below("deposit", _faults_of_deposit(settings.deposit))


def _faults_of_day(hours: Sequence[Hours]) -> Iterator[Fault]:
    closed_until = "00:00"
    for place, each in enumerate(hours):
        for end, reading in (("opens", each.opens), ("closes", each.closes)):
            if not TIME_OF_DAY.fullmatch(reading):
                yield Fault(f"/{place}/{end}", "not-a-time-of-day", "not from 00:00 to 24:00")
                return
        if each.opens < closed_until:
            yield Fault(f"/{place}/opens", "hours-overlap", "before the hours above it end")
        if each.closes <= each.opens:
            yield Fault(f"/{place}/closes", "ends-before-it-starts", "not after it opens")
        closed_until = each.closes


def _faults_of_deposit(deposit: Deposit) -> Iterator[Fault]:
    match deposit:
        case FixedDeposit(amount=money):
            if money.amount <= 0:
                yield Fault("/amount/amount", "out-of-range", "not more than nothing")
        case PercentDeposit(percent=percent):
            if not 1 <= percent <= 100:
                yield Fault("/percent", "out-of-range", "not from 1 to 100")
        case _:
            assert_never(deposit)


STORED_AS: Final[dict[str, type[Event]]] = {
    "professional-registered.v1": ProfessionalRegistered,
    "professional-contact-changed.v1": ProfessionalContactChanged,
    "professional-settings-changed.v1": ProfessionalSettingsChanged,
    "professional-opened-for-booking.v1": ProfessionalOpenedForBooking,
    "professional-closed-for-booking.v1": ProfessionalClosedForBooking,
    "professional-retired.v1": ProfessionalRetired,
}
