"""Ours: what reads the log from its beginning: to follow it, to verify it, to rebuild from it."""

from functools import partial

from adapters.read_models.rebuild import Rebuilder
from infra.bench.ours.history import filled
from infra.bench.ours.system import system
from infra.bench.rounds import Tally, answer_rounds, timed
from infra.composition import System
from projections.bookings import BOOKINGS


def follow(composed: System, *, events: int) -> Tally:
    filled(composed, events)
    with composed.database.as_worker() as connection:
        return timed(lambda: sum(map(len, composed.reader.follow(connection, 0, to=events))))


def rebuild(composed: System, *, events: int) -> Tally:
    """The bookings, with all their columns and indexes, ready to be switched to."""
    filled(composed, events)
    rebuilder = Rebuilder(database=composed.database, reader=composed.reader)
    return timed(lambda: rebuilder.rebuild(BOOKINGS, anew=True).events)


if __name__ == "__main__":
    with system() as composed:
        answer_rounds({work.__name__: partial(work, composed) for work in (follow, rebuild)})
