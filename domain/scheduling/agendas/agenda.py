"""An agenda: what is reserved and held in a professional's week, in order of time."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import assert_never

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.messages import DomainError, Event, Value
from domain.values import AgendaId, BookingId, HoldId, ProfessionalId, TimeSlot


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


# --- Why it may be refused ------------------------------------------------------------


class SlotTaken(DomainError):
    """Someone else has this slot."""

    next_free_slots: Sequence[TimeSlot] = ()
    has_more: bool = False
    """Whether there are more free slots than are offered instead."""


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
        """Return the reservations that share an instant with the slot."""
        first = bisect_right(self.reserved, slot.starts_at, key=attrgetter("slot.ends_at"))
        until = bisect_left(self.reserved, slot.ends_at, lo=first, key=attrgetter("slot.starts_at"))
        return self.reserved[first:until]

    def taken(self, *, now: datetime, moving: BookingId | None = None) -> list[TimeSlot]:
        """Return all that nobody else can have now; what is `moving` leaves its own time free."""
        held = [held.slot for held in self.held if held.expires_at > now]
        return [*(each.slot for each in self.reserved if each.booking_id != moving), *held]


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


# --- Decisions ------------------------------------------------------------------------
#
# What a booking or a hold wants of an agenda is the event itself, to be recorded or refused.


def reserve(wanted: SlotReserved, agenda: Agenda, *, now: datetime) -> Sequence[AgendaEvent]:
    """Return the slot to the booking, if nobody else has it."""
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
