"""Callers of a writer who stand in line, before a log that is in memory."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

from adapters.event_store.writer import Verdict, Writer
from adapters.postgres import Session
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
