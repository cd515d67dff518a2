"""What an operator does to PostgreSQL while others are at work."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from infra.servers.postgres import Server


class Admin:
    """An operator's own connection, that sees and does everything."""

    def __init__(self, server: Server, dsn: str) -> None:
        self.name = urlsplit(dsn).path.removeprefix("/")
        self._connection = psycopg.connect(server.dsn("postgres"), autocommit=True)

    def close(self) -> None:
        self._connection.close()

    def read_only(self, *, on: bool) -> None:
        """Let all who connect from now on find a database that takes no writes, or one that does."""
        what = "SET default_transaction_read_only TO on" if on else "RESET ALL"
        self._connection.execute(
            sql.SQL("ALTER DATABASE {} " + what).format(sql.Identifier(self.name))
        )

    def backends(self, name: str = "") -> list[int]:
        """Return the processes that serve the connections of this name, or all."""
        rows = self._connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s AND application_name LIKE %s",
            (self.name, f"{name}%"),
        ).fetchall()
        return [pid for (pid,) in rows]

    def throw_out(self) -> None:
        """End all connections, as a primary does that gives up."""
        for pid in self.backends():
            self._connection.execute("SELECT pg_terminate_backend(%s)", (pid,))


@contextmanager
def stopped(pids: list[int]) -> Iterator[None]:
    """Stop processes, as a machine does that has no memory left to give."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
