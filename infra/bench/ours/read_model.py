"""Ours: the read model of bookings, kept live by the runner: all its columns, all its indexes."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from psycopg import connect

from adapters.consumers import checkpoints
from adapters.read_models.consumer import ReadModelConsumer
from infra.bench.ours import history
from infra.bench.ours.commands import record
from infra.bench.ours.system import DSN, system
from infra.bench.rounds import Tally, answer_rounds, timed, watched
from infra.composition import System
from projections.scheduling.bookings import BOOKINGS

SEEN = f"SELECT FROM live.{BOOKINGS.name} WHERE tenant_id = '{history.TENANT}' AND key = %s"


def keep(composed: System, *, events: int) -> Tally:
    """Carry an empty read model on through a history, as the runner does when it was away."""
    history.filled(composed, events)
    _begin_anew(composed)

    def catch_up() -> int:
        composed.runner.catch_up()
        return events

    return timed(catch_up)


def visible(composed: System, *, seconds: float) -> Tally:
    """One event alone, from the answer to whoever recorded it until it is seen in the table."""
    composed.runner.catch_up()
    with connect(DSN, autocommit=True) as reader, _working(composed):
        return watched(lambda: record(composed), reader, SEEN, seconds=seconds)


def _begin_anew(composed: System) -> None:
    table = ReadModelConsumer(BOOKINGS).table
    with composed.database.as_worker() as connection:
        table.create(connection)
        table.create_indexes(connection)
        checkpoints.advance(connection, [BOOKINGS.name], 0)


@contextmanager
def _working(composed: System) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=composed.runner.run, args=(stop,))
    thread.start()
    yield
    stop.set()
    composed.appended.ring()
    thread.join()


if __name__ == "__main__":
    with system(BOOKINGS) as composed:
        answer_rounds({"keep": partial(keep, composed), "visible": partial(visible, composed)})
