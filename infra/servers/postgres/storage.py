"""What lies in the data directory: made the first time, and left by whoever was there before."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Final

from infra.servers.children import bare_environment, dying_with_us
from infra.servers.postgres.home import Home, PostgresUnavailable, reads, write

SUPERUSER: Final = "postgres"


def prepare_cluster(home: Home) -> None:
    if not (home.data / "PG_VERSION").exists():
        _create_cluster(home)
    elif not home.password.exists():
        _replace_password(home)


def _create_cluster(home: Home) -> None:
    """Made beside and moved, so a kill in the middle leaves nothing that looks like a cluster."""
    if home.data.exists() and any(home.data.iterdir()):
        message = f"{home.data} holds something, but no PostgreSQL data: choose another directory."
        raise PostgresUnavailable(message)
    wait_until_left(home.unfinished)
    shutil.rmtree(home.unfinished, ignore_errors=True)
    home.unfinished.mkdir(mode=0o700)
    home.give(home.unfinished)
    if not home.password.exists():
        write(home, home.password, secrets.token_hex(16))
    run(home, "initdb", *_initdb_options(home))
    home.unfinished.rename(home.data)
    make_durable(home.data.parent)


def _initdb_options(home: Home) -> list[str]:
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


def _replace_password(home: Home) -> None:
    """For data restored without it: in single-user mode PostgreSQL asks for none."""
    password = secrets.token_hex(16)
    statement = f"ALTER ROLE {SUPERUSER} PASSWORD '{password}';\n"
    run(home, "postgres", "--single", "-D", str(home.data), "postgres", text=statement)
    write(home, home.password, password)


def wait_until_left(data: Path, *, seconds: float = 60) -> None:
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
        if reads(process / "comm") == "postgres" and _points_to(process / "cwd") == str(data)
    }


def _knows_processes() -> bool:
    return Path("/proc/self/comm").exists()


def _points_to(link: Path) -> str | None:
    try:
        return str(link.readlink())
    except OSError:
        return None


def make_durable(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def run(home: Home, program: str, *arguments: str, text: str = "") -> None:
    done = subprocess.run(
        [home.binaries / program, *arguments],
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd="/",
        env=bare_environment(),
        **home.whose,
        preexec_fn=dying_with_us(signal.SIGKILL),
    )
    if done.returncode != 0:
        raise PostgresUnavailable(f"{program} failed.\n{done.stdout}")
