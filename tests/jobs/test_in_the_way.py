"""Whatever is in the way of a worker, it rests before it looks again."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from psycopg import OperationalError

from adapters.postgres import DatabaseUnavailableError
from tests.jobs.examples import ManualClock, a_worker

POLL = timedelta(seconds=3)


class DatabaseInTrouble:
    """Fails as often as it is asked; at the third time, whoever asks is told to stop."""

    def __init__(self, error: Exception, stop: threading.Event) -> None:
        self._error = error
        self._stop = stop
        self._asked = 0

    def as_worker(self) -> Any:
        self._asked += 1
        if self._asked == 3:
            self._stop.set()
        raise self._error


class Rests(threading.Event):
    """Remembers for how long somebody rests, and lets nobody wait."""

    def __init__(self) -> None:
        super().__init__()
        self.rests: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.rests.append(timeout)
        return self.is_set()


@pytest.mark.parametrize(
    "error", [DatabaseUnavailableError("away"), OperationalError("away"), ValueError("odd")]
)
def test_a_worker_rests_before_it_looks_again(clock: ManualClock, error: Exception) -> None:
    stop = Rests()
    database: Any = DatabaseInTrouble(error, stop)

    a_worker(database, clock, poll=POLL).run(stop)

    assert stop.rests == [POLL.total_seconds()] * 3
