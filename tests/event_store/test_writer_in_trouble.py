"""Callers who share a transaction share no misfortune; what is not known to be done is said to be unknown."""

from collections.abc import Callable
from itertools import chain, repeat

import pytest
from psycopg import DataError, OperationalError, errors

from adapters.event_store.writer import ATTEMPT, Verdict, Writer, bounds_of
from adapters.postgres import DatabaseUnavailableError, Session
from application.ports import OutcomeUnknownError, StoreUnavailableError
from tests.event_store.in_line import NOW, PATIENCE, Log, gathered, outcome, rows


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def writer(log: Log) -> Writer:
    return Writer(log.connect, patience=0.5)


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


def breaking_down(leader: str) -> Callable[[list[str]], None]:
    """Return what fails while this one leads, for a reason of the leader's own."""

    def break_down(batch: list[str]) -> None:
        if leader in batch:
            raise RuntimeError

    return break_down


def test_a_leader_who_fails_hands_over(writer: Writer, log: Log) -> None:
    log.before = breaking_down("leader")

    with gathered(writer, log, "a", "b") as answers:
        found = {name: outcome(answer) for name, answer in answers.items()}

    assert found == {"leader": "RuntimeError", "a": "appended", "b": "appended"}


def test_those_who_shared_with_a_leader_who_fails_are_told(writer: Writer, log: Log) -> None:
    log.before = breaking_down("a")

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
