"""What commands show is somebody's: it is shown as it is, and nothing in it is taken for anything else."""

import ast
from pathlib import Path

import pytest
from rich.table import Table

from infra.cli.progress import console, told

HOSTILE = "[/bold] [link=https://mail.example]Zoé[/link] [red]"


def test_a_table_shows_what_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("name", box=None)
    table.add_row(HOSTILE)

    console().print(table)

    assert HOSTILE in capsys.readouterr().out


def test_a_sentence_says_what_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        assert told.render_str(HOSTILE).plain == HOSTILE


def test_no_command_shows_anything_otherwise() -> None:
    made = [
        path.name
        for path in Path("infra/cli").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Console"
    ]

    assert made == ["progress.py", "progress.py"]
