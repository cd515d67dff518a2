"""When a professional is open, and by which rules booked; and what of it makes no sense."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal, assert_never

from domain.faults import Fault, below, in_document
from domain.messages import Invalid, Value
from domain.values import Money
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
        """Return the hours of a weekday; Monday is 0, as for `date.weekday()`."""
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


# --- Why it may be refused ------------------------------------------------------------


class InvalidSettings(Invalid):
    """These settings contradict themselves or go beyond what is possible."""

    errors: Sequence[Fault]


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
