"""How much processor time process trees have used, as Linux tells it in /proc."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")


class Process(NamedTuple):
    number: int
    parent: int
    ticks: int
    """Its own and those of the children it has buried, in user and in system mode."""


def processor_seconds(roots: Iterable[int]) -> float:
    """Of these processes and all their descendants, dead ones too."""
    return ticks(list(_processes()), roots) / TICKS_PER_SECOND


def ticks(processes: Iterable[Process], roots: Iterable[int]) -> int:
    by_number = {process.number: process for process in processes}
    children = defaultdict(list)
    for process in by_number.values():
        children[process.parent].append(process.number)
    total, left = 0, list(roots)
    while left:
        number = left.pop()
        left.extend(children[number])
        total += by_number[number].ticks if number in by_number else 0
    return total


def _processes() -> Iterator[Process]:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            yield parsed((process / "stat").read_text())
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile, and its parent has its ticks


def parsed(stat: str) -> Process:
    """Its name stands in parentheses and may hold anything, more of them too."""
    number, _, rest = stat.partition(" ")
    fields = rest.rpartition(")")[2].split()
    return Process(int(number), int(fields[1]), sum(map(int, fields[11:15])))
