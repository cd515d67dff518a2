"""The README stays true: its tour is run, line by line, against a started system."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import demo
from infra.demo_shops import SHOPS
from tests.contract import document
from tests.demonstration import demonstration

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(not shutil.which("curl"), reason="the tour is made with curl"),
]

README = Path("README.md").read_text(encoding="utf-8")

OPERATIONS = re.findall(r"`(?:([A-Z]+) )?(/v1/[\w/{}-]*\w\}?)(?:\?(\w+)=…)?`", README)
"""Each that it names: by which method, where, asked what."""


@pytest.fixture
def desk(dsn: str) -> Iterator[str]:
    """The address of the demonstration."""
    with demonstration(dsn) as address:
        yield address


def tour() -> str:
    """Return the lines of the tour, each command shown before what it prints."""
    found = re.search(r"<!-- tour.*?```sh\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return found.group(1)


@pytest.mark.timeout(180)
def test_the_tour_does_what_it_says(desk: str) -> None:
    shown = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", tour()],
        env={**os.environ, "DESK": desk},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout

    assert '"status":"pending"' in shown
    assert '"code":"slot-taken"' in shown
    assert '"next_free_slots":[{' in shown
    assert '"status":"confirmed"' in shown
    assert '"status":["pending","confirmed"]' in shown


def test_the_login_it_shows_is_the_one_of_the_demonstration() -> None:
    assert demo.PASSWORD in README
    assert SHOPS[0].email in README


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:[a-z_]+/)+[\w./-]*)`", README))))
def test_every_file_it_names_is_there(path: str) -> None:
    assert Path(path).exists(), path


@pytest.mark.parametrize(("method", "path", "asked"), OPERATIONS)
def test_every_operation_it_names_is_there(method: str, path: str, asked: str) -> None:
    operation = document()["paths"][path][(method or "GET").lower()]

    assert not asked or asked in {each["name"] for each in operation["parameters"]}
