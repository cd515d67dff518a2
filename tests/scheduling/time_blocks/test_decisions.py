# ruff: noqa: DTZ001 (what a wall clock reads has no zone)
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from domain.scheduling import time_blocks
from domain.scheduling.time_blocks import (
    TIME_BLOCK,
    TIME_BLOCKS,
    TimeBlock,
    TimeBlockEvent,
    TimeBlocks,
    TimeBlocksEvent,
    time_blocks_of,
)
from domain.values import BlockId, ProfessionalId, TimeSlot
from tests.scheduling.time_blocks.examples import (
    add_time_block,
    block_id,
    change_time_block,
    mondays_at_noon,
    mondays_blocked,
    noon_blocked,
    one_evening,
    one_noon,
    professional_id,
    remove_time_block,
    time_block_added,
    time_block_changed,
    time_block_removed,
    time_blocks_id,
    time_unblocked,
)


def given(*history: TimeBlockEvent) -> TimeBlock | None:
    return TIME_BLOCK.fold(history)


def blocked(*history: TimeBlocksEvent) -> TimeBlocks:
    return TIME_BLOCKS.fold(history)


def test_an_added_block_is_there() -> None:
    added = time_blocks.add(add_time_block, given())

    assert added == [time_block_added]
    assert time_blocks.there(given(*added)).when == one_noon


def test_adding_the_same_block_twice_changes_nothing() -> None:
    assert time_blocks.add(add_time_block, given(time_block_added)) == []


OTHERS = [
    {"when": one_evening},
    {"reason": None},
    {"professional_id": ProfessionalId("professional-b")},
]


@pytest.mark.parametrize("other", OTHERS)
def test_an_id_belongs_to_the_block_added_under_it(other) -> None:
    with pytest.raises(time_blocks.TimeBlockIdTaken):
        time_blocks.add(replace(add_time_block, **other), given(time_block_added))


def test_the_id_of_a_removed_block_is_not_used_again() -> None:
    with pytest.raises(time_blocks.TimeBlockIdTaken):
        time_blocks.add(add_time_block, given(time_block_added, time_block_removed))


def test_a_changed_block_is_as_it_was_changed() -> None:
    changed = time_blocks.change(change_time_block, given(time_block_added))

    assert changed == [time_block_changed]
    assert time_blocks.there(given(time_block_added, *changed)).when == mondays_at_noon


def test_the_same_change_twice_changes_nothing() -> None:
    changed = given(time_block_added, time_block_changed)

    assert time_blocks.change(change_time_block, changed) == []


def test_a_reason_can_be_changed_alone() -> None:
    for_lunch = replace(change_time_block, when=one_noon)

    changed = time_blocks.change(for_lunch, given(time_block_added))

    assert changed == [replace(time_block_changed, when=one_noon)]


def test_a_removed_block_is_gone() -> None:
    removed = time_blocks.remove(remove_time_block, given(time_block_added))

    assert removed == [time_block_removed]
    with pytest.raises(time_blocks.TimeBlockNotFound):
        time_blocks.there(given(time_block_added, *removed))


def test_removing_twice_changes_nothing() -> None:
    removed = given(time_block_added, time_block_removed)

    assert time_blocks.remove(remove_time_block, removed) == []


def test_only_what_was_added_can_be_changed_or_removed() -> None:
    with pytest.raises(time_blocks.TimeBlockNotFound):
        time_blocks.change(change_time_block, given())
    with pytest.raises(time_blocks.TimeBlockNotFound):
        time_blocks.remove(remove_time_block, given())


def test_a_removed_block_cannot_be_changed() -> None:
    with pytest.raises(time_blocks.TimeBlockNotFound):
        time_blocks.change(change_time_block, given(time_block_added, time_block_removed))


# --- When the professional is blocked -------------------------------------------------


def test_the_blocks_of_a_professional_are_kept_in_one_place() -> None:
    assert time_blocks_of(professional_id) == time_blocks_id


def test_a_block_blocks_its_time_from_being_added_to_being_removed() -> None:
    assert time_blocks.taken(time_block_added, blocked()) == [noon_blocked]
    assert time_blocks.taken(time_block_changed, blocked(noon_blocked)) == [mondays_blocked]
    assert time_blocks.taken(time_block_removed, blocked(mondays_blocked)) == [time_unblocked]

    assert blocked(noon_blocked, mondays_blocked).blocks == {block_id: mondays_at_noon}
    assert blocked(noon_blocked, mondays_blocked, time_unblocked).blocks == {}


def test_another_reason_blocks_no_other_time() -> None:
    for_lunch = replace(time_block_changed, when=one_noon)

    assert time_blocks.taken(for_lunch, blocked(noon_blocked)) == []


def test_removing_one_block_leaves_the_others() -> None:
    another = BlockId("block-0198c0de-0000-7000-8000-000000000002")

    both = blocked(noon_blocked, replace(mondays_blocked, block_id=another), time_unblocked)

    assert both.blocks == {another: mondays_at_noon}


# --- Times that make no sense ---------------------------------------------------------

NOON = datetime(2026, 12, 7, 11, tzinfo=UTC)

SOUND: list[Any] = [
    one_noon,
    one_evening,
    mondays_at_noon,
    replace(mondays_at_noon, duration_minutes=1),
    replace(mondays_at_noon, duration_minutes=31 * 24 * 60),
]


@pytest.mark.parametrize("when", SOUND)
def test_a_time_that_makes_sense_is_blocked(when) -> None:
    added = time_blocks.add(replace(add_time_block, when=when), given())

    assert added == [replace(time_block_added, when=when)]


SENSELESS: list[tuple[Any, str]] = [
    (replace(one_noon, slot=TimeSlot(NOON, NOON)), "#/when/slot/ends_at"),
    (replace(one_noon, slot=TimeSlot(NOON, NOON - timedelta(hours=1))), "#/when/slot/ends_at"),
    (replace(one_evening, ends_at=one_evening.starts_at), "#/when/ends_at"),
    (replace(one_evening, starts_at=NOON), "#/when/starts_at"),
    (replace(one_evening, ends_at=NOON), "#/when/ends_at"),
    (replace(one_evening, ends_at=datetime(9999, 12, 31)), "#/when/ends_at"),
    (replace(one_evening, time_zone="Mars"), "#/when/time_zone"),
    (replace(mondays_at_noon, duration_minutes=0), "#/when/duration_minutes"),
    (replace(mondays_at_noon, duration_minutes=31 * 24 * 60 + 1), "#/when/duration_minutes"),
    (
        replace(
            mondays_at_noon, recurrence=replace(mondays_at_noon.recurrence, rule="FREQ=SECONDLY")
        ),
        "#/when/recurrence/rule",
    ),
]


@pytest.mark.parametrize(("when", "pointer"), SENSELESS)
def test_a_time_that_makes_no_sense_is_refused_where_it_does_not(when, pointer) -> None:
    with pytest.raises(time_blocks.InvalidTimeBlock) as added:
        time_blocks.add(replace(add_time_block, when=when), given())
    with pytest.raises(time_blocks.InvalidTimeBlock) as changed:
        time_blocks.change(replace(change_time_block, when=when), given(time_block_added))

    for refusal in (added.value, changed.value):
        faults: Any = refusal.facts["errors"]
        assert [fault.pointer for fault in faults] == [pointer]
