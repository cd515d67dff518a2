"""Whatever is written for the `eventsourcing` library runs on our log."""

import json
import warnings
from collections.abc import Callable, Iterator
from threading import Thread
from uuid import UUID, uuid4

import pytest
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import (
    DataError,
    InfrastructureFactory,
    IntegrityError,
    NotSupportedError,
    StoredEvent,
)
from eventsourcing.utils import get_topic
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.event_store.recorder import Factory, StreamRecorder, TenantRecorder
from adapters.event_store.verify import verify
from adapters.postgres import Database

# On import it forgets every filter of warnings, and with them that ours are errors.
with warnings.catch_warnings():
    from eventsourcing.tests.persistence import (
        AggregateRecorderTestCase,
        ApplicationRecorderTestCase,
        NonInterleavingNotificationIDsBaseCase,
    )

pytestmark = pytest.mark.postgres

Recorders = Callable[[], TenantRecorder]


@pytest.fixture
def env(dsn: str) -> dict[str, str]:
    return {
        "PERSISTENCE_MODULE": "adapters.event_store.recorder",
        "DATABASE_URL": dsn,
        "TENANT_ID": str(uuid4()),
    }


@pytest.fixture
def factory(env: dict[str, str]) -> Iterator[Factory]:
    factory = Factory(env)
    yield factory
    factory.close()


@pytest.fixture
def recorder(factory: Factory) -> TenantRecorder:
    return factory.application_recorder()


# --- The library's own test cases, as they are --------------------------------------------


class FromOurFactory:
    """Hands the fixture to test cases that were written for unittest."""

    factory: Factory

    @pytest.fixture(autouse=True)
    def _hand_over(self, factory: Factory) -> None:
        self.factory = factory


class TestAsApplicationRecorder(FromOurFactory, ApplicationRecorderTestCase[TenantRecorder]):
    def create_recorder(self) -> TenantRecorder:
        return self.factory.application_recorder()

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestAsOneThatDoesNotInterleave(FromOurFactory, NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> TenantRecorder:
        return self.factory.application_recorder()


class TestAsAggregateRecorder(FromOurFactory, AggregateRecorderTestCase):
    def create_recorder(self) -> StreamRecorder:
        return self.factory.aggregate_recorder("snapshots")


# The cases themselves are abstract: pytest shall not run them where they were imported.
del AggregateRecorderTestCase, ApplicationRecorderTestCase, NonInterleavingNotificationIDsBaseCase


# --- An application -----------------------------------------------------------------------


class Chair(Aggregate):
    @event("Placed")
    def __init__(self, room: str) -> None:
        self.room = room
        self.colours: list[str] = []

    @event("Painted")
    def paint(self, colour: str) -> None:
        self.colours.append(colour)


class Chairs(Application[UUID]):
    snapshotting_intervals = {Chair: 2}  # noqa: RUF012 - the library declares it so


def test_an_application_saves_and_replays_aggregates(env: dict[str, str]) -> None:
    with Chairs(env) as chairs:
        chair = Chair("Salon")
        chair.paint("red")
        chair.paint("blue")
        chairs.save(chair)

    with Chairs(env) as later:
        replayed: Chair = later.repository.get(chair.id)
        before: Chair = later.repository.get(chair.id, version=2)
        told = later.notification_log.select(start=1, limit=10)

    assert (replayed.room, replayed.colours) == ("Salon", ["red", "blue"])
    assert before.colours == ["red"]
    assert [notification.id for notification in told] == [1, 2, 3]
    assert told[1].topic == get_topic(Chair.Painted)  # type: ignore[attr-defined]  # made by @event


def test_snapshots_are_no_part_of_the_history(env: dict[str, str], database: Database) -> None:
    with Chairs({**env, "IS_SNAPSHOTTING_ENABLED": "yes"}) as chairs:
        chair = Chair("Salon")
        chair.paint("red")
        chairs.save(chair)

        assert chairs.snapshots is not None
        assert len(list(chairs.snapshots.get(chair.id))) == 1
        assert chairs.recorder.max_notification_id() == 2
        assert chairs.repository.get(chair.id).colours == ["red"]

    with database.as_worker() as connection:
        assert verify(connection).findings == []


def test_two_writers_of_one_version_do_not_both_succeed(env: dict[str, str]) -> None:
    with Chairs(env) as chairs, Chairs(env) as others:
        chair = Chair("Salon")
        chairs.save(chair)
        theirs: Chair = others.repository.get(chair.id)
        chair.paint("red")
        theirs.paint("blue")
        chairs.save(chair)

        with pytest.raises(IntegrityError):
            others.save(theirs)


# --- What the library's cases do not ask --------------------------------------------------


def stored(state: bytes, version: int = 1, topic: str = "topic") -> StoredEvent:
    return StoredEvent(uuid4(), version, topic, state)


@pytest.mark.parametrize(
    "state",
    [
        b"",
        b"state",
        b"\x00\xff\xfe",
        b"null",
        b"  {}  ",
        b'{"a" :  1e999,\n"a": 2}',
        b'{"a": "\\u0000"}',
        b'["\\ud800"]',
        b'["\\ud83d\\ude00"]',
        '{"é": "ü"}'.encode(),
        b'{"base64":"c3RhdGU="}',
        b'{"base64":"no, it is not"}',
        b"[" * 5000 + b"]" * 5000,
        json.dumps({"text": "x" * 100_000}).encode(),
    ],
)
def test_any_bytes_come_back_as_they_were(recorder: TenantRecorder, state: bytes) -> None:
    event_ = stored(state)

    recorder.insert_events([event_])

    assert recorder.select_events(event_.originator_id) == [event_]
    assert recorder.select_notifications(1, 1)[0].state == state


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.binary() | st.text().map(lambda t: json.dumps([t]).encode()), min_size=1))
def test_whatever_the_bytes_are(recorder: TenantRecorder, states: list[bytes]) -> None:
    identity = uuid4()
    events = [StoredEvent(identity, n, "topic", state) for n, state in enumerate(states, 1)]

    recorder.insert_events(events)

    assert recorder.select_events(identity) == events


def test_json_is_stored_as_json(recorder: TenantRecorder, database: Database) -> None:
    recorder.insert_events([stored(b'{"a": 1}')])

    with database.as_worker() as connection:
        assert connection.execute("SELECT data->>'a' FROM log.events").fetchall() == [("1",)]


def test_ids_may_be_text(env: dict[str, str]) -> None:
    with Factory({**env, "ORIGINATOR_ID_TYPE": "text"}) as factory:
        recorder = factory.application_recorder()
        identity = str(uuid4())

        recorder.insert_events([StoredEvent(identity, 1, "topic", b"{}")])

        assert recorder.select_notifications(1, 1)[0].originator_id == identity


def test_streams_that_are_ours_keep_their_names(recorder: TenantRecorder) -> None:
    recorder.insert_events([StoredEvent("booking-1", 1, "topic", b"{}")])

    assert recorder.select_notifications(1, 1)[0].originator_id == "booking-1"


def test_tenants_do_not_see_each_other(env: dict[str, str], recorder: TenantRecorder) -> None:
    event_ = stored(b"{}")
    recorder.insert_events([event_])

    with Factory({**env, "TENANT_ID": str(uuid4())}) as others:
        other = others.application_recorder()

        assert other.max_notification_id() is None
        assert other.select_events(event_.originator_id) == []
        assert other.insert_events([event_]) == [1]


def test_what_postgres_cannot_store_fails_alone(recorder: TenantRecorder) -> None:
    with pytest.raises(DataError):
        recorder.insert_events([stored(b"{}", topic="to\x00pic")])

    assert recorder.insert_events([stored(b"{}")]) == [1]


def test_a_subscription_hears_what_other_processes_append(env: dict[str, str]) -> None:
    with Factory(env) as ours, Factory(env) as theirs:
        event_ = stored(b"{}")
        with ours.application_recorder().subscribe(gt=0) as subscription:
            appending = Thread(target=theirs.application_recorder().insert_events, args=([event_],))
            appending.start()
            heard = next(subscription)
            appending.join()

    assert (heard.id, heard.originator_id) == (1, event_.originator_id)


def test_a_stopped_subscription_lets_go_of_who_waits(recorder: TenantRecorder) -> None:
    subscription = recorder.subscribe()
    waiting = Thread(target=list, args=(subscription,))
    waiting.start()

    subscription.stop()
    waiting.join(timeout=10)

    assert not waiting.is_alive()


def test_the_factory_says_what_it_needs(env: dict[str, str]) -> None:
    with pytest.raises(OSError, match="TENANT_ID"):
        InfrastructureFactory.construct({**env, "TENANT_ID": ""})


def test_positions_of_followers_are_kept_elsewhere(factory: Factory) -> None:
    with pytest.raises(NotSupportedError):
        factory.tracking_recorder()
    with pytest.raises(NotSupportedError):
        factory.process_recorder()


def test_a_topic_that_reads_like_an_event_of_the_product_is_refused(
    recorder: TenantRecorder,
) -> None:
    with pytest.raises(DataError):
        recorder.insert_events([stored(b"{}", topic="visit-rated.v1")])

    assert recorder.max_notification_id() is None
