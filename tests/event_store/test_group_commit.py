"""Callers share transactions, never each other's misfortunes, and none of them waits for ever."""

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain, repeat
from typing import Any, cast

import pytest
from psycopg import DataError, OperationalError, errors

from adapters.event_store.writer import ATTEMPT, Verdict, Writer, _Turn, bounds_of
from adapters.postgres import DatabaseUnavailableError, Session
from application.ports import OutcomeUnknownError, StoreUnavailableError
from tests.waiting import until

NOW = datetime(2027, 1, 4, tzinfo=UTC)
PATIENCE = 10.0


class Log:
    """Answers every command once: the tables and the function `log.append`, in memory."""

    def __init__(self) -> None:
        self.positions: dict[str, int] = {}
        self.batches: list[list[str]] = []
        self.connections = 0
        self.before: Callable[[list[str]], None] = lambda _commands: None
        self.after: Callable[[list[str]], None] = lambda _commands: None

    def connect(self) -> Session:
        self.connections += 1
        return cast("Session", FakeConnection(self))

    def append(self, commands: list[str]) -> list[Verdict]:
        self.batches.append(commands)
        self.before(commands)
        verdicts = []
        for command in commands:
            outcome = "repeated" if command in self.positions else "appended"
            place = self.positions.setdefault(command, len(self.positions) + 1)
            verdicts.append(Verdict(outcome, place, place, 1, NOW, None, None, None))
        self.after(commands)
        return verdicts


class FakeConnection:
    """A connection that is broken once something operational has gone wrong."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._rows: list[Verdict] = []
        self.closed = False
        self.is_dead = False

    def execute(self, _sql: str, values: tuple[str, Any], **_: Any) -> "FakeConnection":
        assert not self.closed
        self._rows = self._log.append([row["command"] for row in json.loads(values[0])])
        return self

    def fetchall(self) -> list[Verdict]:
        return self._rows

    def close(self) -> None:
        self.closed = True


def rows(command: str, **more: str) -> bytes:
    return json.dumps({"command": command, "last": True, **more}).encode()


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def writer(log: Log) -> Writer:
    return Writer(log.connect, patience=0.5)


@contextmanager
def gathered(
    writer: Writer, log: Log, *commands: str, leader: str = "leader"
) -> Iterator[dict[str, Future[Verdict]]]:
    """Let a leader be held up in their transaction until all others stand in line behind them."""
    arrived, go = threading.Event(), threading.Event()
    before = log.before

    def hold(batch: list[str]) -> None:
        if leader in batch and not arrived.is_set():
            arrived.set()
            assert go.wait(PATIENCE)
        before(batch)

    log.before = hold
    with ThreadPoolExecutor(len(commands) + 1) as threads:
        answers = {leader: threads.submit(writer.append, rows(leader))}
        assert arrived.wait(PATIENCE)
        for n, command in enumerate(commands, 1):
            answers[command] = threads.submit(writer.append, rows(command))
            until(lambda n=n: len(writer._line) == n)  # type: ignore[misc]
        go.set()
        yield answers


def outcome(answer: Future[Verdict]) -> str:
    problem = answer.exception(PATIENCE)
    return type(problem).__name__ if problem else answer.result().outcome


# --- Sharing --------------------------------------------------------------------------------


def test_who_comes_while_another_commits_shares_the_next_transaction(
    writer: Writer, log: Log
) -> None:
    with gathered(writer, log, "a", "b", "c") as answers:
        places = [answers[name].result(PATIENCE).last_position for name in ("a", "b", "c")]

    assert log.batches == [["leader"], ["a", "b", "c"]]
    assert places == [2, 3, 4]
    assert log.connections == 1


class Drowsy(Writer):
    """Its callers fall asleep when they stand in line, until they are called."""

    def _stand_in_line(self, turn: _Turn) -> bool:
        first = super()._stand_in_line(turn)
        if not first:
            with turn.called:
                pass
        return first


def test_who_is_called_to_lead_before_he_waits_leads_and_everybody_is_answered(log: Log) -> None:
    with gathered(Drowsy(log.connect), log, "a", "b") as answers:
        found = {outcome(answer) for answer in answers.values()}

    assert found == {"appended"}


def test_a_batch_has_bounds(log: Log) -> None:
    writer = Writer(log.connect, most=2)

    with gathered(writer, log, "a", "b", "c") as answers:
        assert {outcome(answer) for answer in answers.values()} == {"appended"}

    assert log.batches == [["leader"], ["a", "b"], ["c"]]


def test_a_batch_is_not_larger_than_postgres_takes(log: Log) -> None:
    writer = Writer(log.connect, most_bytes=len(rows("a")) * 2 + 1)

    with gathered(writer, log, "a", "b", "c", "one-that-is-longer-than-all-bounds" * 9) as answers:
        assert {outcome(answer) for answer in answers.values()} == {"appended"}

    assert [len(batch) for batch in log.batches] == [1, 2, 1, 1]


def test_whoever_waits_for_commits_is_told_the_last_position(log: Log) -> None:
    told: list[int] = []
    writer = Writer(log.connect, committed=told.append)

    with gathered(writer, log, "a", "b") as answers:
        assert {outcome(answer) for answer in answers.values()} == {"appended"}

    assert told == [1, 3]


def test_a_thousand_appends_of_many_threads_are_each_answered(writer: Writer, log: Log) -> None:
    with ThreadPoolExecutor(32) as threads:
        verdicts = list(threads.map(writer.append, [rows(f"c{n}") for n in range(1000)]))

    assert sorted(verdict.last_position for verdict in verdicts) == list(range(1, 1001))
    assert sum(map(len, log.batches)) == 1000


# --- Misfortunes ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "problem", [DataError("bad"), errors.ProgramLimitExceeded("too long"), errors.UniqueViolation()]
)
def test_what_cannot_be_recorded_fails_alone(writer: Writer, log: Log, problem: Exception) -> None:
    def refuse(batch: list[str]) -> None:
        if "bad" in batch:
            raise problem

    log.before = refuse

    with gathered(writer, log, "a", "bad", "b") as answers:
        found = {name: outcome(answer) for name, answer in answers.items()}

    assert found == {
        "leader": "appended",
        "a": "appended",
        "bad": type(problem).__name__,
        "b": "appended",
    }
    assert log.connections == 1


def test_a_leader_who_fails_hands_over(writer: Writer, log: Log) -> None:
    def break_down(batch: list[str]) -> None:
        if "leader" in batch:
            raise RuntimeError("of the leader's own")

    log.before = break_down

    with gathered(writer, log, "a", "b") as answers:
        found = {name: outcome(answer) for name, answer in answers.items()}

    assert found == {"leader": "RuntimeError", "a": "appended", "b": "appended"}


def test_those_who_shared_with_a_leader_who_fails_are_told(writer: Writer, log: Log) -> None:
    def break_down(batch: list[str]) -> None:
        if "a" in batch:
            raise RuntimeError("of the leader's own")

    log.before = break_down

    with gathered(writer, log, "a", "b") as answers:
        found = {name: outcome(answer) for name, answer in answers.items()}

    assert found["leader"] == "appended"
    assert (found["a"], found["b"]) == ("RuntimeError", "OutcomeUnknownError")
    log.before = lambda _: None
    assert writer.append(rows("later")).outcome == "appended"


def test_a_connection_that_is_lost_before_the_commit(writer: Writer, log: Log) -> None:
    lost = iter([True])

    def lose(_batch: list[str]) -> None:
        if next(lost, False):
            raise OperationalError("server closed the connection unexpectedly")

    log.before = lose

    assert writer.append(rows("a")).outcome == "appended"
    assert (log.connections, log.batches) == (2, [["a"], ["a"]])


def test_a_connection_that_is_lost_after_the_commit(writer: Writer, log: Log) -> None:
    lost = iter([True])

    def lose(_batch: list[str]) -> None:
        if next(lost, False):
            raise OperationalError("server closed the connection unexpectedly")

    log.after = lose

    assert writer.append(rows("a")) == Verdict("repeated", 1, 1, 1, NOW, None, None, None)


@pytest.mark.parametrize("state", ["40001", "40P01", "53300", "57P01", "08006"])
def test_what_is_the_servers_trouble_is_tried_again(writer: Writer, log: Log, state: str) -> None:
    trouble = iter([errors.lookup(state)()])

    def be_in_trouble(_batch: list[str]) -> None:
        for problem in trouble:
            raise problem

    log.before = be_in_trouble

    assert writer.append(rows("a")).outcome == "appended"


def test_when_patience_is_exhausted_everybody_is_told(writer: Writer, log: Log) -> None:
    def be_away(batch: list[str]) -> None:
        if "leader" not in batch:
            raise OperationalError("away")

    log.before = be_away

    with gathered(writer, log, "a", "b", "c") as answers:
        found = {name: outcome(answer) for name, answer in answers.items()}

    assert found.pop("leader") == "appended"
    assert set(found.values()) == {"OutcomeUnknownError"}


@pytest.mark.parametrize("state", ["40P01", "53300", "55P03", "57014", "25006"])
def test_what_postgresql_gave_up_is_known_not_to_be_done(
    writer: Writer, log: Log, state: str
) -> None:
    def give_up(_batch: list[str]) -> None:
        raise OperationalError("given up") from errors.lookup(state)()

    log.before = give_up

    with pytest.raises(StoreUnavailableError) as refused:
        writer.append(rows("a"))
    assert refused.type is StoreUnavailableError


def test_what_was_once_sent_and_not_heard_of_stays_unknown(writer: Writer, log: Log) -> None:
    """Whatever is heard of the attempts after it."""
    troubles = chain([OperationalError("lost")], repeat(errors.LockNotAvailable()))

    def be_in_trouble(_batch: list[str]) -> None:
        raise next(troubles)

    log.before = be_in_trouble

    with pytest.raises(OutcomeUnknownError):
        writer.append(rows("a"))


def test_who_has_no_time_left_is_refused_before_anything_is_sent(log: Log) -> None:
    writer = Writer(log.connect, wait=0.0)

    with pytest.raises(StoreUnavailableError) as refused:
        writer.append(rows("a"))

    assert refused.type is StoreUnavailableError
    assert log.batches == []


def test_postgresql_gives_up_before_we_do() -> None:
    for wait in (0.5, 1.5, 3.0, 15.0):
        bounds = bounds_of(wait, idle=5.0)
        assert 0 < bounds.lock <= bounds.statement < wait * ATTEMPT


def test_a_server_that_cannot_be_reached(log: Log) -> None:
    def connect() -> Session:
        raise DatabaseUnavailableError

    writer = Writer(connect, patience=0.05)

    with pytest.raises(StoreUnavailableError):
        writer.append(rows("a"))


def test_a_server_that_comes_back(log: Log) -> None:
    away = iter([True, True])

    def connect() -> Session:
        if next(away, False):
            raise DatabaseUnavailableError
        return log.connect()

    assert Writer(connect, patience=PATIENCE).append(rows("a")).outcome == "appended"


# --- Interrupted ----------------------------------------------------------------------------


class Interrupted(BaseException):
    """What Ctrl-C raises in the main thread."""


@contextmanager
def interruptible() -> Iterator[None]:
    def interrupt(*_: object) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_who_is_interrupted_while_waiting_holds_nobody_up(writer: Writer, log: Log) -> None:
    """The main thread stands in line first, is to lead next, and goes away."""
    arrived, go = threading.Event(), threading.Event()

    def hold(batch: list[str]) -> None:
        if "leader" in batch:
            arrived.set()
            assert go.wait(PATIENCE)

    def interrupt_the_first_in_line() -> Verdict:
        until(lambda: len(writer._line) == 1)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)
        until(lambda: not writer._line)
        go.set()
        return writer.append(rows("b"))

    log.before = hold
    with interruptible(), ThreadPoolExecutor(2) as threads:
        leader = threads.submit(writer.append, rows("leader"))
        assert arrived.wait(PATIENCE)
        other = threads.submit(interrupt_the_first_in_line)
        with pytest.raises(Interrupted):
            writer.append(rows("interrupted"))

        assert (outcome(leader), outcome(other)) == ("appended", "appended")
    assert "interrupted" not in log.positions


def test_who_is_interrupted_while_leading_hands_over(writer: Writer, log: Log) -> None:
    def interrupt(batch: list[str]) -> None:
        if "interrupted" in batch:
            until(lambda: len(writer._line) == 1)
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)
            time.sleep(PATIENCE)

    def follow() -> Verdict:
        until(lambda: writer._led)
        return writer.append(rows("b"))

    log.before = interrupt
    with interruptible(), ThreadPoolExecutor(1) as threads:
        other = threads.submit(follow)
        with pytest.raises(Interrupted):
            writer.append(rows("interrupted"))

        assert outcome(other) == "appended"


def test_an_appointed_leader_who_leaves_appoints_the_next(writer: Writer, log: Log) -> None:
    """They were called, but interrupted before they could begin."""
    with gathered(writer, log, "a", "b") as answers:
        assert {outcome(answer) for answer in answers.values()} == {"appended"}
    writer._led = True
    gone, next_ = _Turn(rows("gone")), _Turn(rows("next"))
    gone.leads = True
    writer._line = [gone, next_]

    writer._leave(gone)

    assert (writer._line, next_.leads) == ([next_], True)
    assert next_.called.acquire(timeout=1)
