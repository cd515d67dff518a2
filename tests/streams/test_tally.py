"""Whatever Kafka gives twice or leaves out, whoever is killed or sleeps: each booking counts once."""

from datetime import UTC, datetime, timedelta
from typing import Any

from faust import TumblingWindow
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from adapters.live_bookings.tally import PATIENCE, Counted, Place, Tally, merge
from application.scheduling.live import MINUTE

NOW = datetime(2027, 1, 4, 8, 30, tzinfo=UTC)
MADE = "booking-requested.v2"
TENANTS = ("0198c0de-0000-7000-8000-00000000000a", "0198c0de-0000-7000-8000-00000000000b")
PARTITION = 7
EVENTS = st.tuples(st.sampled_from(TENANTS), st.sampled_from([MADE, MADE, "booking-confirmed.v1"]))

Said = dict[str, bytes]


def said(position: int, tenant: str, type_: str = MADE) -> Said:
    """Return the headers of a record; three bookings are made in a minute."""
    recorded = NOW - timedelta(minutes=20) + position * timedelta(seconds=20)
    headers = {
        "ce_type": type_,
        "ce_time": recorded.isoformat(),
        "ce_tenantid": tenant,
        "ce_position": str(position),
    }
    return {name: value.encode() for name, value in headers.items()}


class Logged(dict[Place, Counted]):
    """A table whose changes others can read, as Faust's are: one topic for all."""

    def __init__(self, changelog: list[tuple[Place, Counted]]) -> None:
        self._changelog = changelog

    def __setitem__(self, place: Place, counted: Counted) -> None:
        self._changelog.append((place, counted))
        super().__setitem__(place, counted)


class Worker:
    """Has a partition, or believes so."""

    def __init__(self, changelog: list[tuple[Place, Counted]]) -> None:
        self._changelog = changelog
        self._table = Logged(changelog)
        self.tally = Tally(self._table, TumblingWindow(MINUTE).current, [MADE], lambda: NOW)

    def take_over(self, *, anew: bool = False) -> None:
        recovered: dict[Place, Counted] = dict(self._table)
        for place, counted in self._changelog:
            merge(recovered, place, counted)
        self._table.update(recovered)
        self.tally.pause(self._table)
        self.tally.go_on(PARTITION, first=0, anew=anew)

    def show(self, shown: dict[Any, int]) -> None:
        for tenant, minute, _, bookings in self.tally.windows(self.tally.changed):
            shown[tenant, minute] = max(shown.get((tenant, minute), 0), bookings)
        self.tally.changed.clear()


class Workers(RuleBasedStateMachine):
    """One has the partition; those who had it before may not know, and go on. `shown` is what
    PostgreSQL has: a count there only grows.
    """

    def __init__(self) -> None:
        super().__init__()
        self.topic: list[Said] = []
        self.sent = 0
        self.changelog: list[tuple[Place, Counted]] = []
        self.shown: dict[Any, int] = {}
        self.workers = [Worker(self.changelog)]
        self.workers[-1].take_over()

    @rule(events=st.lists(EVENTS, min_size=1, max_size=4))
    def publish(self, events: list[tuple[str, str]]) -> None:
        for tenant, type_ in events:
            self.sent += 1
            self.topic.append(said(self.sent, tenant, type_))

    @precondition(lambda self: self.topic)
    @rule(count=st.integers(1, 3))
    def send_again(self, count: int) -> None:
        """The relay missed an acknowledgement."""
        self.topic.extend(self.topic[-count:])

    @rule(who=st.integers(0, 3), begin=st.integers(0, 8), count=st.integers(1, 4))
    def give(self, who: int, begin: int, count: int) -> None:
        """Begin anywhere: that is what Faust does around a rebalance."""
        worker = self.workers[who % len(self.workers)]
        for offset in range(begin, min(begin + count, len(self.topic))):
            worker.tally.take(PARTITION, offset, self.topic[offset])

    @rule(who=st.integers(0, 3))
    def give_what_is_wanted(self, who: int) -> None:
        worker = self.workers[who % len(self.workers)]
        for begin in worker.tally.wanted().values():
            for offset in range(begin, len(self.topic)):
                worker.tally.take(PARTITION, offset, self.topic[offset])

    @rule(who=st.integers(0, 3))
    def show(self, who: int) -> None:
        self.workers[who % len(self.workers)].show(self.shown)

    @rule(killed=st.booleans(), again=st.booleans())
    def take_over(self, killed: bool, again: bool) -> None:
        if killed:
            self.workers.pop()
        worker = self.workers.pop(0) if again and self.workers else Worker(self.changelog)
        self.workers.append(worker)
        worker.take_over()

    @invariant()
    def never_too_much_is_shown(self) -> None:
        for place, bookings in self.shown.items():
            assert bookings <= plainly(self.topic).get(place, 0)

    def teardown(self) -> None:
        """In the end somebody takes over for good."""
        self.take_over(killed=True, again=False)
        self.give_what_is_wanted(len(self.workers) - 1)
        self.show(len(self.workers) - 1)

        assert self.shown == plainly(self.topic)


def plainly(topic: list[Said]) -> dict[Any, int]:
    """Count without any care, but for what was sent again."""
    counts: dict[Any, int] = {}
    for each in {headers["ce_position"]: headers for headers in topic}.values():
        if each["ce_type"].decode() == MADE:
            recorded = datetime.fromisoformat(each["ce_time"].decode())
            place = each["ce_tenantid"].decode(), recorded.replace(second=0)
            counts[place] = counts.get(place, 0) + 1
    return counts


Workers.TestCase.settings = settings(max_examples=300, stateful_step_count=12)
TestWorkers = Workers.TestCase


def test_a_topic_that_was_made_anew_is_read_from_its_beginning() -> None:
    worker = Worker([])
    worker.take_over()
    for offset in range(3):
        worker.tally.take(PARTITION, offset, said(offset + 1, TENANTS[0]))

    worker.take_over(anew=True)

    assert worker.tally.wanted() == {PARTITION: 0}


def test_the_last_records_are_asked_for_again_though_nothing_follows_them() -> None:
    worker = Worker([])
    worker.take_over()
    worker.tally.wanted()
    worker.tally.take(PARTITION, 0, said(1, TENANTS[0]))

    asked = []
    for _ in range(2 * PATIENCE + 1):
        worker.tally.look(PARTITION, 3)
        asked.append(worker.tally.wanted())

    assert [each for each in asked if each] == [{PARTITION: 1}] * 2


def test_who_moves_or_is_at_the_end_is_not_asked_again() -> None:
    worker = Worker([])
    worker.take_over()
    worker.tally.wanted()

    for offset in range(2 * PATIENCE):
        worker.tally.look(PARTITION, 2 * PATIENCE)
        worker.tally.take(PARTITION, offset, said(offset, TENANTS[0]))
    for _ in range(2 * PATIENCE):
        worker.tally.look(PARTITION, 2 * PATIENCE)

    assert worker.tally.wanted() == {}


def test_a_worker_that_slept_while_another_took_over_takes_nothing_back() -> None:
    """It writes last, and less than the other had counted by then."""
    ann, ben = TENANTS
    workers = Workers()
    workers.publish([(ann, MADE), (ann, MADE), (ben, MADE)])

    workers.take_over(killed=False, again=False)
    workers.give_what_is_wanted(1)
    workers.give(0, begin=0, count=1)

    workers.teardown()
