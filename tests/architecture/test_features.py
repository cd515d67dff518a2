"""The table of features is true: every test it names exists."""

import ast
import re
from pathlib import Path

import pytest

ROW = re.compile(r"^\| ([A-Z]+-\d+) \| .+ \| (tests/[\w/]+\.py)::(\w+) \|$", re.MULTILINE)
TABLE = Path("infra/features.md").read_text(encoding="utf-8")

DONE = re.compile(r"([A-Z]+)-(\d\d)(?:…(\d\d))?")
"""Of the list above the table: single capabilities, and from one to another."""


def test_what_is_done_has_a_row() -> None:
    head, _, _ = TABLE.partition("\n| ")
    rows = {capability for capability, _, _ in ROW.findall(TABLE)}
    done = {
        f"{area}-{number:02}"
        for area, first, last in DONE.findall(head)
        for number in range(int(first), int(last or first) + 1)
    }

    assert len(done) > 50
    assert done == rows


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


NEEDS_DATA = {
    "tests/acceptance/test_conversations_at_once.py",
    "tests/acceptance/test_real_conversations.py",
}
"""Real conversations are not ours to give away: it runs where they are."""


@pytest.mark.parametrize("path", sorted({path for _, path, _ in ROW.findall(TABLE)} - NEEDS_DATA))
def test_none_of_them_is_left_out_when_all_tests_run(path: str) -> None:
    text = Path(path).read_text(encoding="utf-8")

    assert not re.search(r"mark\.(skip|skipif|xfail|cluster)\b|pytest\.(skip|xfail)\(", text)
