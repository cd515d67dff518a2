"""No history of commands leaves two live bookings of one professional overlapping.

The model beside the system knows nothing of agendas, weeks or folds: it keeps a list of what is
taken, buffers included, and compares everything with everything.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain, combinations
from typing import Any

from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from msgspec.structs import asdict

from domain.messages import Command, DomainError
from domain.scheduling.agendas import ExpireHold, PlaceHold, ReleaseHold, SlotTaken
from domain.scheduling.bookings import (
    CancelBooking,
    CompleteBooking,
    ConfirmBooking,
    DeclineBooking,
    MarkNoShow,
    RequestBooking,
    RescheduleBooking,
)
from domain.scheduling.professionals import (
    Hours,
    ProfessionalRegistered,
    ProfessionalSettingsChanged,
    Settings,
    Week,
)
from domain.scheduling.recurrence import Recurrence
from domain.scheduling.series import CancelSeries, RequestSeries, SeriesConflicts
from domain.scheduling.services import Offer, ServiceChanged, ServiceCreated
from domain.values import (
    BookingId,
    Contact,
    HoldId,
    ProfessionalId,
    SeriesId,
    ServiceId,
    TimeSlot,
)
from tests.in_memory import InMemory
from tests.scheduling.bookings.salon import USE_CASES, taken

# Sunday evening: what is booked here lies before, after and across the end of an ISO week.
EVENING = datetime(2026, 12, 6, 22, 30, tzinfo=UTC)
FOR_EVER = datetime.max.replace(tzinfo=UTC)
PROFESSIONALS = [ProfessionalId("professional-ana"), ProfessionalId("professional-ben")]
SERVICES = {
    ServiceId("service-quick"): Offer(name="Quick", duration_minutes=30),
    ServiceId("service-tidy"): Offer(name="Tidy", duration_minutes=45, buffer_after_minutes=15),
    ServiceId("service-long"): Offer(
        name="Long", duration_minutes=60, buffer_before_minutes=10, buffer_after_minutes=20
    ),
}
always_open = Week(**dict.fromkeys(asdict(Week()), (Hours("00:00", "24:00"),)))

professionals_ = st.sampled_from(PROFESSIONALS)
services_ = st.sampled_from(list(SERVICES))
starts = st.integers(0, 18).map(lambda steps: EVENING + steps * timedelta(minutes=10))


@dataclass(frozen=True)
class Taken:
    """Something that keeps others out: a booking for good, a hold until it ends."""

    professional: ProfessionalId
    starts_at: datetime
    ends_at: datetime
    before: timedelta
    after: timedelta
    live: bool = True
    until: datetime = FOR_EVER

    def collides(self, other: "Taken") -> bool:
        return (
            self.professional == other.professional
            and self.starts_at - self.before < other.ends_at + other.after
            and other.starts_at - other.before < self.ends_at + self.after
        )

    def moved(self, starts_at: datetime) -> "Taken":
        length = self.ends_at - self.starts_at
        return replace(self, starts_at=starts_at, ends_at=starts_at + length)


class Histories(RuleBasedStateMachine):
    bookings = Bundle("bookings")
    holds = Bundle("holds")
    series = Bundle("series")

    def __init__(self) -> None:
        super().__init__()
        self.past = InMemory(USE_CASES, EVENING - timedelta(hours=2))
        self.offers = dict(SERVICES)
        self.booked: dict[BookingId, Taken] = {}
        self.held: dict[HoldId, Taken] = {}
        self.held_for: dict[HoldId, ServiceId] = {}
        self.made_by: dict[SeriesId, list[BookingId]] = {}
        self.made = 0

    @initialize(
        target=bookings,
        holds_slot=st.tuples(st.just(False), st.booleans()),
        auto=st.sampled_from([False, False, True]),
    )
    def open(self, holds_slot: tuple[bool, bool], auto: bool) -> Any:
        self.policies: dict[ProfessionalId, Settings] = {}
        for professional, holds in zip(PROFESSIONALS, holds_slot, strict=True):
            rules = Settings(
                time_zone="UTC", hours=always_open, pending_holds_slot=holds, auto_confirm=auto
            )
            self.policies[professional] = rules
            self.past.record(
                professional,
                ProfessionalRegistered(
                    professional_id=professional, contact=Contact("?"), settings=rules
                ),
            )
        for service, offer in self.offers.items():
            self.past.record(service, ServiceCreated(service_id=service, offer=offer))
        return self._request(PROFESSIONALS[0], next(iter(SERVICES)), EVENING)

    # --- What may happen ------------------------------------------------------------------

    @rule(target=bookings, professional=professionals_, service=services_, start=starts)
    def request(self, professional: ProfessionalId, service: ServiceId, start: datetime) -> Any:
        return self._request(professional, service, start)

    @rule(
        target=bookings,
        hold=holds,
        another_service=st.none() | services_,
        minutes=st.sampled_from([0, 0, 0, 10]),
    )
    def redeem(self, hold: HoldId, another_service: ServiceId | None, minutes: int) -> Any:
        held, service = self.held[hold], another_service or self.held_for[hold]
        start = held.starts_at + timedelta(minutes=minutes)
        return self._request(held.professional, service, start, hold)

    def _request(
        self,
        professional: ProfessionalId,
        service: ServiceId,
        start: datetime,
        hold: HoldId | None = None,
    ) -> Any:
        booking = BookingId(f"booking-{self._number()}")
        command = RequestBooking(
            booking_id=booking,
            professional_id=professional,
            service_id=service,
            starts_at=start,
            hold_id=hold,
        )
        wanted = replace(self._taken(professional, service, start), live=self._lives(professional))
        if not self._happens(command, wanted, instead_of=hold):
            return multiple()
        self.booked[booking] = wanted
        if hold is not None:
            self._end(hold)
        return booking

    @rule(booking=bookings)
    def confirm(self, booking: BookingId) -> None:
        if self._happens(ConfirmBooking(booking_id=booking), self.booked[booking], booking):
            self.booked[booking] = replace(self.booked[booking], live=True)

    @rule(booking=bookings, how=st.sampled_from([CancelBooking, DeclineBooking]))
    def call_off(self, booking: BookingId, how: Any) -> None:
        if self._happens(how(booking_id=booking)):
            self.booked[booking] = replace(self.booked[booking], live=False)

    @rule(booking=bookings, how=st.sampled_from([CompleteBooking, MarkNoShow]))
    def end(self, booking: BookingId, how: Any) -> None:
        self._happens(how(booking_id=booking))

    @rule(booking=bookings, start=starts)
    def reschedule(self, booking: BookingId, start: datetime) -> None:
        wanted = self.booked[booking].moved(start)
        command = RescheduleBooking(booking_id=booking, starts_at=start)
        if self._happens(command, wanted, instead_of=booking):
            self.booked[booking] = wanted

    @rule(target=holds, professional=professionals_, service=services_, start=starts)
    def hold(self, professional: ProfessionalId, service: ServiceId, start: datetime) -> Any:
        hold = HoldId(f"hold-{self._number()}")
        wanted = self._taken(professional, service, start)
        command = PlaceHold(
            hold_id=hold, professional_id=professional, service_id=service, starts_at=start
        )
        if not self._happens(command, wanted):
            return multiple()
        self.held[hold] = replace(wanted, until=self.past.now + timedelta(minutes=10))
        self.held_for[hold] = service
        return hold

    @rule(hold=holds)
    def release(self, hold: HoldId) -> None:
        if self._happens(ReleaseHold(hold_id=hold)):
            self._end(hold)

    @rule(hold=holds)
    def expire(self, hold: HoldId) -> None:
        self._happens(ExpireHold(hold_id=hold))

    @rule(
        target=series,
        professional=professionals_,
        service=services_,
        start=starts,
        frequency=st.sampled_from(["DAILY", "WEEKLY"]),
        on_conflict=st.sampled_from(["refuse", "skip"]),
    )
    def request_series(
        self,
        professional: ProfessionalId,
        service: ServiceId,
        start: datetime,
        frequency: str,
        on_conflict: Any,
    ) -> Any:
        series = SeriesId(f"series-{self._number()}")
        first = start.replace(tzinfo=None)
        command = RequestSeries(
            series_id=series,
            professional_id=professional,
            service_id=service,
            recurrence=Recurrence(
                starts_at=first, time_zone="UTC", rule=f"FREQ={frequency};COUNT=3"
            ),
            on_conflict=on_conflict,
        )
        live = self._lives(professional)
        try:
            [requested, *_] = self._twice(command)
        except SeriesConflicts:
            return multiple()
        for instance in requested.instances:
            wanted = self._taken(professional, service, instance.starts_at)
            assert not self._in_the_way_of(wanted)
            self.booked[instance.booking_id] = replace(wanted, live=live)
        for conflict in requested.skipped:
            wanted = self._taken(professional, service, conflict.starts_at)
            assert conflict.code != "slot-taken" or self._in_the_way_of(wanted)
        self.made_by[series] = [instance.booking_id for instance in requested.instances]
        return series

    @rule(target=bookings, series=series)
    def look_up(self, series: SeriesId) -> Any:
        return multiple(*self.made_by[series])

    @rule(series=series, start=starts)
    def cancel_series(self, series: SeriesId, start: datetime) -> None:
        try:
            events = self._twice(CancelSeries(series_id=series, starting_from=start))
        except DomainError:
            return
        for each in events:
            booking = getattr(each, "booking_id", None)
            if booking is not None:
                assert self.booked[booking].starts_at >= start
                self.booked[booking] = replace(self.booked[booking], live=False)

    @rule(minutes=st.sampled_from([1, 9, 10, 60, 240]))
    def wait(self, minutes: int) -> None:
        self.past.now += timedelta(minutes=minutes)

    @rule(professional=professionals_, holds=st.booleans(), auto=st.booleans())
    def change_the_rules(self, professional: ProfessionalId, holds: bool, auto: bool) -> None:
        rules = Settings(
            time_zone="UTC", hours=always_open, pending_holds_slot=holds, auto_confirm=auto
        )
        self.policies[professional] = rules
        self.past.record(
            professional,
            ProfessionalSettingsChanged(professional_id=professional, settings=rules),
        )

    @rule(service=services_, minutes=st.sampled_from([20, 30, 90]), buffer=st.sampled_from([0, 30]))
    def change_a_service(self, service: ServiceId, minutes: int, buffer: int) -> None:
        offer = Offer(name="Changed", duration_minutes=minutes, buffer_before_minutes=buffer)
        self.offers[service] = offer
        self.past.record(service, ServiceChanged(service_id=service, offer=offer))

    # --- What must be true ----------------------------------------------------------------

    @invariant()
    def nothing_live_overlaps(self) -> None:
        for one, other in combinations(self._all_live(), 2):
            assert not one.collides(other), (one, other)

    @invariant()
    def the_agendas_hold_what_is_live_and_nothing_else(self) -> None:
        live = [
            TimeSlot(each.starts_at - each.before, each.ends_at + each.after)
            for each in self._all_live()
        ]
        assert set(taken(self.past)) == set(live)

    # --- The model ------------------------------------------------------------------------

    def _happens(
        self, command: Command, wanted: Taken | None = None, instead_of: str | None = None
    ) -> bool:
        """Whether a command was carried out; if its slot was taken, it must have been."""
        in_the_way = wanted and self._in_the_way_of(wanted, instead_of)
        try:
            events = self._twice(command)
        except SlotTaken as taken_:
            assert wanted
            assert in_the_way
            self._check_suggestions(taken_, wanted, instead_of)
            return False
        except DomainError:
            return False
        assert not (events and in_the_way)
        return bool(events)

    def _twice(self, command: Command) -> list[Any]:
        """Carry out a command; the second time it changes nothing."""
        try:
            events = self.past.run(command)
        except DomainError as refusal:
            event(f"{type(command).__name__}: {refusal.code}")
            raise
        event(f"{type(command).__name__}: {'carried out' if events else 'nothing to do'}")
        assert self.past.run(command) == []
        return events

    def _check_suggestions(self, refusal: SlotTaken, wanted: Taken, instead_of: str | None) -> None:
        suggested = refusal.facts["next_free_slots"]
        assert isinstance(suggested, list)
        assert len(suggested) == 5
        for slot in suggested:
            assert slot.ends_at - slot.starts_at == wanted.ends_at - wanted.starts_at
            assert not self._in_the_way_of(wanted.moved(slot.starts_at), instead_of)

    def _in_the_way_of(self, wanted: Taken, instead_of: str | None = None) -> list[Taken]:
        return [each for each in self._all_live(instead_of) if each.collides(wanted)]

    def _all_live(self, but: str | None = None) -> list[Taken]:
        return [
            each
            for name, each in chain[tuple[str, Taken]](self.booked.items(), self.held.items())
            if name != but and each.live and self.past.now < each.until
        ]

    def _taken(self, professional: ProfessionalId, service: ServiceId, start: datetime) -> Taken:
        offer = self.offers[service]
        return Taken(
            professional,
            start,
            start + timedelta(minutes=offer.duration_minutes),
            timedelta(minutes=offer.buffer_before_minutes),
            timedelta(minutes=offer.buffer_after_minutes),
        )

    def _lives(self, professional: ProfessionalId) -> bool:
        policy = self.policies[professional]
        return policy.pending_holds_slot or policy.auto_confirm

    def _end(self, hold: HoldId) -> None:
        self.held[hold] = replace(self.held[hold], live=False)

    def _number(self) -> int:
        self.made += 1
        return self.made


TestNoOverlap = Histories.TestCase
TestNoOverlap.settings = settings(
    max_examples=150,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
