"""Clients made from the OpenAPI document by others' generators compile, and let somebody book: log in, see
what is free, hold and book it, be told what else is free where it is taken, call it off, see it all.

`make test-generated` installs the generators and runs this.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.request import urlopen

import pytest

from infra import demo
from tests.demonstration import demonstration

pytestmark = [pytest.mark.generated, pytest.mark.postgres, pytest.mark.timeout(300)]

HERE: Final = Path(__file__).parent
MADE: Final = HERE / "made"
PYTHON: Final = Path(".venv/generated/bin").absolute()
TYPESCRIPT: Final = HERE / "node_modules/.bin"
OWNER: Final = {"EMAIL": "ana@salon.example", "PASSWORD": demo.PASSWORD}

BOOKED: Final = """\
free true
held true
booked pending
taken 409 true
cancelled cancelled The flow is over
history booking-requested.v2 booking-cancelled.v1
"""


@pytest.fixture
def desk(dsn: str) -> Iterator[str]:
    """The demonstration, and its document in a file."""
    with demonstration(dsn) as address:
        MADE.mkdir(exist_ok=True)
        with urlopen(f"{address}/openapi.json") as document:
            (MADE / "openapi.json").write_bytes(document.read())
        yield address


def run(*command: str | Path, address: str = "") -> str:
    """Run a command and return what it says; fail with all of it where it fails."""
    path = f"{PYTHON}:{os.environ['PATH']}"
    found = {"PATH": path, "PYTHONPATH": "made", "MYPYPATH": "made"}
    around = {**os.environ, **OWNER, **found, "DESK": address}
    done = subprocess.run(
        command, check=False, cwd=HERE, env=around, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_client_in_typescript_books(desk: str) -> None:
    usual = "--default-non-nullable=false"  # what is sent may leave out what has a default
    run(TYPESCRIPT / "openapi-typescript", "made/openapi.json", usual, "-o", "made/desk.d.ts")
    run(TYPESCRIPT / "tsc", "--project", ".")

    assert run("node", "made/flow.js", address=desk) == BOOKED


def test_a_client_in_python_books(desk: str) -> None:
    generate = (PYTHON / "openapi-python-client", "generate", "--path", "made/openapi.json")
    said = run(*generate, "--meta", "none", "--output-path", "made/desk", "--overwrite")
    run(PYTHON / "mypy", "--strict", "--cache-dir", "made/.mypy_cache", "flow.py")

    assert "WARNING" not in said, "it leaves something out"
    assert "may be missing" not in said, said
    assert run(PYTHON / "python", "flow.py", address=desk) == BOOKED
