"""What is promised in `security.md` and `operations.md` is held by tests that exist and run."""

import ast
import re
from pathlib import Path

import pytest

ROW = re.compile(r"^\| .+ \| `?(tests/[\w/]+\.py)::(\w+)`? \|$", re.MULTILINE)
PAGES = {page: Path("infra", page).read_text("utf-8") for page in ("security.md", "operations.md")}
NAMED = sorted({found for text in PAGES.values() for found in ROW.findall(text)})


@pytest.mark.parametrize("page", PAGES)
def test_every_promise_names_a_test(page: str) -> None:
    rows = [line for line in PAGES[page].splitlines() if line.startswith("| ")]
    promises = [line for line in rows if line != "| What is promised | Test |"]

    assert len(ROW.findall(PAGES[page])) == len(promises)


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_every_test_it_names_is_there_and_runs(path: str, name: str) -> None:
    text = Path(path).read_text(encoding="utf-8")
    defined = {
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }

    assert name in defined
    assert not re.search(r"mark\.(skip|skipif|xfail)\b|pytest\.(skip|xfail)\(", text)
