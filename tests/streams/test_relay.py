"""The relay publishes the log: all of it, in order, whatever the broker does."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.consumers import checkpoints
from adapters.postgres import WORKER
from adapters.streams import RELAY
from adapters.streams.records import Record, Row, Said, row_of
from adapters.streams.relay import NotAcknowledged, Relay
from adapters.wakeups.bell import Bell
from tests.read_models.examples import World
from tests.read_models.histories import HISTORY, happen
from tests.streams.topics import Topics

pytestmark = pytest.mark.postgres


@contextmanager
def active(relay: Relay, world: World) -> Iterator[Any]:
    """Return the connection of a relay that is active."""
    with world.database.connect(WORKER, "test relay") as line:
        relay.take_over(line, threading.Event())
        yield line


def relay_of(world: World, topics: Topics, batch: int = 500, **more: Any) -> Relay:
    return Relay(world.database, topics, appended=Bell(), batch=batch, **more)


def publish_all(relay: Relay, world: World) -> None:
    with active(relay, world) as line:
        more = True
        while more:
            try:
                more = bool(relay.step(line))
            except NotAcknowledged:
                more = True


@given(
    history=HISTORY,
    batch=st.integers(1, 10),
    failures=st.lists(st.none() | st.integers(0, 9), max_size=20),
)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_everything_is_published_in_order_whatever_the_broker_does(
    world: World, history: list[Any], batch: int, failures: list[int | None]
) -> None:
    before = {place: list(found) for place, found in world_topics(world).items()}
    happen(world, history)
    topics = Topics(failures)

    publish_all(relay_of(world, topics, batch), world)

    published = sorted({row[0] for n in range(len(topics.partitions)) for row in topics.rows(n)})
    assert published == [past.position for past in world.history()][-len(history) :]
    for place, sequences in topics.sequences().items():
        first_times = list(dict.fromkeys(sequences))
        began = len(before.get(place, [])) + 1
        assert first_times == list(range(began, began + len(first_times)))


def tells(row: Row) -> Said | None:
    """Tell others of every other event."""
    return Said("account.changed.v1", b"{}") if row[0] % 2 else None


@given(
    history=HISTORY,
    batch=st.integers(1, 10),
    failures=st.lists(st.none() | st.integers(0, 9), max_size=20),
)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_others_are_told_in_the_same_order_and_nothing_is_left_out(
    world: World, history: list[Any], batch: int, failures: list[int | None]
) -> None:
    before = world_topics(world)
    happen(world, history)
    topics = Topics(failures)

    publish_all(relay_of(world, topics, batch, tells=tells), world)

    told = {place: found for place, found in topics.partitions.items() if "told" in place[0]}
    positions = sorted({position(each) for found in told.values() for each in found})
    new = [past.position for past in world.history()][-len(history) :]
    assert positions == [each for each in new if each % 2]
    for place, found in told.items():
        first_times = list(dict.fromkeys((sequence(each), position(each)) for each in found))
        began = len(before.get(place, [])) + 1
        assert [n for n, _ in first_times] == [*range(began, began + len(first_times))]
        assert first_times == sorted(first_times, key=lambda each: each[1])


def sequence(record: Record) -> int:
    return int(dict(record.headers)["ce_sequence"])


def position(record: Record) -> int:
    return int(dict(record.headers)["ce_position"])


def world_topics(world: World) -> dict[tuple[str, int], list[int]]:
    """Return what was published before, by what the relay has noted."""
    rows = world.ask("SELECT topic, partition, records FROM work.published")
    return {(topic, partition): list(range(records)) for topic, partition, records in rows}


def test_what_is_sent_again_is_the_same(world: World) -> None:
    world.account()
    topics = Topics([1])

    publish_all(relay_of(world, topics), world)

    (records,) = topics.partitions.values()
    assert [list(same) for _, same in groupby(records)] == [records]
    assert len(records) == 2


def test_events_of_a_stream_share_a_partition_and_their_order(world: World) -> None:
    accounts = [world.account() for _ in range(20)]
    for account in accounts:
        world.versions[world_tenant(world), account] = 1
    topics = Topics()

    publish_all(relay_of(world, topics), world)

    homes = {r.key: place for place, found in topics.partitions.items() for r in found}
    assert set(homes) == {account.encode() for account in accounts}
    assert len(set(homes.values())) > 3
    for records in topics.partitions.values():
        positions = [row_of(r.value, r.headers)[0] for r in records]
        assert positions == sorted(positions)


def world_tenant(world: World) -> str:
    return world.history()[0].tenant


def test_a_second_relay_waits_until_the_first_is_gone(world: World) -> None:
    first, second = (relay_of(world, Topics()) for _ in range(2))
    took_over, stop = threading.Event(), threading.Event()

    def wait() -> None:
        with world.database.connect(WORKER, "test relay") as line:
            second.take_over(line, stop)
            took_over.set()

    with active(first, world) as line:
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not took_over.wait(0.5)
        line.close()
    assert took_over.wait(10)
    waiting.join()


def test_a_relay_that_was_replaced_moves_nothing(world: World) -> None:
    """Its connection was lost while the broker took its time; another has gone on meanwhile."""
    world.account()
    slow, quick = Topics(), Topics()
    late = relay_of(world, slow)

    class Meanwhile(Topics):
        def publish(self, records: Any) -> None:
            with world.database.as_worker() as connection:
                checkpoints.advance(connection, [RELAY], 2)
            super().publish(records)

    late = relay_of(world, Meanwhile())
    with active(late, world) as line:
        world.account()
        assert late.step(line) == 2
        assert checkpoints.read(line, [RELAY]) == {RELAY: 2}
        assert line.execute("SELECT count(*) FROM work.published").fetchone() == (0,)
        assert relay_of(world, quick).step(line) == 0


def test_a_relay_goes_on_when_the_broker_is_back_and_stops_when_told(world: World) -> None:
    world.account()
    topics, stop = Topics([0, 0]), threading.Event()
    seen = threading.Event()
    publish = topics.publish

    def told(records: Any) -> None:
        publish(records)
        seen.set()

    topics.publish = told  # type: ignore[method-assign]
    running = threading.Thread(target=relay_of(world, topics).run, args=(stop,))
    running.start()
    try:
        assert seen.wait(20)
    finally:
        stop.set()
        running.join(20)
    assert not running.is_alive()
