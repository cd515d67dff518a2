"""One mistake is tried: do the tests that run its line notice it?"""

import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import pytest

from infra.mutants.copies import Copy
from infra.mutants.mutation import Mutation
from infra.mutants.trace import Map

ROUNDS: Final = (40.0, 80.0)
"""Seconds of tests for one mistake: where hundreds run a line, most do so in the same way. Only who is
noticed by none of the first is asked about again.
"""

PATIENCE: Final = 60.0
"""Seconds beside ten times those that its tests have taken, for PostgreSQL and a busy machine."""


class Outcome(StrEnum):
    """A mistake that makes the tests hang was noticed."""

    KILLED = "killed"
    HUNG = "hung"
    SURVIVED = "survived"


class Tried(NamedTuple):
    """What came of it, of so many tests that run it."""

    mistake: Mutation
    outcome: Outcome
    asked: int
    run_it: int

    @property
    def is_killed(self) -> bool:
        """Whether somebody who makes this mistake is told."""
        return self.outcome is not Outcome.SURVIVED


def try_out(mistake: Mutation, known: Map, copy: Copy, *, patience: float = PATIENCE) -> Tried:
    """Make the mistake in a copy, and ask the tests."""
    run_it = {name: known.seconds[name] for name in known.tests_of(mistake)}
    left, outcome = dict(run_it), Outcome.SURVIVED
    with copy.having(mistake):
        for enough in ROUNDS:
            chosen = choose(left, words=words_of(mistake.path), enough=enough)
            if chosen and outcome is Outcome.SURVIVED:
                lasts = sum(left.pop(name) for name in chosen)
                outcome = _outcome(ask(copy, chosen, seconds=patience + 10 * lasts))
    return Tried(mistake, outcome, len(run_it) - len(left), len(run_it))


def ask(copy: Copy, tests: Sequence[str], *, seconds: float) -> int | None:
    """Run tests in this order up to the first that fails; return pytest's exit status, or None if they
    take longer.
    """
    modules = sorted({name.partition("::")[0] for name in tests})
    with tempfile.TemporaryDirectory() as place:
        names = Path(place) / "names.json"
        names.write_bytes(msgspec.json.encode(tests))
        named = ("--exitfirst", f"--named-in={names}")
        return copy.pytest(*named, *modules, seconds=seconds, log=Path(place) / "log")


def choose(seconds: Mapping[str, float], *, words: Sequence[str] = (), enough: float) -> list[str]:
    """Return the quickest of every module, then the second of every module, and so on, until there are
    enough; those first that have most of these words in their name. The quickest of all is asked first.
    """
    modules: dict[str, int] = defaultdict(int)
    turns: list[tuple[int, int, float, str]] = []
    for name in sorted(seconds, key=lambda name: (seconds[name], name)):
        module = name.partition("::")[0]
        turns.append((-sum(word in name for word in words), modules[module], seconds[name], name))
        modules[module] += 1
    chosen: list[str] = []
    spent = 0.0
    for *_, lasts, name in sorted(turns):
        if not chosen or spent + lasts <= enough:
            chosen.append(name)
            spent += lasts
    return sorted(chosen, key=lambda name: (seconds[name], name))


def words_of(path: str) -> list[str]:
    """Return what a module and its folders are called, and often tests of it, too."""
    _, *folders = Path(path.removesuffix("/__init__.py")).with_suffix("").parts
    return folders


def _outcome(status: int | None) -> Outcome:
    match status:
        case None:
            return Outcome.HUNG
        case pytest.ExitCode.OK | pytest.ExitCode.NO_TESTS_COLLECTED:
            return Outcome.SURVIVED
        case _:
            return Outcome.KILLED
