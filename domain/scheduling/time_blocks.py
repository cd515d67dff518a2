"""When a professional cannot be booked although open: lunch with the bank, every Friday afternoon.

add ─► THERE ⇄ change ─ remove ─► GONE      (laid over bookings, a block leaves them in place)

A block has a history of its own. What bookings must know of all blocks of a professional, they find
in one place: see `TimeBlocks`.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, assert_never

from msgspec import field
from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.faults import Fault, below, in_document
from domain.messages import Command, DomainError, Event, Invalid, Missing, Personal, Value
from domain.scheduling.recurrence import Recurrence, faults_of_recurrence, times_a_day
from domain.telling import NOT_TOLD, Tellings, public
from domain.values import BlockId, ProfessionalId, TimeSlot
from domain.zones import NOT_A_WALL_CLOCK, ZONES, is_wall_clock

LONGEST: Final = 31 * 24 * 60
"""Minutes of the longest block that recurs."""

MOST_A_DAY: Final = 96
"""Times that all blocks of a professional may begin in a day: one each quarter of an hour."""


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
    """Return the id under which the blocks of a professional are kept."""
    return professional_id.replace("professional-", "timeblocks-", 1)


# --- What may be asked ----------------------------------------------------------------


class AddTimeBlock(Command, frozen=True):
    block_id: BlockId
    professional_id: ProfessionalId
    when: When
    reason: str | None = None


class ChangeTimeBlock(Command, frozen=True):
    block_id: BlockId
    when: When
    reason: str | None = None


class RemoveTimeBlock(Command, frozen=True):
    block_id: BlockId


# --- What can happen ------------------------------------------------------------------


class TimeBlockAdded(Event, frozen=True):
    block_id: BlockId
    professional_id: ProfessionalId
    when: When
    reason: Personal[str | None] = None


class TimeBlockChanged(Event, frozen=True):
    block_id: BlockId
    professional_id: ProfessionalId
    when: When
    reason: Personal[str | None] = None


class TimeBlockRemoved(Event, frozen=True):
    block_id: BlockId
    professional_id: ProfessionalId


TimeBlockEvent = TimeBlockAdded | TimeBlockChanged | TimeBlockRemoved


class TimeBlocked(Event, frozen=True):
    professional_id: ProfessionalId
    block_id: BlockId
    when: When


class TimeUnblocked(Event, frozen=True):
    professional_id: ProfessionalId
    block_id: BlockId


TimeBlocksEvent = TimeBlocked | TimeUnblocked


# --- Why it may be refused ------------------------------------------------------------


class TimeBlockNotFound(Missing):
    """There is no such time block."""


class TimeBlockIdTaken(DomainError):
    """Another time block was added under this id."""

    block_id: BlockId


class InvalidTimeBlock(Invalid):
    """The time of this block makes no sense."""

    errors: Sequence[Fault]


class TooManyTimeBlocks(DomainError):
    """The blocks of this professional that recur fill the day; remove one, or let one last longer."""

    most_a_day: int


# --- What a decision needs to remember ------------------------------------------------


class TimeBlock(Value, frozen=True, kw_only=True):
    professional_id: ProfessionalId
    when: When
    reason: str | None = None
    gone: bool = False


def evolve(block: TimeBlock | None, event: TimeBlockEvent) -> TimeBlock | None:
    match event:
        case (
            TimeBlockAdded(professional_id=professional)
            | TimeBlockChanged(professional_id=professional)
        ):
            return TimeBlock(professional_id=professional, when=event.when, reason=event.reason)
        case TimeBlockRemoved():
            return block and replace(block, gone=True)
        case _:
            assert_never(event)


TIME_BLOCK: Final[Aggregate[TimeBlock | None, TimeBlockEvent]] = Aggregate(
    kind="block", initial=None, evolve=evolve
)


class TimeBlocks(Value, frozen=True):
    """When one professional is blocked: what every booking is checked against."""

    blocks: dict[BlockId, When] = field(default_factory=dict)


def evolve_all(blocks: TimeBlocks, event: TimeBlocksEvent) -> TimeBlocks:
    match event:
        case TimeBlocked(block_id=block_id, when=when):
            return TimeBlocks(blocks.blocks | {block_id: when})
        case TimeUnblocked(block_id=gone):
            return TimeBlocks({key: when for key, when in blocks.blocks.items() if key != gone})
        case _:
            assert_never(event)


TIME_BLOCKS = Aggregate(kind="timeblocks", initial=TimeBlocks(), evolve=evolve_all)


# --- Decisions ------------------------------------------------------------------------


def add(command: AddTimeBlock, block: TimeBlock | None) -> Sequence[TimeBlockEvent]:
    """Take a time out of what can be booked from now on."""
    _refuse_invalid(command.when)
    asked = TimeBlock(
        professional_id=command.professional_id, when=command.when, reason=command.reason
    )
    if block is None:
        return [
            TimeBlockAdded(
                block_id=command.block_id,
                professional_id=command.professional_id,
                when=command.when,
                reason=command.reason,
            )
        ]
    if block != asked:
        raise TimeBlockIdTaken(block_id=command.block_id)
    return []


def change(command: ChangeTimeBlock, block: TimeBlock | None) -> Sequence[TimeBlockEvent]:
    """Let a block be at another time, or for another reason."""
    block = there(block)
    _refuse_invalid(command.when)
    if (block.when, block.reason) == (command.when, command.reason):
        return []
    return [
        TimeBlockChanged(
            block_id=command.block_id,
            professional_id=block.professional_id,
            when=command.when,
            reason=command.reason,
        )
    ]


def remove(command: RemoveTimeBlock, block: TimeBlock | None) -> Sequence[TimeBlockEvent]:
    """Let the time be booked again."""
    if block is None:
        raise TimeBlockNotFound
    if block.gone:
        return []
    return [TimeBlockRemoved(block_id=command.block_id, professional_id=block.professional_id)]


def there(block: TimeBlock | None) -> TimeBlock:
    """Return the block; refuse what never was, or is no longer."""
    if block is None or block.gone:
        raise TimeBlockNotFound
    return block


def refuse_too_many(block_id: BlockId, when: When, blocks: TimeBlocks) -> None:
    """Refuse what would make looking at all blocks long: every booking and every slot looks at them."""
    others = [other for key, other in blocks.blocks.items() if key != block_id]
    if _times_a_day(when) and sum(map(_times_a_day, [when, *others])) > MOST_A_DAY:
        raise TooManyTimeBlocks(most_a_day=MOST_A_DAY)


def _times_a_day(when: When) -> int:
    return times_a_day(when.recurrence) if isinstance(when, Recurring) else 0


def taken(happened: TimeBlockEvent, blocks: TimeBlocks) -> Sequence[TimeBlocksEvent]:
    """Say what an event of one block means for when its professional is blocked."""
    professional_id, block_id = happened.professional_id, happened.block_id
    match happened:
        case TimeBlockAdded(when=when) | TimeBlockChanged(when=when):
            if blocks.blocks.get(block_id) == when:
                return []
            return [TimeBlocked(professional_id=professional_id, block_id=block_id, when=when)]
        case TimeBlockRemoved():
            return [TimeUnblocked(professional_id=professional_id, block_id=block_id)]
        case _:
            assert_never(happened)


def _refuse_invalid(when: When) -> None:
    if errors := in_document(below("when", _faults(when))):
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
    "time-blocked.v1": TimeBlocked,
    "time-unblocked.v1": TimeUnblocked,
}

_AS_SHOWN: Final = ("professional_id", "when", "reason")

TOLD_AS: Final[Tellings] = {
    TimeBlockAdded: public("time-block.added", *_AS_SHOWN, id="block_id"),
    TimeBlockChanged: public("time-block.changed", *_AS_SHOWN, id="block_id"),
    TimeBlockRemoved: public("time-block.removed", "professional_id", id="block_id"),
    TimeBlocked: NOT_TOLD,
    TimeUnblocked: NOT_TOLD,
}
