"""When a professional cannot be booked although open: lunch with the bank, every Friday afternoon.

add ─► there ⇄ change ─ remove ─► gone      (laid over bookings, a block leaves them in place)
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, assert_never

from msgspec import field
from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.faults import Fault, below
from domain.messages import Command, DomainError, Event, Personal, Value
from domain.recurrence import Recurrence, faults_of_recurrence
from domain.values import BlockId, ProfessionalId, TimeSlot
from domain.zones import NOT_A_WALL_CLOCK, ZONES, is_wall_clock

LONGEST: Final = 31 * 24 * 60
"""Minutes of the longest block that recurs."""


class Once(Value, frozen=True, tag="once"):
    """Between two instants."""

    slot: TimeSlot


class OnceOnTheClock(Value, frozen=True, kw_only=True, tag="once-on-the-clock"):
    """Between two readings of the wall clock, wherever they come to lie."""

    starts_at: datetime
    ends_at: datetime
    time_zone: str


class Recurring(Value, frozen=True, kw_only=True, tag="recurring"):
    """Again and again. The end, too, is read off the wall clock: 22:00 and 8 hours is until 06:00."""

    recurrence: Recurrence
    duration_minutes: int


When = Once | OnceOnTheClock | Recurring


def time_blocks_of(professional_id: ProfessionalId) -> str:
    """Give the id under which the blocks of a professional are kept."""
    return professional_id.replace("professional-", "timeblocks-", 1)


# --- What may be asked ----------------------------------------------------------------


class AddTimeBlock(Command, frozen=True):
    professional_id: ProfessionalId
    block_id: BlockId
    when: When
    reason: str | None = None


class ChangeTimeBlock(Command, frozen=True):
    professional_id: ProfessionalId
    block_id: BlockId
    when: When
    reason: str | None = None


class RemoveTimeBlock(Command, frozen=True):
    professional_id: ProfessionalId
    block_id: BlockId


# --- What can happen ------------------------------------------------------------------


class TimeBlockAdded(Event, frozen=True):
    professional_id: ProfessionalId
    block_id: BlockId
    when: When
    reason: Personal[str | None] = None


class TimeBlockChanged(Event, frozen=True):
    professional_id: ProfessionalId
    block_id: BlockId
    when: When
    reason: Personal[str | None] = None


class TimeBlockRemoved(Event, frozen=True):
    professional_id: ProfessionalId
    block_id: BlockId


TimeBlockEvent = TimeBlockAdded | TimeBlockChanged | TimeBlockRemoved


# --- Why it may be refused ------------------------------------------------------------


class TimeBlockNotFound(DomainError):
    """There is no such time block."""


class TimeBlockIdTaken(DomainError):
    """Another time block was added under this id."""


class InvalidTimeBlock(DomainError):
    """The time of this block makes no sense."""


# --- What a decision needs to remember ------------------------------------------------


class TimeBlock(Value, frozen=True):
    when: When
    reason: str | None = None


class TimeBlocks(Value, frozen=True, kw_only=True):
    """The blocks of one professional, and the ids of those that are gone."""

    blocks: dict[BlockId, TimeBlock] = field(default_factory=dict)
    removed: frozenset[BlockId] = frozenset()


def evolve(blocks: TimeBlocks, event: TimeBlockEvent) -> TimeBlocks:
    match event:
        case TimeBlockAdded(block_id=block_id) | TimeBlockChanged(block_id=block_id):
            block = TimeBlock(event.when, event.reason)
            return replace(blocks, blocks=blocks.blocks | {block_id: block})
        case TimeBlockRemoved(block_id=block_id):
            others = {key: block for key, block in blocks.blocks.items() if key != block_id}
            return replace(blocks, blocks=others, removed=blocks.removed | {block_id})
        case _:
            assert_never(event)


TIME_BLOCKS = Aggregate(kind="timeblocks", initial=TimeBlocks(), evolve=evolve)


# --- Decisions ------------------------------------------------------------------------


def add(command: AddTimeBlock, blocks: TimeBlocks) -> Sequence[TimeBlockEvent]:
    """Take a time out of what can be booked from now on."""
    _refuse_invalid(command.when)
    asked = TimeBlock(command.when, command.reason)
    if blocks.blocks.get(command.block_id, asked) != asked or command.block_id in blocks.removed:
        raise TimeBlockIdTaken(block_id=command.block_id)
    if command.block_id in blocks.blocks:
        return []
    return [
        TimeBlockAdded(
            professional_id=command.professional_id,
            block_id=command.block_id,
            when=command.when,
            reason=command.reason,
        )
    ]


def change(command: ChangeTimeBlock, blocks: TimeBlocks) -> Sequence[TimeBlockEvent]:
    """Let a block be at another time, or for another reason."""
    if command.block_id not in blocks.blocks:
        raise TimeBlockNotFound
    _refuse_invalid(command.when)
    if blocks.blocks[command.block_id] == TimeBlock(command.when, command.reason):
        return []
    return [
        TimeBlockChanged(
            professional_id=command.professional_id,
            block_id=command.block_id,
            when=command.when,
            reason=command.reason,
        )
    ]


def remove(command: RemoveTimeBlock, blocks: TimeBlocks) -> Sequence[TimeBlockEvent]:
    """Let the time be booked again."""
    if command.block_id in blocks.removed:
        return []
    if command.block_id not in blocks.blocks:
        raise TimeBlockNotFound
    return [TimeBlockRemoved(professional_id=command.professional_id, block_id=command.block_id)]


def _refuse_invalid(when: When) -> None:
    if errors := list(below("when", _faults(when))):
        raise InvalidTimeBlock(errors=errors)


def _faults(when: When) -> Iterator[Fault]:
    match when:
        case Once(slot=slot):
            if slot.ends_at <= slot.starts_at:
                yield Fault("/slot/ends_at", "ends-before-it-starts", "not after it starts")
        case OnceOnTheClock():
            yield from _faults_on_the_clock(when)
        case Recurring(recurrence=recurrence, duration_minutes=minutes):
            yield from below("recurrence", faults_of_recurrence(recurrence))
            if not 1 <= minutes <= LONGEST:
                yield Fault("/duration_minutes", "out-of-range", f"not from 1 to {LONGEST}")
        case _:
            assert_never(when)


def _faults_on_the_clock(when: OnceOnTheClock) -> Iterator[Fault]:
    if when.time_zone not in ZONES:
        yield Fault("/time_zone", "unknown-time-zone", "not an IANA time zone")
    strange = [
        place for place in ("starts_at", "ends_at") if not is_wall_clock(getattr(when, place))
    ]
    for place in strange:
        yield Fault(f"/{place}", "not-a-wall-clock", NOT_A_WALL_CLOCK)
    if not strange and when.ends_at <= when.starts_at:
        yield Fault("/ends_at", "ends-before-it-starts", "not after it starts")


STORED_AS: Final[dict[str, type[Event]]] = {
    "time-block-added.v1": TimeBlockAdded,
    "time-block-changed.v1": TimeBlockChanged,
    "time-block-removed.v1": TimeBlockRemoved,
}
