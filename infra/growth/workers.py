"""What it costs that every worker reads all partitions, and who is the first to be too slow.

Each worker fetches every event, and folds those that concern its consumers. A consumer belongs to one
of 12 slots, and a slot to one worker: the worker with the most to fold says how fast all can go.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from infra.growth import basis
from infra.growth.tables import Table, number, share
from infra.growth.tenants import LOG

RATE: Final = basis.APPENDED[64]
WORKERS: Final = (1, 2, 3, 4, 6, 8, 12)


class Shared(NamedTuple):
    """What so many workers take for each event, in microseconds of a processor."""

    fetching: float
    folding: float
    busiest: float

    @property
    def most_per_second(self) -> float:
        """What they can carry on, each with a processor of its own."""
        return 1e6 / self.busiest


def shared(workers: int, slots: Sequence[int] = basis.SLOTS) -> Shared:
    """Share the slots out as Kafka does, in runs of neighbours."""
    consumers = [sum(slots[place] for place in run) for run in _runs(len(slots), workers)]
    folding = basis.FOLDED_US * basis.CONCERNED
    most = max(consumers) / sum(slots)
    return Shared(basis.FETCHED_US * workers, folding, basis.FETCHED_US + folding * most)


def _runs(slots: int, workers: int) -> list[range]:
    short, longer = divmod(slots, workers)
    begins = [n * short + min(n, longer) for n in range(workers + 1)]
    return [range(*ends) for ends in pairwise(begins)]


def several() -> Table:
    """Return what more workers cost, and bring."""
    rows = []
    for workers in WORKERS:
        done = shared(workers)
        rows.append(
            [
                number(workers),
                number(RATE * basis.RECORD_BYTES * workers / 1e6),
                number(RATE * (done.fetching + done.folding) / 1e6),
                share(done.fetching / (done.fetching + done.folding)),
                number(done.most_per_second),
            ]
        )
    heads = (
        "Workers",
        "MB a second from Kafka",
        "processors busy",
        "of which fetching",
        "most events a second",
    )
    return Table("workers", heads, rows)


def limits() -> Table:
    """Return who is in the way first, for one database."""
    per_second = {
        "one worker, all consumers": shared(1).most_per_second,
        "the log, as measured with 64 callers": RATE,
        "the log, if every commit were full": LOG.most_per_second,
        "the relay": 1e6 / basis.RELAYED_US,
        "four workers": shared(4).most_per_second,
        "as many workers as there are slots": shared(12).most_per_second,
        "one consumer alone": 1e6 / basis.CARRIED_ON_US,
    }
    ordered = sorted(per_second.items(), key=lambda limit: limit[1])
    return Table(
        "limits",
        ("What", "events a second"),
        [[name, number(most)] for name, most in ordered],
    )
