"""Use cases of holds, and how all use cases take and free time in a professional's agendas."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec.structs import replace

from application.people.people import Visitor, is_blocked, refuse_unknown_client, visitors
from application.scheduling.allowances import count_hold
from application.scheduling.terms import Terms, bookable_terms, span_of, terms_of, times
from application.transact import Changes, Past, UseCase
from domain.messages import Command, Event
from domain.scheduling import agendas
from domain.scheduling.agendas import (
    AGENDA,
    HOLD,
    Agenda,
    AgendaEvent,
    HeldSlotFreed,
    Hold,
    HoldEvent,
    SlotHeld,
    SlotReleased,
    SlotReserved,
    SlotTaken,
    agendas_of,
)
from domain.scheduling.availability import Span, always, free_slots
from domain.scheduling.bookable import asks, passes_over
from domain.values import AgendaId, BookingId, HoldId, ProfessionalId, TimeSlot
from domain.zones import day_from, zone

SUGGESTIONS: Final = 5
AHEAD: Final = timedelta(days=14)


class Agendas:
    """A professional's agendas, as they will be once `changes` are recorded.

    They are looked at the earliest first, so that no two commands wait for each other in a circle.
    """

    def __init__(self, past: Past, professional_id: ProfessionalId) -> None:
        self._past = past
        self._professional_id = professional_id
        self._agendas: dict[AgendaId, Agenda] = {}
        self.changes: dict[str, list[Event]] = {}

    def move(self, booking_id: BookingId, old: TimeSlot | None, new: TimeSlot | None) -> None:
        """Free what the booking has and reserve what it is to have."""
        taken_in = self._touched(new)
        for name in self._touched(old, new):
            if old is not None:
                freed = SlotReleased(agenda_id=name, booking_id=booking_id, slot=old)
                self._add(name, agendas.release(freed, self._at(name)))
            if new is not None and name in taken_in:
                wanted = SlotReserved(agenda_id=name, booking_id=booking_id, slot=new)
                self._add(name, agendas.reserve(wanted, self._at(name), now=self._past.now))

    def hold(self, hold_id: HoldId, slot: TimeSlot, *, expires_at: datetime) -> None:
        """Keep a slot from others for a while."""
        for name in self._touched(slot):
            wanted = SlotHeld(agenda_id=name, hold_id=hold_id, slot=slot, expires_at=expires_at)
            self._add(name, agendas.hold(wanted, self._at(name), now=self._past.now))

    def free_held(self, hold_id: HoldId, slot: TimeSlot) -> None:
        """Open a held slot to others."""
        for name in self._touched(slot):
            freed = HeldSlotFreed(agenda_id=name, hold_id=hold_id)
            self._add(name, agendas.free_held(freed, self._at(name)))

    def refuse_if_taken(self, slot: TimeSlot) -> None:
        """Refuse a slot that somebody else has."""
        for name in self._touched(slot):
            agendas.refuse_if_taken(slot, self._at(name), now=self._past.now)

    @contextmanager
    def suggesting(
        self, slot: TimeSlot, reserved: TimeSlot, moving: BookingId | None = None
    ) -> Iterator[None]:
        """Let a refusal because of a taken slot say which ones are free instead, and whether there
        are more; to a booking that is `moving`, its own time is free.
        """
        try:
            yield
        except SlotTaken as taken:
            free = self._free_after(slot.starts_at, span_of(slot, reserved), moving)
            offered, has_more = free[:SUGGESTIONS], len(free) > SUGGESTIONS
            raise SlotTaken(next_free_slots=offered, has_more=has_more) from taken

    def free(
        self,
        terms: Terms,
        span: Span,
        window: TimeSlot,
        *,
        limit: int,
        moving: BookingId | None = None,
        offered: Callable[[datetime], bool] = always,
    ) -> list[TimeSlot]:
        """Return the slots that are offered in the window, could be booked, and nobody else has."""
        reach = TimeSlot(
            window.starts_at - span.before, window.ends_at + span.duration + span.after
        )
        now = self._past.now
        weeks = map(self._at, self._touched(reach))
        taken = [slot for week in weeks for slot in week.taken(now=now, moving=moving)]
        rules = (terms.settings, terms.blocks)
        return free_slots(span, *rules, taken, window, now=now, limit=limit, offered=offered)

    def _free_after(
        self, start: datetime, span: Span, moving: BookingId | None
    ) -> Sequence[TimeSlot]:
        """What takes no more than a day is suggested where it takes no more than a day."""
        terms = terms_of(self._past, self._professional_id, None)
        window, where = TimeSlot(start, start + AHEAD), zone(terms.settings.time_zone)

        def within_a_day(begin: datetime) -> bool:
            return span.duration <= day_from(begin, where)

        offered = within_a_day if within_a_day(start) else always
        limit = SUGGESTIONS + 1
        return self.free(terms, span, window, limit=limit, moving=moving, offered=offered)

    def _touched(self, *slots: TimeSlot | None) -> list[AgendaId]:
        owner = self._professional_id
        return sorted({name for slot in slots if slot for name in agendas_of(owner, slot)})

    def _at(self, agenda_id: AgendaId) -> Agenda:
        if agenda_id not in self._agendas:
            self._agendas[agenda_id] = self._past.of(AGENDA, agenda_id)
        return self._agendas[agenda_id]

    def _add(self, agenda_id: AgendaId, events: Sequence[AgendaEvent]) -> None:
        self._agendas[agenda_id] = AGENDA.fold(events, self._at(agenda_id))
        if events:
            self.changes.setdefault(agenda_id, []).extend(events)


# --- Holds ----------------------------------------------------------------------------


def place_hold(command: agendas.PlaceHold, past: Past) -> Changes:
    """Keep a slot that could be booked: whoever redeems the hold is not asked again for its hours."""
    hold = past.of(HOLD, command.hold_id)
    if hold is not None:
        agendas.refuse_another_hold(command, hold)
        return {}
    terms = bookable_terms(past, command.professional_id, command.service_id)
    refuse_unknown_client(past, command.client_id)
    who = visitors(past, command.client_id, source=command.source)
    slot, reserved = times(command.starts_at, terms.span(command.duration_minutes))
    command = _allowed(command, past, terms, who, slot)
    placed = agendas.place(command, hold, slot=slot, reserved=reserved, now=past.now)
    diary = Agendas(past, command.professional_id)
    with diary.suggesting(slot, reserved):
        after = agendas.known_hold(HOLD.fold(placed))
        diary.hold(command.hold_id, reserved, expires_at=after.expires_at)
    return {command.hold_id: placed, **diary.changes, **_counted(command, past, who)}


def _counted(command: agendas.PlaceHold, past: Past, who: Sequence[Visitor]) -> Changes:
    """Count what a client holds; what the business holds is its own affair."""
    return count_hold(past, who, command.hold_id) if command.by_client else {}


def _allowed(
    command: agendas.PlaceHold, past: Past, terms: Terms, who: Sequence[Visitor], slot: TimeSlot
) -> agendas.PlaceHold:
    """Return the order, and whether the business passes over a limit by it; refuse what is too much."""
    wish = terms.wish(
        asks(by_client=command.by_client, override=command.override),
        blocked=is_blocked(who),
        slot=slot,
    )
    return replace(command, override=passes_over(wish, now=past.now))


def keep_hold(command: agendas.KeepHold, past: Past) -> Changes:
    """Keep it a little longer. Neither whether they are welcome nor what they have open is asked before
    they have proved who they are: it would be told, or counted, of somebody else.
    """
    hold = past.of(HOLD, command.hold_id)
    kept = agendas.keep(command, hold, now=past.now)
    if not kept:
        return {}
    after = agendas.known_hold(HOLD.fold(kept, hold))
    diary = Agendas(past, after.professional_id)
    diary.free_held(command.hold_id, after.reserved)
    diary.hold(command.hold_id, after.reserved, expires_at=after.expires_at)
    return {command.hold_id: kept, **diary.changes}


def release_hold(command: agendas.ReleaseHold, past: Past) -> Changes:
    hold = past.of(HOLD, command.hold_id)
    return _ended(past, command.hold_id, hold, agendas.release_hold(command, hold))


def expire_hold(command: agendas.ExpireHold, past: Past) -> Changes:
    hold = past.of(HOLD, command.hold_id)
    return _ended(past, command.hold_id, hold, agendas.expire(command, hold, now=past.now))


def _ended(past: Past, hold_id: HoldId, hold: Hold | None, events: Sequence[HoldEvent]) -> Changes:
    if hold is None or not events:
        return {}
    diary = Agendas(past, hold.professional_id)
    diary.free_held(hold_id, hold.reserved)
    return {hold_id: events, **diary.changes}


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    agendas.PlaceHold: place_hold,
    agendas.KeepHold: keep_hold,
    agendas.ReleaseHold: release_hold,
    agendas.ExpireHold: expire_hold,
}
