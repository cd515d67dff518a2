"""Callers share transactions, and whoever leaves the line holds nobody up."""

import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from adapters.event_store.writer import Verdict, Writer, _Turn
from tests.event_store.in_line import PATIENCE, Log, gathered, outcome, rows
from tests.waiting import until


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def writer(log: Log) -> Writer:
    return Writer(log.connect, patience=0.5)


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


def test_who_is_called_to_lead_before_they_wait_leads_and_everybody_is_answered(log: Log) -> None:
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
