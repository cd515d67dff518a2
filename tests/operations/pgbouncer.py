"""PgBouncer itself before PostgreSQL, in session mode, on a machine that has it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from infra.servers.children import Child, Program, free_port, listens
from infra.servers.postgres.home import UNPRIVILEGED
from tests.operations.lines import by_way_of

PLACES: Final = f"{os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin"
FOUND: Final = shutil.which("pgbouncer", path=PLACES)


class PgBouncer(NamedTuple):
    """What it does is known by what it logs."""

    port: int
    log: Path

    def dsn(self, real: str) -> str:
        """Return the address of the server, by way of this."""
        return by_way_of(self.port, real)

    @property
    def refused(self) -> list[str]:
        """What it did not take on the way in."""
        return [line for line in self._lines if "unsupported startup parameter" in line]

    @property
    def lent_again(self) -> int:
        """How often somebody got a connection that another has used."""
        came = sum("login attempt" in line for line in self._lines)
        return came - sum("new connection to server" in line for line in self._lines)

    @property
    def _lines(self) -> list[str]:
        return self.log.read_text().splitlines()


@contextmanager
def pgbouncer(dsn: str) -> Iterator[PgBouncer]:
    """Start one before the server at this address."""
    folder, port = Path(tempfile.mkdtemp(prefix="frontdesk-test-")), free_port()
    folder.chmod(0o755)
    child = Child(_program(folder, dsn, port))
    child.start()
    try:
        yield PgBouncer(port, child.program.log)
    finally:
        child.stop()
        shutil.rmtree(folder)


def _program(folder: Path, dsn: str, port: int) -> Program:
    parts = urlsplit(dsn)
    users, settings = folder / "users.txt", folder / "pgbouncer.ini"
    users.write_text(f'"{parts.username}" "{parts.password}"\n')
    settings.write_text(_settings(f"host={parts.hostname} port={parts.port}", users, port))
    whose = ["-u", UNPRIVILEGED] if os.geteuid() == 0 else []
    return Program(
        name="PgBouncer",
        command=[str(FOUND), *whose, settings],
        directory=folder,
        answers=lambda: listens(port),
    )


def _settings(server: str, users: Path, port: int) -> str:
    return f"""
[databases]
* = {server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
pool_mode = session
default_pool_size = 100
"""
