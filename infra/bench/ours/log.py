"""Ours: what reads the log from its beginning: to follow it, to verify it, to rebuild from it."""

from functools import partial

from adapters.event_store.verify import Report
from adapters.event_store.verify import verify as verify_log
from adapters.read_models.rebuild import Rebuilder
from infra.bench.ours.history import filled
from infra.bench.ours.system import system
from infra.bench.rounds import Tally, answer_rounds, timed
from infra.composition import System
from projections.scheduling.bookings import BOOKINGS


def follow(composed: System, *, events: int) -> Tally:
    filled(composed, events)
    with composed.database.as_worker() as connection:
        return timed(lambda: sum(map(len, composed.reader.follow(connection, 0, to=events))))


def rebuild(composed: System, *, events: int) -> Tally:
    """The bookings, with all their columns and indexes, ready to be switched to."""
    filled(composed, events)
    rebuilder = Rebuilder(database=composed.database, reader=composed.reader)
    return timed(lambda: rebuilder.rebuild(BOOKINGS, anew=True).events)


def verify(composed: System, *, events: int) -> Tally:
    """As an operator does, in Python; SQL's own figure beside is for hashing alone."""
    filled(composed, events)
    with composed.database.as_worker() as connection:
        return timed(lambda: _verified(verify_log(connection)))


def _verified(report: Report) -> int:
    assert not report.findings, report.findings
    return report.events


if __name__ == "__main__":
    with system() as composed:
        answer_rounds(
            {work.__name__: partial(work, composed) for work in (follow, rebuild, verify)}
        )
