"""What of a professional's week is taken: the one place that decides whether a slot is free.

An agenda belongs to a professional and an ISO week in UTC, so that no stream grows for ever; what
crosses the end of a week stands in both. Its slots include buffers. Bookings reserve slots; a hold
keeps one for minutes while somebody fills in a form, and is an aggregate of its own with an end:

    place ─► HELD ─ redeem ──► redeemed, by one booking
              ├──── release ─► released
              └──── expire ──► lapsed
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import Final, assert_never

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.messages import Command, DomainError, Event, Value
from domain.values import AgendaId, BookingId, HoldId, ProfessionalId, ServiceId, TimeSlot

LONGEST_HOLD: Final = timedelta(minutes=10)


def agendas_of(professional_id: ProfessionalId, slot: TimeSlot) -> list[AgendaId]:
    """Name the agendas that the slot, with its buffers, touches: the earliest first.

    >>> slot = TimeSlot(datetime(2026, 12, 6, 23, tzinfo=UTC), datetime(2026, 12, 7, 1, tzinfo=UTC))
    >>> agendas_of(ProfessionalId("professional-1"), slot)
    ['agenda-1-2026-W49', 'agenda-1-2026-W50']
    """
    owner = professional_id.removeprefix("professional-")
    first = slot.starts_at.astimezone(UTC).date()
    monday = first - timedelta(days=first.weekday())
    # The slot ends before, not at, its end.
    last = (slot.ends_at.astimezone(UTC) - timedelta(microseconds=1)).date()
    return [
        AgendaId(f"agenda-{owner}-{week.year:04}-W{week.week:02}")
        for days in range(0, max((last - monday).days, 0) + 1, 7)
        for week in [(monday + timedelta(days=days)).isocalendar()]
    ]


# --- What may be asked ----------------------------------------------------------------


class PlaceHold(Command, frozen=True):
    """Without a service, `duration_minutes` says how long."""

    hold_id: HoldId
    professional_id: ProfessionalId
    starts_at: datetime
    service_id: ServiceId | None = None
    duration_minutes: int | None = None
    ttl_seconds: int = 600
    override: bool = False


class ReleaseHold(Command, frozen=True):
    hold_id: HoldId


class ExpireHold(Command, frozen=True):
    """Time passing, as an order: due when the hold ends."""

    hold_id: HoldId


# --- What can happen ------------------------------------------------------------------


class SlotReserved(Event, frozen=True):
    agenda_id: AgendaId
    booking_id: BookingId
    slot: TimeSlot


class SlotReleased(Event, frozen=True):
    agenda_id: AgendaId
    booking_id: BookingId
    slot: TimeSlot


class SlotHeld(Event, frozen=True):
    agenda_id: AgendaId
    hold_id: HoldId
    slot: TimeSlot
    expires_at: datetime


class HeldSlotFreed(Event, frozen=True):
    agenda_id: AgendaId
    hold_id: HoldId


AgendaEvent = SlotReserved | SlotReleased | SlotHeld | HeldSlotFreed


class HoldPlaced(Event, frozen=True):
    """`reserved` is the slot with its buffers."""

    hold_id: HoldId
    professional_id: ProfessionalId
    slot: TimeSlot
    reserved: TimeSlot
    expires_at: datetime
    service_id: ServiceId | None = None
    override: bool = False


class HoldRedeemed(Event, frozen=True):
    hold_id: HoldId
    booking_id: BookingId


class HoldReleased(Event, frozen=True):
    hold_id: HoldId


class HoldLapsed(Event, frozen=True):
    hold_id: HoldId


HoldEvent = HoldPlaced | HoldRedeemed | HoldReleased | HoldLapsed


# --- Why it may be refused ------------------------------------------------------------


class SlotTaken(DomainError):
    """Someone else has this slot."""


class HoldNotFound(DomainError):
    """There is no such hold."""


class HoldIdTaken(DomainError):
    """Another slot was held under this id."""


class HoldTooLong(DomainError):
    """A slot can be held for ten minutes at most."""


class HoldExpired(DomainError):
    """The hold has ended; the slot is open to everybody again."""


class HoldAlreadyUsed(DomainError):
    """Another booking was made with this hold."""


class HoldIsForAnotherSlot(DomainError):
    """The hold does not cover this booking."""


# --- What a decision needs to remember ------------------------------------------------


class Reservation(Value, frozen=True):
    booking_id: BookingId
    slot: TimeSlot


class HeldSlot(Value, frozen=True):
    hold_id: HoldId
    slot: TimeSlot
    expires_at: datetime


class Agenda(Value, frozen=True):
    """`reserved` is in order of time and never overlaps, so one can search it by halves.

    `held` is short: an ended hold counts for nothing from its last instant on, and is soon removed.
    """

    reserved: tuple[Reservation, ...] = ()
    held: tuple[HeldSlot, ...] = ()

    def reserved_within(self, slot: TimeSlot) -> Sequence[Reservation]:
        """Give the reservations that share an instant with the slot."""
        first = bisect_right(self.reserved, slot.starts_at, key=attrgetter("slot.ends_at"))
        until = bisect_left(self.reserved, slot.ends_at, lo=first, key=attrgetter("slot.starts_at"))
        return self.reserved[first:until]

    def taken(self, *, now: datetime) -> list[TimeSlot]:
        """Give all that nobody else can have now."""
        held = [held.slot for held in self.held if held.expires_at > now]
        return [*(reservation.slot for reservation in self.reserved), *held]


def evolve(agenda: Agenda, event: AgendaEvent) -> Agenda:
    match event:
        case SlotReserved(booking_id=booking, slot=slot):
            reserved, place = agenda.reserved, _place(agenda, slot)
            new = Reservation(booking, slot)
            return replace(agenda, reserved=(*reserved[:place], new, *reserved[place:]))
        case SlotReleased(booking_id=booking, slot=slot):
            place = _place(agenda, slot)
            return replace(agenda, reserved=_without(agenda.reserved, place, booking))
        case SlotHeld(hold_id=hold, slot=slot, expires_at=end):
            return replace(agenda, held=(*agenda.held, HeldSlot(hold, slot, end)))
        case HeldSlotFreed(hold_id=hold):
            return replace(agenda, held=tuple(h for h in agenda.held if h.hold_id != hold))
        case _:
            assert_never(event)


def _place(agenda: Agenda, slot: TimeSlot) -> int:
    return bisect_left(agenda.reserved, slot.starts_at, key=attrgetter("slot.starts_at"))


def _without(
    reserved: tuple[Reservation, ...], place: int, booking: BookingId
) -> tuple[Reservation, ...]:
    if place < len(reserved) and reserved[place].booking_id == booking:
        return reserved[:place] + reserved[place + 1 :]
    return tuple(reservation for reservation in reserved if reservation.booking_id != booking)


AGENDA = Aggregate(kind="agenda", initial=Agenda(), evolve=evolve, contended=True)


class HoldStatus(StrEnum):
    """A hold begins as held and ends once."""

    HELD = "held"
    REDEEMED = "redeemed"
    RELEASED = "released"
    LAPSED = "lapsed"


class Hold(Value, frozen=True, kw_only=True):
    professional_id: ProfessionalId
    slot: TimeSlot
    reserved: TimeSlot
    expires_at: datetime
    status: HoldStatus = HoldStatus.HELD
    booking_id: BookingId | None = None


def evolve_hold(hold: Hold | None, event: HoldEvent) -> Hold | None:
    match event:
        case HoldPlaced():
            return Hold(
                professional_id=event.professional_id,
                slot=event.slot,
                reserved=event.reserved,
                expires_at=event.expires_at,
            )
        case HoldRedeemed(booking_id=booking):
            return _ended(hold, HoldStatus.REDEEMED, booking)
        case HoldReleased():
            return _ended(hold, HoldStatus.RELEASED)
        case HoldLapsed():
            return _ended(hold, HoldStatus.LAPSED)
        case _:
            assert_never(event)


def _ended(
    hold: Hold | None, status: HoldStatus, booking_id: BookingId | None = None
) -> Hold | None:
    return hold and replace(hold, status=status, booking_id=booking_id)


HOLD: Final[Aggregate[Hold | None, HoldEvent]] = Aggregate(
    kind="hold", initial=None, evolve=evolve_hold
)


# --- Decisions of an agenda -----------------------------------------------------------
#
# What a booking or a hold wants of an agenda is the event itself, to be recorded or refused.


def reserve(wanted: SlotReserved, agenda: Agenda, *, now: datetime) -> Sequence[AgendaEvent]:
    """Give the slot to the booking, if nobody else has it."""
    if Reservation(wanted.booking_id, wanted.slot) in agenda.reserved_within(wanted.slot):
        return []
    refuse_if_taken(wanted.slot, agenda, now=now)
    return [wanted]


def release(unwanted: SlotReleased, agenda: Agenda) -> Sequence[AgendaEvent]:
    """Open the booking's slot to others."""
    reservation = Reservation(unwanted.booking_id, unwanted.slot)
    return [unwanted] if reservation in agenda.reserved_within(unwanted.slot) else []


def hold(wanted: SlotHeld, agenda: Agenda, *, now: datetime) -> Sequence[AgendaEvent]:
    """Keep the slot from others until the hold ends."""
    if any(held.hold_id == wanted.hold_id for held in agenda.held):
        return []
    refuse_if_taken(wanted.slot, agenda, now=now)
    return [wanted]


def free_held(unwanted: HeldSlotFreed, agenda: Agenda) -> Sequence[AgendaEvent]:
    """Open the held slot to others."""
    return [unwanted] if any(held.hold_id == unwanted.hold_id for held in agenda.held) else []


def refuse_if_taken(slot: TimeSlot, agenda: Agenda, *, now: datetime) -> None:
    """Refuse a slot of which a booking or a running hold has any part."""
    if any(agenda.reserved_within(slot)) or any(
        held.slot.overlaps(slot) for held in agenda.held if held.expires_at > now
    ):
        raise SlotTaken


# --- Decisions of a hold --------------------------------------------------------------


def place(
    command: PlaceHold, hold: Hold | None, *, slot: TimeSlot, reserved: TimeSlot, now: datetime
) -> Sequence[HoldPlaced]:
    """Begin the hold. The agendas say whether the slot is free."""
    if hold is not None:
        refuse_another_hold(command, hold)
        return []
    ttl = timedelta(seconds=command.ttl_seconds)
    if not timedelta() < ttl <= LONGEST_HOLD:
        raise HoldTooLong(at_most_seconds=int(LONGEST_HOLD.total_seconds()))
    placed = HoldPlaced(
        hold_id=command.hold_id,
        professional_id=command.professional_id,
        service_id=command.service_id,
        slot=slot,
        reserved=reserved,
        expires_at=now + ttl,
        override=command.override,
    )
    return [placed]


def refuse_another_hold(command: PlaceHold, hold: Hold) -> None:
    """Refuse an id that is another hold's; the same order again is fine."""
    if (command.professional_id, command.starts_at) != (hold.professional_id, hold.slot.starts_at):
        raise HoldIdTaken(hold_id=command.hold_id)


def redeem(
    hold_id: HoldId,
    booking_id: BookingId,
    hold: Hold | None,
    *,
    professional_id: ProfessionalId,
    slot: TimeSlot | None,
    reserved: TimeSlot | None,
    now: datetime,
) -> Sequence[HoldEvent]:
    """Turn the hold into a booking, once."""
    if hold is None:
        raise HoldNotFound
    match hold.status:
        case HoldStatus.REDEEMED:
            if hold.booking_id == booking_id:
                return []
            raise HoldAlreadyUsed
        case HoldStatus.RELEASED | HoldStatus.LAPSED:
            raise HoldExpired(expired_at=hold.expires_at)
        case HoldStatus.HELD:
            if now >= hold.expires_at:
                raise HoldExpired(expired_at=hold.expires_at)
        case _:
            assert_never(hold.status)
    covered = (
        hold.professional_id == professional_id
        and _covers(hold.slot, slot)
        and _covers(hold.reserved, reserved)
    )
    if not covered:
        raise HoldIsForAnotherSlot(slot=hold.slot)
    return [HoldRedeemed(hold_id=hold_id, booking_id=booking_id)]


def _covers(held: TimeSlot, slot: TimeSlot | None) -> bool:
    return slot is not None and held.starts_at <= slot.starts_at and slot.ends_at <= held.ends_at


def release_hold(command: ReleaseHold, hold: Hold | None) -> Sequence[HoldEvent]:
    """Give the slot back before the hold ends."""
    if hold is None:
        raise HoldNotFound
    if hold.status is not HoldStatus.HELD:
        return []
    return [HoldReleased(hold_id=command.hold_id)]


def expire(command: ExpireHold, hold: Hold | None, *, now: datetime) -> Sequence[HoldEvent]:
    """Record that the hold has ended. Too early, nothing has happened yet."""
    if hold is None:
        raise HoldNotFound
    if hold.status is not HoldStatus.HELD or now < hold.expires_at:
        return []
    return [HoldLapsed(hold_id=command.hold_id)]


STORED_AS: Final[dict[str, type[Event]]] = {
    "slot-reserved.v1": SlotReserved,
    "slot-released.v1": SlotReleased,
    "slot-held.v1": SlotHeld,
    "held-slot-freed.v1": HeldSlotFreed,
    "hold-placed.v1": HoldPlaced,
    "hold-redeemed.v1": HoldRedeemed,
    "hold-released.v1": HoldReleased,
    "hold-lapsed.v1": HoldLapsed,
}
