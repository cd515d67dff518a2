"""A worker that gets nowhere ends; one that has nothing to do, or cannot do it, does not."""

import pytest

from adapters.consumers import checkpoints
from adapters.read_models.consumer import ReadModelConsumer
from adapters.streams import RELAY
from adapters.streams.topics import PARTITIONS
from adapters.streams.watchdog import PATIENCE, Watchdog
from adapters.streams.worker import Slots
from adapters.wakeups.bell import Bell
from tests.read_models.examples import DOUBLED, MODELS, World

pytestmark = pytest.mark.postgres

ALL = range(PARTITIONS)


class Watch:
    """A watchdog, and the clock it looks at."""

    def __init__(self, world: World, slots: Slots) -> None:
        self.time = 0.0
        self.slots = slots
        self.world = world
        self.dog = Watchdog(world.database, world.consumers(), slots, now=lambda: self.time)

    def published(self) -> None:
        """Let the relay have come to the end of the log."""
        with self.world.database.as_worker() as connection:
            checkpoints.begin(connection, RELAY)
            checkpoints.advance(connection, [RELAY], len(self.world.history()))

    def bites_after(self, seconds: float) -> bool:
        """Whether it has had enough after so long."""
        first = self.dog.gets_nowhere()
        self.time += seconds
        return first or self.dog.gets_nowhere()


@pytest.fixture
def watch(world: World) -> Watch:
    return Watch(world, Slots(Bell()))


def test_a_worker_that_is_given_no_slots_ends(watch: Watch) -> None:
    assert not watch.bites_after(PATIENCE - 1)
    assert watch.bites_after(1)


def test_a_worker_that_loses_its_slots_ends_some_time_after(watch: Watch) -> None:
    watch.slots.are_mine(ALL)
    assert not watch.bites_after(2 * PATIENCE)

    watch.slots.are_mine(())
    assert not watch.bites_after(PATIENCE - 1)
    assert watch.bites_after(1)


def test_a_worker_that_has_something_and_nothing_to_do_stays(watch: Watch) -> None:
    watch.slots.are_mine([3, 1])
    watch.world.account()

    assert not watch.bites_after(2 * PATIENCE)


def test_a_worker_that_is_behind_and_does_not_move_ends(watch: Watch) -> None:
    watch.slots.are_mine(ALL)
    watch.world.account()
    watch.published()

    assert not watch.bites_after(PATIENCE - 1)
    assert watch.bites_after(1)


def test_a_worker_that_moves_does_not_end_however_long_it_takes(watch: Watch) -> None:
    watch.slots.are_mine(ALL)
    for _ in range(5):
        watch.world.account()
    watch.published()
    runner = watch.world.runner(*MODELS, batch=1)

    for _ in range(5):
        assert not watch.bites_after(PATIENCE - 1)
        runner.step()
    assert not watch.bites_after(2 * PATIENCE)


def test_what_is_not_published_yet_is_not_waited_for(watch: Watch) -> None:
    watch.slots.are_mine(ALL)
    watch.world.account()

    assert not watch.bites_after(2 * PATIENCE)


def test_what_another_release_must_carry_on_is_no_reason_to_end(watch: Watch) -> None:
    watch.slots.are_mine(ALL)
    watch.dog = Watchdog(
        watch.world.database, [ReadModelConsumer(DOUBLED)], watch.slots, now=lambda: watch.time
    )
    watch.world.account()
    watch.published()

    assert not watch.bites_after(2 * PATIENCE)
