"""A salon in which people book in all ways, and what other rules would have refused: worked out apart, by
comparing times with times.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from application.ports import Recorded
from application.what_if.bookings import DECISIONS
from application.what_if.policies import BookingRules
from domain.business.users import Role, UserRegistered
from domain.messages import DomainError
from domain.scheduling.agendas import (
    HeldSlotFreed,
    HoldPlaced,
    PlaceHold,
    SlotHeld,
    SlotReleased,
    SlotReserved,
)
from domain.scheduling.bookings import (
    BookingCancelled,
    BookingRequested,
    BookingRescheduled,
    CancelBooking,
    ConfirmBooking,
    RequestBooking,
    RescheduleBooking,
)
from domain.scheduling.professionals import ALWAYS_OPEN, ProfessionalSettingsChanged, Settings
from domain.scheduling.recurrence import Recurrence
from domain.scheduling.series import RequestSeries
from domain.scheduling.services import Offer
from domain.values import BookingId, HoldId, SeriesId, ServiceId, TimeSlot, UserId
from tests.scheduling.bookings.examples import (
    ana,
    client_registered,
    professional_registered,
    service_created,
    zoe,
)
from tests.scheduling.bookings.salon import USE_CASES
from tests.what_if.remembered import Remembered

SATURDAY: Final = datetime(2027, 3, 27, 9, tzinfo=UTC)
"""A day before the clock is changed in Paris."""

MINUTE: Final = timedelta(minutes=1)
PARIS: Final = ZoneInfo("Europe/Paris")
RULES: Final = Settings(time_zone="Europe/Paris", hours=ALWAYS_OPEN, horizon_days=60)
CLIENT: Final = UserId("user-0198c0de-0000-7000-8000-0000000000c1")
OWNER: Final = UserId("user-0198c0de-0000-7000-8000-0000000000a1")
PLAIN: Final = ServiceId("service-0198c0de-0000-7000-8000-000000000021")
TIDY: Final = ServiceId("service-0198c0de-0000-7000-8000-000000000022")
SERVICES: Final = {
    PLAIN: Offer(name="Plain", duration_minutes=30),
    TIDY: Offer(name="Tidy", duration_minutes=45, buffer_after_minutes=15),
}

Step = tuple[Any, ...]


class Salon:
    """Ana's salon, always open, and all that happens there. Who may override does so where they have to,
    and sometimes where they need not: which it was is remembered.
    """

    def __init__(self, **rules: Any) -> None:
        self.past = Remembered(USE_CASES, SATURDAY)
        self.rules = replace(RULES, **rules)
        self.past.record(ana, replace(professional_registered, settings=self.rules))
        for service, offer in SERVICES.items():
            self.past.record(service, replace(service_created, service_id=service, offer=offer))
        self.past.record(zoe, client_registered)
        for user, role in ((CLIENT, Role.CLIENT), (OWNER, Role.OWNER)):
            known = UserRegistered(user_id=user, name="?", email="?", roles=(role,))
            self.past.record(user, known)
        self.bookings: list[BookingId] = []
        self.holds: list[RequestBooking] = []
        self.passed_over: set[int] = set()
        self._made = 0

    def steps(self, steps: Sequence[Step]) -> "Salon":
        for minutes, by_client, (name, *more) in steps:
            self.past.now += minutes * MINUTE
            self.past.actor = CLIENT if by_client else OWNER
            getattr(self, name.replace(" ", "_"))(by_client, *more)
        return self

    def tries(self, order: Any, *, override: bool = False) -> bool:
        """Carry out an order, with an override if it is to be and also if only so it can be."""
        needed = override and self._is_refused(order)
        try:
            events = self.past.run(replace(order, override=True) if override else order)
        except DomainError:
            return False
        if needed:
            ends = len(self.past.log)
            self.passed_over |= {*range(ends - len(events) + 1, ends + 1)}
        return bool(events)

    def _is_refused(self, order: Any) -> bool:
        try:
            USE_CASES[type(order)](order, self.past)
        except DomainError:
            return True
        return False

    def new(self, kind: str) -> Any:
        self._made += 1
        return f"{kind}-0198c0de-0000-7000-8000-{self._made:012x}"

    def at(self, minutes: int) -> datetime:
        """Return a time from now on at which a step begins."""
        steps = (self.past.now - SATURDAY) // (15 * MINUTE) + 1 + minutes // 15
        return SATURDAY + steps * 15 * MINUTE

    # --- What happens ---------------------------------------------------------------------

    def books(self, by_client: bool, minutes: int, service: ServiceId, override: bool) -> None:
        order = self._request(by_client, self.at(minutes), service)
        if self.tries(order, override=override and not by_client):
            self.bookings.append(order.booking_id)

    def holds_a_time(
        self, by_client: bool, minutes: int, service: ServiceId, override: bool
    ) -> None:
        hold_id, start = self.new("hold"), self.at(minutes)
        order = PlaceHold(
            hold_id=hold_id,
            professional_id=ana,
            starts_at=start,
            service_id=service,
            client_id=zoe if by_client else None,
            by_client=by_client,
        )
        if self.tries(order, override=override and not by_client):
            self.holds.append(self._request(by_client, start, service, hold_id))

    def redeems(self, _: bool) -> None:
        if self.holds:
            order = self.holds.pop()
            if self.tries(order):
                self.bookings.append(order.booking_id)

    def moves(self, by_client: bool, which: int, minutes: int, override: bool) -> None:
        if self.bookings:
            booking_id = self.bookings[which % len(self.bookings)]
            start = self.at(minutes)
            order = RescheduleBooking(booking_id=booking_id, starts_at=start, by_client=by_client)
            self.tries(order, override=override and not by_client)

    def calls_off(self, by_client: bool, which: int) -> None:
        if self.bookings:
            booking_id = self.bookings[which % len(self.bookings)]
            self.tries(CancelBooking(booking_id=booking_id, by_client=by_client))

    def confirms(self, _: bool, which: int) -> None:
        if self.bookings:
            self.tries(ConfirmBooking(booking_id=self.bookings[which % len(self.bookings)]))

    def books_weekly(self, by_client: bool, minutes: int, count: int) -> None:
        start = self.at(minutes).astimezone(PARIS).replace(tzinfo=None)
        rule = Recurrence(
            starts_at=start, time_zone="Europe/Paris", rule=f"FREQ=WEEKLY;COUNT={count}"
        )
        order = RequestSeries(
            series_id=SeriesId(self.new("series")),
            professional_id=ana,
            recurrence=rule,
            service_id=PLAIN,
            client_id=zoe,
            by_client=by_client,
            on_conflict="skip",
        )
        self.tries(order)

    def changes_its_rules(self, _: bool, rules: Mapping[str, Any]) -> None:
        self.rules = replace(self.rules, **rules)
        self.past.record(ana, ProfessionalSettingsChanged(professional_id=ana, settings=self.rules))

    def _request(
        self, by_client: bool, start: datetime, service: ServiceId, hold: HoldId | None = None
    ) -> RequestBooking:
        return RequestBooking(
            booking_id=BookingId(self.new("booking")),
            professional_id=ana,
            starts_at=start,
            service_id=service,
            client_id=zoe,
            hold_id=hold,
            by_client=by_client,
        )


# --- Worked out apart -----------------------------------------------------------------------


class Decided(NamedTuple):
    """A decision, and when what is booked by it was asked for: with the hold, if there was one."""

    past: Recorded
    asked: Recorded
    passed_over: bool
    by_client: bool

    @property
    def event(self) -> Any:
        """What was decided."""
        return self.past.event

    @property
    def starts_at(self) -> datetime:
        """When the visit begins by it."""
        slot: TimeSlot = self.event.appointment.slot
        return slot.starts_at


def decided(salon: Salon) -> Iterator[Decided]:
    """Return all decisions on bookings."""
    held = {p.event.hold_id: p for p in salon.past.log if isinstance(p.event, HoldPlaced)}
    for past in salon.past.log:
        if isinstance(past.event, DECISIONS):
            hold = getattr(past.event, "hold_id", None)
            asked = past if hold is None else held[hold]
            by_client = past.metadata["actor"] == CLIENT
            yield Decided(past, asked, asked.position in salon.passed_over, by_client)


Refuses = Callable[[Salon, Decided, int], bool]


def expected(salon: Salon, refuses: Refuses, limit: int, code: str) -> list[tuple[str, int, str]]:
    """Return which booking, at which version, would have been refused by this limit."""
    return [
        (each.past.stream, each.past.version, code)
        for each in decided(salon)
        if refuses(salon, each, limit)
    ]


def too_soon(_: Salon, each: Decided, minutes: int) -> bool:
    if isinstance(each.event, BookingCancelled) or each.passed_over:
        return False
    return each.starts_at < each.asked.recorded_at + minutes * MINUTE


def too_far(_: Salon, each: Decided, days: int) -> bool:
    if isinstance(each.event, BookingCancelled) or each.passed_over:
        return False
    in_series = isinstance(each.event, BookingRequested) and each.event.appointment.series_id
    if in_series and not each.by_client:
        return False
    return day(each.starts_at) > day(each.asked.recorded_at) + timedelta(days)


def day(at: datetime) -> date:
    return at.astimezone(PARIS).date()


def too_late(_: Salon, each: Decided, minutes: int) -> bool:
    if isinstance(each.event, BookingRequested) or not each.event.by_client:
        return False
    moved = isinstance(each.event, BookingRescheduled)
    begins: datetime = each.event.previous_slot.starts_at if moved else each.starts_at
    return each.past.recorded_at >= begins - minutes * MINUTE


def too_near(salon: Salon, each: Decided, minutes: int) -> bool:
    """With a buffer after what has none, something else would have been in the way."""
    appointment = each.event.appointment
    if not isinstance(each.event, BookingRequested) or appointment.service_id != PLAIN:
        return False
    slot = appointment.slot
    wanted = TimeSlot(slot.starts_at, slot.ends_at + minutes * MINUTE)
    return any(wanted.overlaps(other) for other in taken(salon, each.asked))


def taken(salon: Salon, until: Recorded) -> list[TimeSlot]:
    """Return what others had of Ana's time before something was asked for."""
    reserved: set[tuple[str, TimeSlot]] = set()
    held: dict[str, tuple[TimeSlot, datetime]] = {}
    for past in salon.past.log[: until.position - 1]:
        match past.event:
            case SlotReserved(booking_id=booking, slot=slot):
                reserved.add((booking, slot))
            case SlotReleased(booking_id=booking, slot=slot):
                reserved.discard((booking, slot))
            case SlotHeld(hold_id=hold, slot=slot, expires_at=end):
                held[hold] = (slot, end)
            case HeldSlotFreed(hold_id=hold):
                held.pop(hold, None)
    still = [slot for slot, end in held.values() if end > until.recorded_at]
    return [*(slot for _, slot in reserved), *still]


LIMITS: Final[Mapping[str, tuple[Refuses, str]]] = {
    "notice_minutes": (too_soon, "notice-too-short"),
    "horizon_days": (too_far, "beyond-horizon"),
    "cancellation_window_minutes": (too_late, "cancellation-window-closed"),
    "buffer_after_minutes": (too_near, "slot-taken"),
}


def as_they_were(settings: Settings) -> dict[str, Any]:
    """Return the rules that there were, by name."""
    return {name: getattr(settings, name) for name in BookingRules.__struct_fields__}
