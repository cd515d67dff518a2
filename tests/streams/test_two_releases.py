"""The relay, the worker and the intake of facts of an older release beside those of a newer one: what
they cannot read they leave to it, and say so.
"""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final
from uuid import uuid4

import faust
import pytest
from faust import TumblingWindow

from adapters.clock import system_clock
from adapters.consumers import checkpoints
from adapters.event_store.unread import base_of, say_who_hears, who_hears
from adapters.live_bookings.agent import LiveBookingsAgent
from adapters.live_bookings.counts import LIVE_BOOKINGS, LiveBookingsCounted
from adapters.live_bookings.tally import Counted, Place, Tally
from adapters.streams import RELAY
from adapters.streams.feed import Feed
from adapters.streams.records import Record, row_of
from adapters.streams.relay import EventNotKnown, Relay
from adapters.streams.topics import ALL, OTHERS, TOLD
from adapters.wakeups.bell import Bell
from application.operations.facts import FACTS, HEARER, ClientKnown, Facts
from application.scheduling.live import MINUTE
from domain.catalogue import TOLD_AS
from infra.composition import System, made
from infra.processes.streaming import relay_health, relay_of
from tests.operations.releases import EXAMPLES, moved, record, record_as, runner_of
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon
from tests.streams.telling import Desk, counted, sent
from tests.streams.topics import Topics
from tests.waiting import until

pytestmark = pytest.mark.postgres

ERASED: Final = "stream-erased.v1"
UNKNOWN: Final = "visit-rated.v1"
"""Of a kind of things that the older release knows nothing of."""


@pytest.fixture
def tenant() -> str:
    return str(uuid4())


def published(topics: Topics) -> list[str]:
    """Return the types of what was published for workers of ours, in the order of the log."""
    return [row[5] for row in sorted(row_of(r.value, r.headers) for r in on(topics, ALL))]


def told(topics: Topics) -> list[str]:
    """Return the types of what others were told."""
    return [dict(record.headers)["ce_type"].decode() for record in on(topics, TOLD)]


def on(topics: Topics, which: Sequence[str]) -> list[Record]:
    places = topics.partitions.items()
    return [record for (topic, _), found in places if topic in which for record in found]


def record_everything(newer: System, tenant: str) -> int:
    """Have a newer release record every event there is, in its next version; return the last place."""
    return max(record(newer, tenant, f"booking-{uuid4()}", event) for event in EXAMPLES.values())


# --- The relay ----------------------------------------------------------------------------


@contextmanager
def active(system: System, relay: Relay) -> Iterator[Any]:
    with system.database.connect("frontdesk_worker", "a test") as line:
        relay.take_over(line, threading.Event())
        yield line


@contextmanager
def running(*relays: Relay) -> Iterator[None]:
    """Let relays work meanwhile."""
    stop = threading.Event()
    threads = [threading.Thread(target=relay.run, args=(stop,)) for relay in relays]
    try:
        for thread in threads:
            thread.start()
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def relayed(system: System) -> int:
    with system.database.as_worker() as connection:
        return checkpoints.read(connection, [RELAY]).get(RELAY, 0)


def test_an_older_relay_leaves_every_event_in_its_next_version_to_one_that_can_tell_of_it(
    system: System, newer: System, tenant: str
) -> None:
    for name, event in EXAMPLES.items():
        record(newer, tenant, f"booking-{uuid4()}", event)
        topics = Topics()
        relay, other = relay_of(system, Topics()), relay_of(newer, topics)

        with active(system, relay) as line, pytest.raises(EventNotKnown):
            relay.step(line)
        with active(newer, other) as line:
            assert other.step(line) == 1, name

        assert published(topics) == [name]
        assert told(topics) == [each.name for each in [TOLD_AS[type(event)]] if each]


@pytest.mark.parametrize(
    ("stream", "type_"),
    [("booking-2", UNKNOWN), ("visit-1", UNKNOWN), ("visit-1", "stream-erased.v1")],
)
def test_a_relay_stops_before_what_it_cannot_tell_or_has_no_topic_for(
    system: System, tenant: str, stream: str, type_: str
) -> None:
    for place, each in (("booking-1", ERASED), (stream, type_), ("booking-3", ERASED)):
        record_as(system, tenant, each, place)
    topics = Topics()
    relay = relay_of(system, topics)

    with active(system, relay) as line:
        assert relay.step(line) == 1
        with pytest.raises(EventNotKnown):
            relay.step(line)

    assert published(topics) == [ERASED]
    assert relayed(system) == 1


def test_a_relay_that_stepped_back_says_so_and_another_goes_on(
    system: System, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.streams.relay.AGAIN", 0.3)
    record_as(system, tenant, UNKNOWN)
    record_as(system, tenant, UNKNOWN, "booking-1")
    topics = Topics()
    older = relay_of(system, Topics())
    newer = Relay(system.database, topics, appended=Bell())

    with running(older):
        until(lambda: system.reader.notes.lacking)
        said = relay_health(system, older)
        with running(newer):
            until(lambda: relayed(system) == 2)

    assert said.doing == f"standing by; cannot read {UNKNOWN}"
    assert published(topics) == [UNKNOWN, UNKNOWN]


def test_what_is_not_named_as_ours_are_has_a_topic_with_the_others(
    system: System, tenant: str
) -> None:
    record_as(system, tenant, "eventsourcing.domain:Aggregate.Created")
    topics = Topics()
    relay = relay_of(system, topics)

    with active(system, relay) as line:
        assert relay.step(line) == 1

    assert {topic for topic, _ in topics.partitions} == {OTHERS}


# --- The worker ---------------------------------------------------------------------------


def records_of(system: System) -> list[Any]:
    """Return everything as it would be published, in one order."""
    topics = Topics()
    relay = Relay(system.database, topics, appended=Bell())
    with active(system, relay) as line:
        while relay.step(line):
            pass
    records = [record for found in topics.partitions.values() for record in found]
    return sorted(records, key=lambda each: row_of(each.value, each.headers))


def test_an_older_worker_hands_on_what_it_is_fed_and_cannot_read(
    system: System, newer: System, tenant: str
) -> None:
    last = record_everything(newer, tenant)
    rows = [row_of(each.value, each.headers) for each in records_of(system)]
    feeds = [Feed(each.reader, appended=Bell()) for each in (system, newer)]
    for feed in feeds:
        feed.put(rows)

    runner_of(system, source=feeds[0]).catch_up()
    stopped = {each.name for each in system.consumers} - moved(system, last)
    runner_of(newer, source=feeds[1], mine=lambda _: False).catch_up()

    assert stopped == {each.name for each in system.consumers}
    assert moved(system, last) == stopped


class Counting:
    """A worker that counts live bookings, all records being in one partition."""

    def __init__(self, system: System, records: Sequence[Any]) -> None:
        app, shown = faust.App("counting", store="memory://"), LiveBookingsCounted(system.database)
        self._agent = LiveBookingsAgent(
            app,
            shown,
            made(system),
            system_clock,
            known=system.mapper.known,
            unread=system.reader.notes.met,
        )
        self._table: dict[Place, Counted] = {}
        self._tally = Tally(
            self._table,
            TumblingWindow(MINUTE).current,
            made(system),
            system_clock,
            known=system.mapper.known,
        )
        self._agent._tally = self._tally
        self._records = records
        self._tally.go_on(0, first=0)

    def go_on(self) -> set[str]:
        """Count whatever can be counted now; return what it stops before."""
        for partition, first in self._tally.wanted().items():
            for offset in range(first, len(self._records)):
                self._tally.take(partition, offset, dict(self._records[offset].headers))
        return set(self._tally.uncertain)

    def learn(self) -> None:
        """Ask what other releases say."""
        asyncio.run(self._agent._learn())

    @property
    def bookings(self) -> int:
        return sum(bookings for bookings, _, _ in self._table.values())


def test_live_bookings_stop_before_every_event_of_which_it_is_not_certain_that_it_is_none(
    system: System, newer: System, tenant: str
) -> None:
    record_everything(newer, tenant)
    records = records_of(system)
    older, later = (Counting(each, records) for each in (system, newer))

    stops: list[str] = []
    while stopped := older.go_on():
        stops += stopped
        older.learn()

    assert stops == [name for name in EXAMPLES if base_of(name) != "booking-requested"]
    assert later.go_on() == set()
    assert (older.bookings, later.bookings) == (1, 1)


@pytest.mark.parametrize(
    ("said", "counted"), [(None, 0), ([], 1), (["clients"], 1), ([LIVE_BOOKINGS], 2)]
)
def test_live_bookings_go_by_what_releases_say_of_an_event_and_wait_until_one_does(
    system: System, tenant: str, said: list[str] | None, counted: int
) -> None:
    record_as(system, tenant, UNKNOWN)
    record_as(system, tenant, "booking-requested.v2", "booking-1")
    if said is not None:
        with system.database.as_worker() as connection:
            say_who_hears(connection, {UNKNOWN: said})
    worker = Counting(system, records_of(system))

    for _ in range(3):
        worker.go_on()
        worker.learn()

    assert worker.bookings == counted
    assert system.reader.notes.lacking == ([UNKNOWN] if said is None else [])


# --- Facts of other systems ---------------------------------------------------------------

ZOE: Final = {"custom_id": "Z-1", "name": "Zoé"}
MAX: Final = {"custom_id": "M-1", "name": "Max"}


@pytest.fixture
def there(running: Running, newer: System) -> Iterator[Running]:
    """The same business, as the newer release has it."""
    with Running.of(newer, running.clock, running.tenant) as there:
        yield there


def test_a_fact_about_what_a_newer_release_has_recorded_is_left_to_it(
    running: Running, there: Running
) -> None:
    older, later = Desk(running), Desk(there)
    wish = Salon.opened(there).wish()
    later.settle(sent("client-known.v1", ZOE, named="1"))
    facts = [
        sent("client-known.v1", {**ZOE, "name": "Zoé Martin"}, named="2"),
        sent("booking-wished.v1", {**wish, "guest": {"name": "Max"}}, named="3"),
    ]

    for fact in facts:
        assert not older.settle(fact, sent("weather-changed.v1", {}))

    assert (older.refusals(), counted(running)) == ([], {"taken": 1})
    assert later.settle(*facts)
    assert counted(running) == {"taken": 3}


def test_what_comes_before_such_a_fact_is_settled(running: Running, there: Running) -> None:
    older, later = Desk(running), Desk(there)
    later.settle(sent("client-known.v1", ZOE, named="1"))

    older.settle(
        sent("client-known.v1", MAX, named="2"),
        sent("weather-changed.v1", {}, named="3"),
        sent("client-known.v1", {**ZOE, "name": "Zoé Martin"}, named="4"),
    )

    assert older.codes() == ["fact-type-not-known"]
    assert counted(running) == {"taken": 2, "fact-type-not-known": 1}


def test_every_release_says_which_facts_it_takes(system: System) -> None:
    with system.database.as_worker() as connection:
        assert who_hears(connection, FACTS) == {name: {HEARER} for name in FACTS}


def test_a_fact_of_a_type_that_another_release_takes_is_left_to_it(running: Running) -> None:
    system, told = running.system, sent("client-known.v2", ZOE)
    types = {**FACTS, "client-known.v2": ClientKnown}
    newer = Facts(system.store, system.dispatch, pepper=b"pepper", region="FR", types=types)
    with system.database.as_worker() as connection:
        say_who_hears(connection, {"client-known.v2": [HEARER]})
    older = Desk(running)

    assert not older.settle(told)

    assert (older.refusals(), system.reader.notes.lacking) == ([], ["client-known.v2"])
    assert Desk(running, facts=newer).settle(told)
