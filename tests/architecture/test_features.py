"""The table of features is true: every test it names exists."""

import ast
import re
from pathlib import Path

import pytest

ROW = re.compile(r"^\| ([A-Z]+-\d+) \| .+ \| (tests/[\w/]+\.py)::(\w+) \|$", re.MULTILINE)
TABLE = Path("infra/features.md").read_text(encoding="utf-8")

DONE = {
    "SVC": [1, 2, 3, 4, 5],
    "PROF": [5],
    "BOOK": [*range(1, 18), 20, 21, 22, 23, 25, 27],
    "CLI": [1, 2, 3, 4, 5, 6, 7, 8, 9],
    "COMM": [8, 9, 10, 12, 13, 19],
    "X": [1, 2, 4, 6, 7, 17, 19],
}


def test_what_is_done_has_a_row() -> None:
    rows = {capability for capability, _, _ in ROW.findall(TABLE)}

    assert {f"{area}-{n:02}" for area, numbers in DONE.items() for n in numbers} <= rows


def test_every_row_names_a_capability_and_a_test() -> None:
    rows = [line for line in TABLE.splitlines() if line.startswith("| ")][1:]

    assert len(ROW.findall(TABLE)) == len(rows)


@pytest.mark.parametrize(("capability", "path", "name"), ROW.findall(TABLE))
def test_every_test_it_names_is_there(capability: str, path: str, name: str) -> None:
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    defined = {
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    assigned = {
        t.id
        for n in ast.walk(tree)
        if isinstance(n, ast.Assign)
        for t in n.targets
        if isinstance(t, ast.Name)
    }

    assert name in defined | assigned, capability


NEEDS_DATA = {"tests/acceptance/test_real_conversations.py"}
"""Real conversations are not ours to give away: it runs where they are."""


@pytest.mark.parametrize("path", sorted({path for _, path, _ in ROW.findall(TABLE)} - NEEDS_DATA))
def test_none_of_them_is_left_out_when_all_tests_run(path: str) -> None:
    text = Path(path).read_text(encoding="utf-8")

    assert not re.search(r"mark\.(skip|skipif|xfail|cluster)\b|pytest\.(skip|xfail)\(", text)
