"""What `make` offers for tests leaves none out, and CI runs all that needs neither a cluster nor a huge log."""

import re
from itertools import combinations
from pathlib import Path
from typing import Final

RULE: Final = re.compile(r'^(test[\w-]*):[^\n]*\n\t[^\n]*? -m (?:"([^"]+)"|(\w+))', re.MULTILINE)
KINDS: Final = ("cluster", "generated", "large", "thorough")
ELSEWHERE: Final = frozenset({"cluster", "large"})
"""Kinds of tests that no change waits for."""


def chosen() -> dict[str, str]:
    """Return which marks each command asks for."""
    rules = RULE.findall(Path("Makefile").read_text(encoding="utf-8"))
    return {name: quoted or plain for name, quoted, plain in rules if name != "test-fast"}


def runs(marks: str, of: tuple[str, ...]) -> bool:
    """Whether tests with these marks are among those."""
    known = dict.fromkeys((*KINDS, "kafka", "postgres", "slow"), False)
    return bool(eval(marks, {"__builtins__": {}}, known | dict.fromkeys(of, True)))


def test_whichever_marks_a_test_has_some_command_runs_it() -> None:
    for number in range(len(KINDS) + 1):
        for marks in combinations(KINDS, number):
            assert [name for name, asked in chosen().items() if runs(asked, marks)], marks


def test_ci_runs_whatever_needs_neither_a_cluster_nor_a_huge_log() -> None:
    said = re.findall(r"^make ([\w-]+)$", Path(".ci/run").read_text(encoding="utf-8"), re.MULTILINE)

    assert said[0] == "check"
    for kind in ((), *((each,) for each in KINDS if each not in ELSEWHERE)):
        assert [name for name in said if name in chosen() and runs(chosen()[name], kind)], kind
