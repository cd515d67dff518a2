"""The table of features is true: every test it names exists."""

import ast
import re
from pathlib import Path

import pytest

ROW = re.compile(r"^\| ([A-Z]+-\d+) \| .+ \| (tests/[\w/]+\.py)::(\w+) \|$", re.MULTILINE)
TABLE = Path("infra/features.md").read_text(encoding="utf-8")


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
