"""Schemathesis against the started system: every operation, every check it has, and its links.

To see more of a failure, run by hand what this runs; it prints how to send the request again.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

import pytest

from api.compat import CALLED
from api.openapi.addresses import address_of
from infra.composition import running_system
from infra.servers.postgres import Server
from infra.settings import Settings
from tests.acceptance.processes import owner, servers
from tests.conftest import empty_database

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.thorough,
]

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")

EXAMPLES = "1"
"""For each operation, of random ones; those of the coverage phase are some seventy each. Old paths do
without these: they are the same operations under other names.
"""


@pytest.fixture(scope="module")
def port(server: Server) -> Iterator[int]:
    """The API in a process of its own, with read models and processes at work. One for all, each of
    whom opens a business of their own.
    """
    with (
        empty_database(server) as dsn,
        running_system(Settings(), dsn) as system,
        servers(dsn, 1) as (port,),
    ):
        system.work()
        system.join_others()
        yield port


class Examiner(NamedTuple):
    """A process that runs Schemathesis as often as it is told to."""

    told: IO[str]
    says: IO[str]

    def examine(self, *arguments: str) -> tuple[int, str]:
        """Return how it ended, and what it printed."""
        self.told.write(json.dumps(arguments) + "\n")
        self.told.flush()
        status, printed = json.loads(self.says.readline())
        return status, printed


@pytest.fixture(scope="module")
def examiner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Examiner]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.http.examining"],
        cwd=tmp_path_factory.mktemp("examined"),
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Examiner(process.stdin, process.stdout)


@pytest.mark.parametrize("product", [None, *CALLED])
def test_the_api_is_as_its_documents_say(
    port: int, examiner: Examiner, product: str | None
) -> None:
    status, printed = examiner.examine(
        *("--config-file", str(CONFIGURATION)),
        *("run", f"http://127.0.0.1:{port}{address_of(product)}"),
        *("--header", f"Authorization: Bearer {owner(port, product or 'today')}"),
        *("--continue-on-failure", "--no-shrink", "--no-color"),
        *(("--phases", "fuzzing,stateful") if product else ()),
        *("--generation-deterministic", "--max-examples", EXAMPLES, "--warnings", "off"),
    )

    assert status == 0, printed[-8000:]
    assert "Coverage" in printed
    assert "Stateful" in printed
