"""What commands show is somebody's: it is shown as it is, and nothing in it is taken for anything else.
What they say of themselves, and of what went wrong, is said to the end.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from rich.table import Table

from application.ports import PositionUnknown
from infra import cli
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
        for path in Path("infra/cli").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Console"
    ]

    assert made == ["progress.py", "progress.py"]


def test_help_breaks_no_line_in_the_middle_of_a_sentence() -> None:
    said = [paragraph for text in helps(cli.app) for paragraph in text.split("\n\n")]

    assert any("if nothing else is asked. Of each" in each for each in said)
    assert not [each for each in said if "\n" in each or "  " in each]


def test_what_went_wrong_is_said_to_the_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise PositionUnknown

    monkeypatch.setattr(cli, "app", fail)
    monkeypatch.setattr(cli, "share_memory", lambda: None)
    with pytest.raises(SystemExit):
        cli.main()

    assert capsys.readouterr().err.endswith(". Go on without it.\n")


def helps(app: typer.Typer) -> Iterator[str]:
    """Return what each command says of itself."""
    for group in app.registered_groups:
        assert group.typer_instance is not None
        yield from helps(group.typer_instance)
    yield from (command.help or "" for command in app.registered_commands)
