"""Leads from a file, from the command line: the same numbers, and an exit code that scripts can read."""

import csv
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from infra.cli import app
from infra.cli.errors import NoBusinessError
from infra.cli.importing.leads import SOME_REFUSED
from tests.running import Running
from tests.sales.imports.files import NOBODY, NOOR, ZOE, ZOE_AGAIN, file_of
from tests.sales.imports.sending import leads, salon

pytestmark = pytest.mark.postgres


@pytest.fixture
def http(running: Running, dsn: str, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A salon in the database that the command finds."""
    monkeypatch.setenv("DATABASE_URL", dsn)
    return salon(running)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    there = tmp_path / "leads.csv"
    there.write_bytes(file_of(ZOE, NOOR, ZOE_AGAIN, NOBODY))
    return there


def frontdesk(running: Running, file: Path, *words: str) -> Result:
    return CliRunner().invoke(
        app, ["import", "leads", str(file), "--tenant", running.tenant, *words]
    )


def last_line(result: Result) -> Any:
    return msgspec.json.decode(result.stdout.splitlines()[-1])


def test_a_file_is_taken_in_and_what_is_refused_is_written_down(
    running: Running, http: TestClient, file: Path, tmp_path: Path
) -> None:
    refused = tmp_path / "refused.csv"

    first = frontdesk(running, file, "--refused", str(refused))
    again = frontdesk(running, file)

    known = last_line(first)
    assert first.exit_code == again.exit_code == SOME_REFUSED, first.output
    counts = ("new", "attached", "already_there", "refused")
    assert [known["result"][name] for name in counts] == [2, 1, 0, 1]
    assert [last_line(again)["result"][name] for name in counts] == [0, 0, 3, 1]
    assert "2 new, 1 attached, 0 already there, 1 refused" in first.stderr
    with refused.open(encoding="utf-8-sig", newline="") as lines:
        [row] = csv.DictReader(lines)
    assert (row["refused_line"], row["refused_code"], row["Nom"]) == (
        "5",
        "who-is-missing",
        "Personne",
    )
    assert refused.stat().st_mode & 0o077 == 0
    assert len(leads(running, http)) == 2


@pytest.mark.usefixtures("http")
def test_what_is_all_taken_in_ends_well(running: Running, file: Path) -> None:
    file.write_bytes(b"Wer,Wohin\nZoe,zoe@example.org\n")

    refused = frontdesk(running, file)
    taken = frontdesk(running, file, "--column", "Wohin=email", "--column", "Wer=name", "--tasks")

    assert refused.exit_code == 1
    assert "None of the columns" in str(refused.exception)
    assert taken.exit_code == 0, taken.output
    assert last_line(taken)["result"]["follow_ups"] == 1


def test_a_preview_records_nothing(running: Running, http: TestClient, file: Path) -> None:
    told = frontdesk(running, file, "--preview")

    assert told.exit_code == 0, told.output
    assert (last_line(told)["new"], last_line(told)["refusals"][0]["line"]) == (2, 5)
    assert leads(running, http) == []


def test_nobody_is_taken_in_for_a_business_that_there_is_not(
    running: Running, http: TestClient, file: Path
) -> None:
    unknown = str(uuid4())
    refused = CliRunner().invoke(app, ["import", "leads", str(file), "--tenant", unknown])

    assert refused.exit_code == 1
    assert isinstance(refused.exception, NoBusinessError)
    assert unknown in str(refused.exception)
    assert running.system.long_operations.find(unknown, None, limit=1) == []
    assert leads(running, http) == []


@pytest.mark.usefixtures("http")
def test_a_field_that_there_is_not_is_refused(running: Running, file: Path) -> None:
    assert frontdesk(running, file, "--column", "Nom=nothing").exit_code == 2
