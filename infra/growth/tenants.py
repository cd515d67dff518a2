"""How many tenants fit on one database, and what is the first to be too much?

Tenants are of very different sizes, and busy at the same hours of their own days. Every event is
taken for an append of its own, which is more than the log really has to do.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from infra.growth import basis
from infra.growth.queues import Service, Times, arriving, closed, fitted, served, waited
from infra.growth.tables import WITHOUT_END, Table, number, share

LOG: Final = fitted(basis.APPENDED, basis.MOST_IN_A_COMMIT)
RUNNER: Final = Service(
    basis.VISIBLE_MS / 1e3,
    basis.CARRIED_ON_US / 1e6,
    basis.MOST_IN_A_STEP,
    basis.RHYTHM_MS / 1e3,
)
RELAY: Final = Service(
    basis.VISIBLE_BY_KAFKA_MS * basis.BEFORE_PUBLISHED / 1e3,
    basis.RELAYED_US / 1e6,
    basis.MOST_IN_A_RELAYED_BATCH,
)
WORKER: Final = Service(
    basis.VISIBLE_BY_KAFKA_MS * (1 - basis.BEFORE_PUBLISHED) / 1e3,
    (basis.FETCHED_US + basis.FOLDED_US) / 1e6,
    basis.MOST_IN_A_STEP,
    basis.RHYTHM_MS / 1e3,
)

ZONES: Final[Mapping[str, Mapping[int, float]]] = {
    "one zone": {0: 1.0},
    "Europe": {0: 0.2, 1: 0.7, 2: 0.1},
    "America and Europe": {1: 0.5, -5: 0.2, -6: 0.15, -8: 0.15},
    "everywhere": dict.fromkeys(range(24), 1 / 24),
}
"""By hours from UTC, whose share of the tenants is there."""

TENANTS: Final = (1_000, 10_000, 50_000, 100_000, 200_000, 300_000)
RATES: Final = (100, 1_000, 5_000, 8_000, 10_000, 12_000)
COUNT: Final = 10_000
YEAR: Final = 365


class Waits(NamedTuple):
    """What one in a hundred waits longer for, in milliseconds: the answer, and to be seen after it."""

    answer: float
    seen: float
    seen_by_kafka: float


def waits(per_second: float, *, count: int = COUNT, seed: int = 1) -> Waits:
    """Let events come for a while."""
    arrivals = arriving(per_second, count, seed)
    committed = served(arrivals, LOG, seed + 1)
    return Waits(
        waited(arrivals, committed),
        waited(committed, served(committed, RUNNER, seed + 2)),
        waited(committed, _by_kafka(committed, seed + 3)),
    )


def _by_kafka(committed: Times, seed: int) -> Times:
    return served(served(committed, RELAY, seed), WORKER, seed + 1)


def busiest_hour(zones: Mapping[int, float]) -> float:
    """Return the share of a day's bookings that falls into its busiest hour, by one clock."""
    day = sum(basis.DAY)
    return max(
        sum(part * basis.DAY[(hour + ahead) % 24] for ahead, part in zones.items()) / day
        for hour in range(24)
    )


def sizes(tenants: int, *, skew: float = basis.SKEW, seed: int = 7) -> list[float]:
    """Return the bookings a day of each, the largest and the smallest by chance."""
    chance = random.Random(seed)
    return [basis.BOOKINGS_A_DAY * chance.lognormvariate(0, skew) for _ in range(tenants)]


def events_a_day(tenants: int) -> float:
    """Return what they append together."""
    return sum(sizes(tenants)) * basis.EVENTS_OF_A_BOOKING


def at_the_busiest(events: float, zones: str) -> float:
    """Return the events a second of the busiest minute of a day."""
    return events * busiest_hour(ZONES[zones]) / 3600 * basis.BURST


# --- What is shown --------------------------------------------------------------------------


def fit() -> Table:
    """Hold the model of the log against what was measured."""
    rows = []
    for callers, rate in basis.APPENDED.items():
        modelled = closed(callers, LOG, rounds=20_000, seed=3)
        rows.append([number(callers), f"{rate:,}", f"{modelled:,.0f}", f"{modelled / rate:.2f}"])
    heads = ("Callers", "measured, a second", "modelled", "ratio")
    return Table("fit", heads, rows)


def commit() -> Table:
    """Return what the model says of a commit."""
    rows = [
        ["a commit", number(LOG.batch * 1e3)],
        ["each event in it", number(LOG.each * 1e3)],
    ]
    return Table("commit", ("What", "ms"), rows)


def queueing() -> Table:
    """Return what waiting does as the log fills."""
    rows = []
    for rate in RATES:
        waiting = waits(rate)
        used = rate / LOG.most_per_second
        rows.append([f"{rate:,}", share(used), *map(number, waiting)])
    heads = ("Events a second", "of what the log can do", "answer", "seen", "seen, by Kafka")
    return Table("queueing", heads, rows)


def zones() -> Table:
    """Return what it helps that not all are awake at once."""
    events = events_a_day(10_000)
    rows = [
        [name, share(busiest_hour(where)), number(at_the_busiest(events, name))]
        for name, where in ZONES.items()
    ]
    heads = (
        "Tenants are in",
        "of a day in its busiest hour",
        "events a second in the busiest minute",
    )
    return Table("zones", heads, rows)


def one_database() -> Table:
    """Return what so many tenants ask of one database, all of them in Europe."""
    rows = [_on_one(tenants) for tenants in TENANTS]
    heads = (
        "Tenants",
        "events a second in the busiest minute",
        "answer, p99 ms",
        "processors for bookings and lists",
        "GB in a year",
        "hours to rebuild it",
    )
    return Table("one-database", heads, rows)


def _on_one(tenants: int) -> Sequence[str]:
    events = events_a_day(tenants)
    busiest = at_the_busiest(events, "Europe")
    bookings = busiest / basis.EVENTS_OF_A_BOOKING
    processors = bookings * (basis.BOOKED_US + basis.LISTS_PER_BOOKING * basis.LISTED_US) / 1e6
    year = events * YEAR
    return (
        f"{tenants:,}",
        number(busiest),
        number(waits(busiest).answer) if busiest < LOG.most_per_second else WITHOUT_END,
        number(processors),
        number(year * basis.STORED_BYTES / 1e9),
        number(year / basis.REBUILT / 3600),
    )
