"""PostgreSQL without installing it: a wheel's binaries, run as a child of this process.

    running(data) ─► take the lock ─► wait for what still runs there ─► initdb, the first time
                  ─► postgres, listening on 127.0.0.1 with a password ─► … ─► stopped on the way out

Beside the data directory lie its lock, its password and its port, each named after it. Whatever
happens to this process, PostgreSQL goes with it: the kernel tells it when its parent has died.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import psycopg
from psycopg import sql

from infra.servers.children import (
    bare_environment,
    dying_with_us,
    free_port,
    is_free,
    last_lines,
    shorten,
    stop,
    watch,
)
from infra.servers.postgres.home import (
    Home,
    PostgresUnavailable,
    binaries,
    find_home,
    read,
    reads,
    write,
)
from infra.servers.postgres.storage import SUPERUSER, prepare_cluster, wait_until_left

__all__ = [
    "SETTINGS",
    "THROWAWAY",
    "InUse",
    "PostgresUnavailable",
    "Server",
    "attached",
    "binaries",
    "create_database",
    "databases",
    "drop_database",
    "ensure_database",
    "remove_left_behind",
    "running",
    "running_throwaway",
]

SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "listen_addresses": "127.0.0.1",
        # A socket's path may have 107 characters, which a data directory's may well exceed.
        "unix_socket_directories": "",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %d ",
        # Six processes, as `frontdesk cluster` starts them, of some 50 connections each at most.
        "max_connections": "400",
        "shared_buffers": "256MB",
        "effective_cache_size": "1GB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        "random_page_cost": "1.1",
        # Planning a short query costs less than compiling it.
        "jit": "off",
        # An event log is appended to without end; a checkpoint each minute would double its writes.
        "checkpoint_timeout": "15min",
        "max_wal_size": "2GB",
        "wal_buffers": "16MB",
    }
)

# For data that nobody will miss: what a power cut would take is what these no longer write.
THROWAWAY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "shared_buffers": "128MB",
        "autovacuum_naptime": "10min",
    }
)

MEMORY: Final = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a directory of our own in it
ROOM: Final = 4 * 2**30
PREFIX: Final = "frontdesk-"


@dataclass(frozen=True, slots=True)
class Server:
    data: Path
    port: int
    password: str
    note: str | None = None
    """What an operator should be told, such as where the data are kept instead."""

    def dsn(self, database: str = "frontdesk") -> str:
        return f"postgresql://{SUPERUSER}:{self.password}@127.0.0.1:{self.port}/{database}"


class InUse(PostgresUnavailable):
    """Another process has this data directory, and its server with it."""


def attached(data: Path) -> Server | None:
    """The server that another process runs on `data`; None when nobody does."""
    home = find_home(data)
    if not _is_owned(home):
        return None
    return Server(home.data, int(read(home.port)), read(home.password), home.note)


@contextmanager
def running(
    data: Path,
    *,
    settings: Mapping[str, str] = MappingProxyType({}),
    port: int = 0,
    on_death: Callable[[], None] | None = None,
) -> Iterator[Server]:
    """A server for as long as the block lasts, with whatever was in `data` before.

    Enter from a thread that lives as long as the block: to the kernel it is the parent.
    `on_death` is called, in another thread, if the server ends while the block goes on.
    """
    home = find_home(data)
    _refuse_what_others_own(home)
    with _owned(home):
        wait_until_left(home.data)
        prepare_cluster(home)
        server = Server(home.data, port or _choose_port(home), read(home.password), home.note)
        process = _start(home, server.port, {**SETTINGS, **settings})
        left = threading.Event()
        try:
            _wait_until_ready(home, process)
            if on_death:
                watch(process, left, on_death, name="postgres")
            yield server
        finally:
            left.set()
            # SIGINT ends transactions and writes a checkpoint; SIGQUIT leaves both to the next start.
            stop(process, signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)


@contextmanager
def running_throwaway(settings: Mapping[str, str] = MappingProxyType({})) -> Iterator[Server]:
    """An empty server for tests: fast, forgetful, gone without trace, in memory where there is room."""
    directory = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_memory()))
    directory.chmod(0o755)
    try:
        with running(directory / "data", settings={**THROWAWAY, **settings}) as server:
            yield server
    finally:
        # Where PostgreSQL cannot reach the directory, the data are elsewhere.
        for made in {directory, find_home(directory / "data").data.parent}:
            shutil.rmtree(made, ignore_errors=True)


def _memory() -> Path | None:
    """Where files cost no disk: making a database from a template is ten times faster there."""
    with suppress(OSError):
        remove_left_behind(MEMORY)
        if shutil.disk_usage(MEMORY).free >= ROOM:
            return MEMORY
    return None


def remove_left_behind(place: Path, *, seconds: float = 3600) -> None:
    """Remove what throwaway servers left whose owners were killed, so long ago: in memory it would
    stay for as long as the machine runs.
    """
    for lock in place.glob(f"{PREFIX}*/data.lock"):
        with suppress(FileNotFoundError):  # others remove, too
            is_old = lock.stat().st_mtime <= time.time() - seconds
            if is_old and not _is_owned(find_home(lock.with_suffix(""))):
                shutil.rmtree(lock.parent, ignore_errors=True)


# --- Databases -------------------------------------------------------------------------


def create_database(server: Server, name: str, template: str | None = None) -> None:
    """With `template`, a copy of that database, to which nobody may be connected meanwhile."""
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    _administer(
        server, statement.format(sql.Identifier(name), sql.Identifier(template or "template1"))
    )


def ensure_database(server: Server, name: str) -> None:
    if name not in databases(server):
        create_database(server, name)


def drop_database(server: Server, name: str) -> None:
    """Whoever is connected is thrown out."""
    _administer(server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def databases(server: Server) -> set[str]:
    with psycopg.connect(server.dsn("postgres")) as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}


def _administer(server: Server, statement: sql.Composed) -> None:
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        connection.execute(statement)


# --- Whose it is -----------------------------------------------------------------------


def _refuse_what_others_own(home: Home) -> None:
    wanted = os.geteuid() if home.user is None else home.user
    if home.data.exists() and (owner := home.data.stat().st_uid) not in {wanted, os.geteuid()}:
        message = f"{home.data} belongs to user {owner}, but PostgreSQL would run as {wanted}."
        raise PostgresUnavailable(message)


@contextmanager
def _owned(home: Home) -> Iterator[None]:
    """The kernel drops the lock with its holder, so no crash leaves one behind."""
    with home.lock.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"{home.data} is in use by process {read(home.lock)}: stop that one first."
            raise InUse(message) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def _is_owned(home: Home) -> bool:
    try:
        with _owned(home) if home.lock.exists() else nullcontext():
            return False
    except InUse:
        return True


# --- Its process -----------------------------------------------------------------------


def _choose_port(home: Home) -> int:
    """The same as last time, if it is free, so that what an operator noted down stays true."""
    remembered = int(reads(home.port) or 0)
    if remembered and is_free(remembered):
        return remembered
    port = free_port()
    write(home, home.port, str(port))
    return port


def _start(home: Home, port: int, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Not through pg_ctl, whose server would be nobody's child."""
    options = [f"--{name}={value}" for name, value in {**settings, "port": str(port)}.items()]
    shorten(home.log)
    with home.log.open("ab") as log:
        return subprocess.Popen(
            [home.binaries / "postgres", "-D", home.data, *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=bare_environment(),
            **home.whose,
            # Its own session: Ctrl-C is for the owner, which stops it when all else has stopped.
            start_new_session=True,
            preexec_fn=dying_with_us(signal.SIGINT),  # noqa: PLW1509  (takes no lock)
        )


def _wait_until_ready(
    home: Home, process: subprocess.Popen[bytes], *, seconds: float = 300
) -> None:
    """As long as it takes to replay what a crash left in the log."""
    deadline = time.monotonic() + seconds
    while not _is_ready(home.data, process.pid):
        if process.poll() is not None:
            raise PostgresUnavailable(f"PostgreSQL did not start.\n{last_lines(home.log)}")
        if time.monotonic() > deadline:
            message = f"PostgreSQL was not ready after {seconds:.0f} s.\n{last_lines(home.log)}"
            raise PostgresUnavailable(message)
        time.sleep(0.01)


def _is_ready(data: Path, pid: int) -> bool:
    """Its pid file tells, which is what pg_ctl reads too: first the pid, eighth the state."""
    lines = (reads(data / "postmaster.pid") or "").split("\n")
    return len(lines) == 8 and lines[0] == str(pid) and lines[7].strip() == "ready"
