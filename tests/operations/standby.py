"""A PostgreSQL and its standby: nobody hears of a commit before both have it."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import psycopg

from infra.servers.postgres import THROWAWAY, Server, running
from infra.servers.postgres.home import find_home
from infra.servers.postgres.storage import run

SYNCHRONOUS: Final[Mapping[str, str]] = {**THROWAWAY, "synchronous_commit": "on"}
WAITS_FOR_THE_OTHER: Final[Mapping[str, str]] = {**SYNCHRONOUS, "synchronous_standby_names": "*"}
KEPT: Final = "SELECT count(*) > 0 FROM pg_stat_replication WHERE sync_state = 'sync'"


class Pair(NamedTuple):
    """Two servers, of which the first is the primary until something happens to it."""

    primary: Server
    standby: Server

    def kill_the_primary(self) -> None:
        """Leave it no time for anything."""
        pid = (self.primary.data / "postmaster.pid").read_text().split()[0]
        os.kill(int(pid), signal.SIGKILL)

    def promote_the_standby(self) -> None:
        """Let it take writes; it does when this is over."""
        with psycopg.connect(self.standby.dsn("postgres")) as connection:
            connection.execute("SELECT pg_promote()")


@contextmanager
def running_pair(like: Server) -> Iterator[Pair]:
    """Start two, with the databases that another server has at this moment."""
    folder = Path(tempfile.mkdtemp(prefix="frontdesk-test-"))
    folder.chmod(0o755)
    try:
        copy(like, folder / "primary")
        with running(folder / "primary", settings=WAITS_FOR_THE_OTHER) as primary:
            copy(primary, folder / "standby", "--write-recovery-conf")
            with running(folder / "standby", settings=SYNCHRONOUS) as standby:
                _wait_until_kept(primary)
                yield Pair(primary, standby)
    finally:
        shutil.rmtree(folder)


def copy(server: Server, data: Path, *options: str) -> None:
    """Make a copy of all that a server has, while it goes on."""
    home = find_home(data)
    home.data.mkdir(mode=0o700)
    home.give(home.data)
    source = ("--dbname", server.dsn("postgres"), "--pgdata", str(home.data))
    run(home, "pg_basebackup", *source, "--checkpoint=fast", "--no-sync", *options)
    shutil.copy(server.data.with_name(f"{server.data.name}.password"), home.password)


def _wait_until_kept(primary: Server) -> None:
    with psycopg.connect(primary.dsn("postgres"), autocommit=True) as connection:
        while connection.execute(KEPT).fetchone() != (True,):
            pass
