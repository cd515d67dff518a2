"""How a measured program talks to what measures it: an order in, a tally out, line by line.

    harness ─► {"work": "append", "callers": 16, "seconds": 2.0}      ─► program, by its stdin
            ◄─ {"operations": 31415, "seconds": 2.01, "p50_ms": …}   ◄─ by its stdout

Every contender is a program of its own, so that its processor time can be told from the others'.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from time import perf_counter, sleep
from typing import Any, Final, LiteralString

import msgspec
from psycopg import Connection

PATIENCE: Final = 10
"""Seconds until something that should become visible is given up."""

ALONE: Final = 0.02
"""Seconds between two events that each come alone."""

Order = Mapping[str, Any]
"""What to do in one round: `work` names it, the rest are its keyword arguments."""


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What was done in one round, and how long single operations took if they were timed."""

    operations: int
    seconds: float
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None


class Ready(msgspec.Struct, frozen=True):
    """Said once, before the first order: whose processor time counts."""

    processes: Sequence[int]


Work = Callable[..., Tally]


def answer_rounds(works: Mapping[str, Work], processes: Sequence[int] = ()) -> None:
    """Work off orders until there are no more; by default this process is what is measured."""
    _say(Ready(processes or [os.getpid()]))
    for line in sys.stdin.buffer:
        order = msgspec.json.decode(line)
        _say(works[order.pop("work")](**order))


def _say(word: Tally | Ready) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(word) + b"\n")
    sys.stdout.buffer.flush()


# --- Ways to fill a round ---------------------------------------------------------------


def timed(operations: Callable[[], int]) -> Tally:
    """Do it once; it says how much it did."""
    started = perf_counter()
    done = operations()
    return Tally(operations=done, seconds=perf_counter() - started)


def hammered(operation: Callable[[], object], *, callers: int, seconds: float) -> Tally:
    """Do it again and again from so many threads until the time is over."""
    started = perf_counter()
    with ThreadPoolExecutor(callers) as threads:
        until = [threads.submit(_repeat, operation, started + seconds) for _ in range(callers)]
        taken = list(chain.from_iterable(each.result() for each in until))
    return of_durations(taken, perf_counter() - started)


def _repeat(operation: Callable[[], object], until: float) -> list[float]:
    taken = []
    begun = perf_counter()
    while begun < until:
        operation()
        ended = perf_counter()
        taken.append(ended - begun)
        begun = ended
    return taken


def watched(
    record: Callable[[], object], reader: Connection[Any], query: LiteralString, *, seconds: float
) -> Tally:
    """From the answer to whoever recorded something until a reader finds it, again and again, each
    time when all is quiet.
    """
    taken = []
    until = perf_counter() + seconds
    while perf_counter() < until:
        sleep(ALONE)
        key = record()
        begun = perf_counter()
        while not reader.execute(query, (key,), prepare=True).rowcount:
            if perf_counter() > begun + PATIENCE:
                raise TimeoutError(key)
        taken.append(perf_counter() - begun)
    return of_durations(taken, seconds)


def of_durations(taken: Sequence[float], seconds: float) -> Tally:
    ranked = sorted(taken)
    return Tally(
        operations=len(ranked),
        seconds=seconds,
        p50_ms=quantile(ranked, 0.50) * 1000,
        p95_ms=quantile(ranked, 0.95) * 1000,
        p99_ms=quantile(ranked, 0.99) * 1000,
    )


def quantile(ranked: Sequence[float], share: float) -> float:
    """The value below which this share of the sorted values lies.

    >>> quantile([1, 2, 3, 4], 0.5)
    3
    """
    return ranked[min(int(len(ranked) * share), len(ranked) - 1)]
