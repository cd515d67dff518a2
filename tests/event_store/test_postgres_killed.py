"""PostgreSQL itself is killed while many are appending: what was acknowledged is there."""

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from adapters.event_store.verify import verify
from application.ports import StoreUnavailableError
from infra.migrate import migrate
from infra.servers.postgres import Server, create_database, running
from tests.event_store.examples import Come, Log, new_guest, opened

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(120)]

WRITERS = 6
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("killed") / "data"


class Appending:
    """Keeps appending, and remembers what it was told; what failed is asked again, by its id."""

    def __init__(self, log: Log) -> None:
        self.acknowledged: dict[UUID, int] = {}
        self.enough = threading.Event()
        self.some = threading.Semaphore(0)
        self._log = log

    def run(self) -> None:
        while not self.enough.is_set():
            id_, guest = uuid4(), new_guest()
            answer = None
            while answer is None:
                try:
                    answer = self._log.order(Come(streams=(guest, "table-one")), id_=id_)
                except StoreUnavailableError:
                    self.enough.wait(0.01)
            self.acknowledged[id_] = answer.position
            self.some.release()

    def wait_for(self, more: int) -> None:
        for _ in range(more):
            assert self.some.acquire(timeout=30)


def test_what_was_acknowledged_before_a_crash_is_there_after_it(place: Path) -> None:
    with ExitStack() as first_life, ExitStack() as stack:
        server = first_life.enter_context(running(place, settings=DURABLE))
        create_database(server, "frontdesk")
        migrate(server.dsn())
        log = stack.enter_context(opened(server.dsn()))
        threads = stack.enter_context(ThreadPoolExecutor(WRITERS))
        appending = Appending(log)
        stack.callback(appending.enough.set)
        done = [threads.submit(appending.run) for _ in range(WRITERS)]
        appending.wait_for(150)

        kill(server)

        first_life.close()
        again = stack.enter_context(running(place, settings=DURABLE, port=server.port))
        appending.wait_for(150)
        appending.enough.set()
        for each in done:
            each.result(30)
        assert_all_there(again, log, appending)


def assert_all_there(server: Server, log: Log, appending: Appending) -> None:
    history = log.all()
    recorded = {UUID(past.metadata["command"]): past.position for past in history}
    assert [past.position for past in history] == list(range(1, len(history) + 1))
    assert len(history) == 2 * len(recorded), "each was recorded once"
    assert {id_: recorded[id_] for id_ in appending.acknowledged} == appending.acknowledged
    with psycopg.connect(server.dsn()) as connection:
        assert verify(connection).findings == []


def kill(server: Server) -> None:
    """End every process of the server at once, as a power cut would."""
    postmaster = int((server.data / "postmaster.pid").read_text().split()[0])
    for process in [postmaster, *children_of(postmaster)]:
        with suppress(ProcessLookupError):  # it has ended by itself
            os.kill(process, signal.SIGKILL)


def children_of(parent: int) -> Iterator[int]:
    for file in Path(f"/proc/{parent}/task").glob("*/children"):
        yield from map(int, file.read_text().split())
