"""Many want different things of one stream at once: all get them, and hardly anybody asks twice."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from adapters.event_store.reader import Reader
from adapters.event_store.writer import Verdict
from application.ports import About, VersionConflictError
from tests.event_store.examples import TABLE, TENANT, Came, Come, Describe, Forget, Log, opened

pytestmark = pytest.mark.postgres

MANY = 200
HOT = "table-one"
ABOUT = About(tenant=TENANT, actor="user-1", command_id=uuid4())


class Counted:
    """The writer of a process, and what it was told."""

    def __init__(self, log: Log) -> None:
        self.verdicts: list[str] = []
        self._append = log.writer.append
        log.writer.append = self.append  # type: ignore[method-assign]

    def append(self, *arguments: Any, **more: Any) -> Verdict:
        verdict = self._append(*arguments, **more)
        self.verdicts.append(verdict.outcome)
        return verdict


@pytest.fixture
def elsewhere(dsn: str) -> Iterator[Log]:
    """The log as another process holds it."""
    with opened(dsn) as log:
        yield log


def all_at_once(*logs: Log) -> None:
    with ThreadPoolExecutor(MANY) as threads:
        answers = [
            threads.submit(logs[n % len(logs)].order, Come(streams=(HOT,), seats=n))
            for n in range(MANY)
        ]
        for answer in answers:
            answer.result()


def seats(log: Log) -> list[int]:
    state = TABLE.fold(past.event for past in log.stream(HOT, TENANT))
    return sorted(int(each) for each in state)


def test_in_one_process_they_queue_and_nobody_is_contradicted(log: Log) -> None:
    counted = Counted(log)

    all_at_once(log)

    assert seats(log) == list(range(MANY))
    assert counted.verdicts == ["appended"] * MANY


def test_between_processes_whoever_is_contradicted_was_overtaken_by_another(
    log: Log, elsewhere: Log
) -> None:
    """So with two of them there are fewer contradictions than commands, however many want it."""
    here, there = Counted(log), Counted(elsewhere)

    all_at_once(log, elsewhere)

    assert seats(log) == list(range(MANY))
    for mine, others in ((here, there), (there, here)):
        assert mine.verdicts.count("conflict") <= others.verdicts.count("appended")


def test_whoever_is_contradicted_reads_what_they_missed_and_no_more(
    log: Log, elsewhere: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    recorded = Reader.recorded

    def counted(self: Reader, rows: Any) -> Any:
        read.append(len(rows))
        return recorded(self, rows)

    for n in range(20):
        log.order(Come(streams=(HOT,), seats=n))
    elsewhere.order(Come(streams=(HOT,), seats=20))
    monkeypatch.setattr(Reader, "recorded", counted)

    log.order(Come(streams=(HOT,), seats=21))

    assert read == [1]
    assert seats(log) == list(range(22))


def test_whoever_is_contradicted_by_an_erasure_knows_nothing_any_more(
    log: Log, elsewhere: Log
) -> None:
    log.order(Come(streams=(HOT,), seats=1))
    log.order(Describe(stream=HOT, looks="by the window"))
    elsewhere.order(Forget(streams=(HOT,)))

    log.order(Come(streams=(HOT,), seats=2))

    known, version = log.store.state(TABLE, (TENANT, HOT))
    assert (known, version) == (log.state(HOT), 4)
    assert "by the window" not in known


def test_whoever_is_contradicted_takes_what_another_has_read_since(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.order(Come(streams=(HOT,), seats=1))
    with log.store.view(ABOUT) as view:
        view.of(TABLE, HOT)
        view.let_go()
        log.order(Come(streams=(HOT,), seats=2))
        with pytest.raises(VersionConflictError):
            log.store.append(view, {HOT: [Came(guest=HOT)]}, ABOUT)
    monkeypatch.setattr(Reader, "parts", None)

    assert log.store.state(TABLE, (TENANT, HOT)) == (("1", "2"), 2)
