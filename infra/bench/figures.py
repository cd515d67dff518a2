"""From rounds to figures: medians, and ratios taken pair by pair."""

from collections.abc import Sequence
from statistics import median
from typing import Final

import msgspec

from infra.bench.rounds import Tally

PER_SECOND: Final = "per second"
MILLISECONDS: Final = "ms"
MOSTLY: Final = "p95 ms"
PROCESSOR: Final = "CPU µs"


class Round(msgspec.Struct, frozen=True):
    """What one contender did in one round, and the processor time it and PostgreSQL took."""

    tally: Tally
    processor_seconds: float

    @property
    def cpu_us(self) -> float:
        return self.processor_seconds / self.tally.operations * 1e6


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of bench.json: what we did, beside what one rival did."""

    work: str
    ours: float
    unit: str
    rival: str
    theirs: float
    ratio: float
    cpu_us: float


def entry(
    work: str, unit: str, ours: Sequence[Round], rival: str, theirs: Sequence[Round]
) -> Entry:
    return Entry(
        work=work,
        ours=_rounded(figure(ours, unit)),
        unit=unit,
        rival=rival,
        theirs=_rounded(figure(theirs, unit)),
        ratio=_rounded(median(ratios(ours, theirs, unit))),
        cpu_us=_rounded(cpu_us(ours)),
    )


def ratios(ours: Sequence[Round], theirs: Sequence[Round], unit: str) -> list[float]:
    """Rounds of the same number ran one after the other, so what slowed one slowed both."""
    pairs = zip(_figures(ours, unit), _figures(theirs, unit), strict=True)
    return [mine / other for mine, other in pairs]


def figure(rounds: Sequence[Round], unit: str) -> float:
    return median(_figures(rounds, unit))


def _figures(rounds: Sequence[Round], unit: str) -> list[float]:
    match unit:
        case "per second":
            return [each.tally.operations / each.tally.seconds for each in rounds]
        case "ms":
            return [each.tally.p50_ms for each in rounds if each.tally.p50_ms is not None]
        case "p95 ms":
            return [each.tally.p95_ms for each in rounds if each.tally.p95_ms is not None]
        case _:
            return [each.cpu_us for each in rounds]


def cpu_us(rounds: Sequence[Round]) -> float:
    return median(each.cpu_us for each in rounds)


def latencies_ms(rounds: Sequence[Round]) -> tuple[float, float] | None:
    """The medians over the rounds of their p50 and their p99, if operations were timed."""
    p50 = [each.tally.p50_ms for each in rounds if each.tally.p50_ms is not None]
    p99 = [each.tally.p99_ms for each in rounds if each.tally.p99_ms is not None]
    return (median(p50), median(p99)) if p50 and p99 else None


def _rounded(number: float) -> float:
    """Four digits are more than any of these measurements has."""
    return float(f"{number:.4g}")
