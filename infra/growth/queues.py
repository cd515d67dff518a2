"""Queues whose server takes everybody who waits at once, as the log, the relay and runners do."""

import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple

Times = list[float]
"""Seconds, in order."""


class Service(NamedTuple):
    """A server: the seconds that a batch takes, and each in it; at most so many in a batch. `rhythm`
    is the least from one beginning to the next, `away` what a far replica adds to a batch.
    """

    batch: float
    each: float
    most: int
    rhythm: float = 0.0
    away: float = 0.0

    @property
    def most_per_second(self) -> float:
        """What it can do, if all batches are full."""
        return self.most / max(self.batch + self.most * self.each + self.away, self.rhythm)


def arriving(per_second: float, count: int, seed: int) -> Times:
    """Let so many come, independently of each other."""
    at, chance, times = 0.0, random.Random(seed), []
    for _ in range(count):
        at += chance.expovariate(per_second)
        times.append(at)
    return times


def served(arrivals: Sequence[float], service: Service, seed: int) -> Times:
    """Return when each was done. What a batch itself takes varies as widely as waiting for a disk may:
    exponentially.
    """
    chance, done, free, first = random.Random(seed), [], 0.0, 0
    while first < len(arrivals):
        begin = max(free, arrivals[first])
        last = _taken(arrivals, first, begin, service.most)
        takes = chance.expovariate(1) * service.batch + (last - first) * service.each
        end = begin + takes + service.away
        done += [end] * (last - first)
        first, free = last, max(end, begin + service.rhythm)
    return done


def _taken(arrivals: Sequence[float], first: int, begin: float, most: int) -> int:
    last = first + 1
    while last < len(arrivals) and last - first < most and arrivals[last] <= begin:
        last += 1
    return last


def closed(callers: int, service: Service, *, rounds: int, seed: int) -> float:
    """Return how much is done in a second for so many, each of whom asks again once answered. They fall
    into two groups, of which one waits while the other is served.
    """
    chance = random.Random(seed)
    groups = [size for size in (callers // 2, callers - callers // 2) if size]
    sizes = [groups[turn % len(groups)] for turn in range(rounds)]
    took = sum(chance.expovariate(1) * service.batch + size * service.each for size in sizes)
    return sum(sizes) / took


def percentile(values: Sequence[float], share: float) -> float:
    """Return what this share of the values is below."""
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


def waited(arrivals: Sequence[float], done: Sequence[float], share: float = 0.99) -> float:
    """Return the milliseconds that this share did not exceed."""
    return percentile([end - at for at, end in zip(arrivals, done, strict=True)], share) * 1_000


def fitted(measured: Mapping[int, float], most: int) -> Service:
    """Find what a batch takes, and each in it, by what was done for so many callers a second: least
    squares of what it is wrong by, in parts of what was measured.
    """
    rows = [(min(callers, 2) * rate / callers, rate) for callers, rate in measured.items()]
    bb = sum(batches * batches for batches, _ in rows)
    be = sum(batches * each for batches, each in rows)
    ee = sum(each * each for _, each in rows)
    b, e = sum(batches for batches, _ in rows), sum(each for _, each in rows)
    shared = bb * ee - be * be
    return Service((b * ee - e * be) / shared, (e * bb - b * be) / shared, most)
