"""What of a professional's week is taken: the one place that decides whether a slot is free.

An agenda belongs to a professional and an ISO week in UTC, so that no stream grows for ever; what
crosses the end of a week stands in both. Its slots include buffers. Bookings reserve slots; a hold
keeps one for minutes while somebody fills in a form, and is an aggregate of its own.
"""

from typing import Final

from domain.messages import Event
from domain.scheduling.agendas.agenda import (
    AGENDA,
    Agenda,
    AgendaEvent,
    HeldSlot,
    HeldSlotFreed,
    Reservation,
    SlotHeld,
    SlotReleased,
    SlotReserved,
    SlotTaken,
    agendas_of,
    evolve,
    free_held,
    hold,
    refuse_if_taken,
    release,
    reserve,
)
from domain.scheduling.agendas.holds import (
    HOLD,
    LONGEST_HOLD,
    ExpireHold,
    Hold,
    HoldAlreadyUsed,
    HoldEvent,
    HoldExpired,
    HoldIdTaken,
    HoldIsForAnotherSlot,
    HoldLapsed,
    HoldNotFound,
    HoldPlaced,
    HoldRedeemed,
    HoldReleased,
    HoldStatus,
    HoldTooLong,
    PlaceHold,
    ReleaseHold,
    evolve_hold,
    expire,
    known_hold,
    place,
    redeem,
    refuse_another_hold,
    release_hold,
)
from domain.telling import NOT_TOLD, Tellings, public

__all__ = [
    "AGENDA",
    "HOLD",
    "LONGEST_HOLD",
    "STORED_AS",
    "TOLD_AS",
    "Agenda",
    "AgendaEvent",
    "ExpireHold",
    "HeldSlot",
    "HeldSlotFreed",
    "Hold",
    "HoldAlreadyUsed",
    "HoldEvent",
    "HoldExpired",
    "HoldIdTaken",
    "HoldIsForAnotherSlot",
    "HoldLapsed",
    "HoldNotFound",
    "HoldPlaced",
    "HoldRedeemed",
    "HoldReleased",
    "HoldStatus",
    "HoldTooLong",
    "PlaceHold",
    "ReleaseHold",
    "Reservation",
    "SlotHeld",
    "SlotReleased",
    "SlotReserved",
    "SlotTaken",
    "agendas_of",
    "evolve",
    "evolve_hold",
    "expire",
    "free_held",
    "hold",
    "known_hold",
    "place",
    "redeem",
    "refuse_another_hold",
    "refuse_if_taken",
    "release",
    "release_hold",
    "reserve",
]

STORED_AS: Final[dict[str, type[Event]]] = {
    "slot-reserved.v1": SlotReserved,
    "slot-released.v1": SlotReleased,
    "slot-held.v1": SlotHeld,
    "held-slot-freed.v1": HeldSlotFreed,
    "hold-placed.v2": HoldPlaced,
    "hold-redeemed.v1": HoldRedeemed,
    "hold-released.v1": HoldReleased,
    "hold-lapsed.v1": HoldLapsed,
}

TOLD_AS: Final[Tellings] = {
    SlotReserved: NOT_TOLD,
    SlotReleased: NOT_TOLD,
    SlotHeld: NOT_TOLD,
    HeldSlotFreed: NOT_TOLD,
    HoldPlaced: public(
        "hold.placed",
        *("professional_id", "service_id", "client_id"),
        *("slot.starts_at", "slot.ends_at", "expires_at"),
        id="hold_id",
    ),
    HoldRedeemed: public("hold.redeemed", "booking_id", id="hold_id"),
    HoldReleased: public("hold.released", id="hold_id"),
    HoldLapsed: public("hold.lapsed", id="hold_id"),
}
"""What becomes of a slot is told by the booking or the hold that has it."""
