"""A machine with PostgreSQL, its archive and a copy of it, at which somebody does what the
operators' handbook says.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psycopg

from infra.servers.postgres import Server, binaries, ensure_database, running
from infra.servers.postgres.storage import wait_until_left

RUNBOOK: Final = Path("infra/runbooks/back-up-and-restore.md").read_text(encoding="utf-8")


def block(name: str) -> str:
    """Return the lines that stand in the handbook under this name."""
    [lines] = re.findall(rf"<!-- {name} -->\n *```\w+\n(.*?)```", RUNBOOK, re.DOTALL)
    return textwrap.dedent(lines)


@dataclass
class Machine:
    """A folder with PostgreSQL's data, the archive of its log, and copies of both."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def lost(self) -> Path:
        """Where the handbook puts what was there before."""
        return self.folder / "data.lost"

    @property
    def archive(self) -> Path:
        return self.folder / "archive"

    @contextmanager
    def started(self, data: Path | None = None) -> Iterator[Server]:
        """Start PostgreSQL as the handbook wants it, on these data."""
        lines = (line.partition(" = ") for line in self._here(block("settings")).splitlines())
        settings = {name: value.strip("'") for name, _, value in lines}
        self._know_the_password(data or self.data)
        with running(data or self.data, settings={**settings, "fsync": "off"}) as server:
            wait_until_it_takes_writes(server)
            ensure_database(server, "frontdesk")
            self.variables |= {self._address(data): server.dsn(), "PGDATA": str(self.data)}
            yield server

    def do(self, name: str, **variables: str) -> str:
        """Do what the handbook says under this name; later lines know the TARGET of earlier."""
        self.variables |= variables
        kept = self.folder / "target"
        lines = ["set -eu", self._here(block(name)), f'printf %s "${{TARGET-}}" > {kept}']
        done = subprocess.run(
            ["bash", "-c", "\n".join(lines)],
            env=self._environment(),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        self.variables["TARGET"] = kept.read_text()
        self._give()
        return done.stdout

    def _know_the_password(self, data: Path) -> None:
        """It lies beside the data, and is the same in a copy of them."""
        known = self.data.with_name("data.password")
        if data != self.data:
            shutil.copy(known, data.with_name(f"{data.name}.password"))

    def _address(self, data: Path | None) -> str:
        return "LOST_URL" if data == self.lost else "DATABASE_URL"

    def _here(self, lines: str) -> str:
        return lines.replace("/archive/", f"{self.archive}/")

    def _environment(self) -> Mapping[str, str]:
        tools = f"{binaries()}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        here = {"PATH": tools, "PYTHONPATH": str(Path.cwd()), "PGTZ": "UTC"}
        return {**os.environ, **self.variables, **here}

    def _give(self) -> None:
        """To whom PostgreSQL runs as, where that is not us."""
        owner = self.archive.stat()
        if os.geteuid() == 0:
            subprocess.run(
                ["chown", "-R", f"{owner.st_uid}:{owner.st_gid}", self.folder], check=True
            )


@contextmanager
def running_machine() -> Iterator[Machine]:
    """Lend one; not in pytest's own directory, which root keeps from whom PostgreSQL runs as."""
    folder = Path(tempfile.mkdtemp(prefix="frontdesk-test-"))
    folder.chmod(0o755)
    machine = Machine(folder)
    machine.archive.mkdir()
    if os.geteuid() == 0:
        shutil.chown(machine.archive, "nobody", "nogroup")
    yield machine
    shutil.rmtree(folder)


def kill(server: Server) -> None:
    """Leave it no time to archive what it wrote last; wait until nobody writes any more."""
    os.kill(int((server.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    wait_until_left(server.data)


def wait_until_it_takes_writes(server: Server) -> None:
    """It can be read while it still recovers, up to the moment or until it fails."""
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        while connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,):
            pass


def archives(server: Server) -> bool:
    """Whether the log of this timeline has come into the archive, and nothing was in the way."""
    with psycopg.connect(server.dsn()) as connection:
        [[name, failures]] = connection.execute(
            "SELECT coalesce(last_archived_wal, ''), failed_count FROM pg_stat_archiver"
        ).fetchall()
    return name.startswith(f"{timeline(server):08X}0") and not failures


def timeline(server: Server) -> int:
    """Return how often this log was begun anew from an earlier moment, and one."""
    with psycopg.connect(server.dsn()) as connection:
        [[name]] = connection.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchall()
    return int(name[:8], 16)
