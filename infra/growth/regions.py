"""What a replica elsewhere costs, what is lost without one, and what it takes off."""

import random
from collections.abc import Mapping
from typing import Final

from infra.growth import basis
from infra.growth.queues import Service, arriving, served, waited
from infra.growth.tables import WITHOUT_END, Table, number, share
from infra.growth.tenants import LOG

AWAY_MS: Final[Mapping[str, float]] = {
    "without waiting": 0.0,
    "in the next building": 1.0,
    "in the next country": 20.0,
    "across an ocean": 80.0,
}
RATES: Final = (100, 1_000, 8_000)
LAGS: Final = (0.1, 1.0, 10.0, 60.0)
COUNT: Final = 10_000

LOOKS: Final = 6
SITTING: Final = 30.0
"""Seconds for which somebody who has booked sits there, and how often they look meanwhile."""

PEOPLE: Final = 5_000


def answer(per_second: float, away_ms: float, *, seed: int = 11) -> float:
    """Return the milliseconds that one in a hundred waits longer for, if each commit waits for a
    replica: the whole batch waits together.
    """
    arrivals = arriving(per_second, COUNT, seed)
    return waited(arrivals, served(arrivals, _waiting(away_ms), seed + 1))


def _waiting(away_ms: float) -> Service:
    return LOG._replace(away=away_ms / 1e3)


def on_the_primary(lag: float, *, seed: int = 13) -> float:
    """Return the share of all lists that a replica which is so late, in the middle, cannot answer: those
    of people who have written what it has not seen.
    """
    chance = random.Random(seed)
    early = sum(_too_early(chance, lag) for _ in range(PEOPLE))
    return early / (PEOPLE * basis.LISTS_PER_BOOKING)


def _too_early(chance: random.Random, lag: float) -> int:
    seen = chance.expovariate(1 / lag)
    looks = sorted(chance.uniform(0, SITTING) for _ in range(LOOKS - 1))
    return sum(look < seen for look in (0.0, *looks))


# --- What is shown --------------------------------------------------------------------------


def lost() -> Table:
    """Return what is lost with a region whose replica is so late."""
    rows = [[f"{lag:g} s", *(number(lag * rate) for rate in RATES)] for lag in LAGS]
    heads = ("The replica is late by", *(f"at {rate:,} a second" for rate in RATES))
    return Table("lost", heads, rows)


def waiting() -> Table:
    """Return what it costs to lose nothing."""
    rows = []
    for name, away in AWAY_MS.items():
        most = _waiting(away).most_per_second
        waits = (number(answer(rate, away)) if rate < most else WITHOUT_END for rate in RATES)
        rows.append([name, *waits, number(most)])
    heads = (
        "Commits wait for a replica",
        *(f"at {rate:,} a second" for rate in RATES),
        "most events a second",
    )
    return Table("waiting", heads, rows)


def replicas() -> Table:
    """Return what a replica takes off the primary."""
    reading = basis.LISTS_PER_BOOKING * basis.LISTED_US
    rows = []
    for lag in LAGS:
        stays = on_the_primary(lag)
        before = basis.BOOKED_US + reading
        rows.append(
            [f"{lag:g} s", share(stays), share((basis.BOOKED_US + stays * reading) / before)]
        )
    heads = ("The replica is late by", "lists that stay", "processor time that stays")
    return Table("replicas", heads, rows)
