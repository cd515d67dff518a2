"""Kafka's jars: fetched by Maven once, kept in a cache, and found there from then on."""

import fcntl
import os
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ET  # reads our own file
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from infra.servers.children import ServerUnavailable

POM: Final = Path(__file__).with_name("pom.xml")
NO_MAVEN: Final = (
    "Maven, which fetches Kafka, is missing: install it (Debian: apt-get install maven)"
)

FETCH: Final = (
    "--batch-mode",
    "--quiet",
    "dependency:copy-dependencies",
    "-DincludeScope=runtime",
    "-DoutputDirectory=lib",
)


def jars() -> Path:
    """The directory they are in, fetched if need be."""
    home = _home()
    if not _are_there(home):
        home.parent.mkdir(parents=True, exist_ok=True)
        with _alone(home.with_name(f"{home.name}.lock")):
            if not _are_there(home):
                _fetch(home)
    return home / "lib"


def why_there_are_none() -> str | None:
    """Neither there nor to be fetched; None if `jars` can be had."""
    return None if _are_there(_home()) or shutil.which("mvn") else NO_MAVEN


def _home() -> Path:
    """Where downloads are kept is a matter of the machine, not of the system: it is no setting."""
    cache = Path(os.environ.get("FRONTDESK_CACHE") or ".frontdesk")
    return cache.absolute() / "kafka" / version()


def version() -> str:
    found = ET.parse(POM).findtext(".//{*}kafka.version")  # noqa: S314
    assert found
    return found


def _are_there(home: Path) -> bool:
    """Those that were asked for: the cache keeps the question with the answer."""
    asked = home / POM.name
    return asked.exists() and asked.read_bytes() == POM.read_bytes()


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Others who want to fetch the same wait, and then need not."""
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fetch(home: Path) -> None:
    """Beside and then moved, so that a download that was cut off is none."""
    maven = shutil.which("mvn")
    if maven is None:
        raise ServerUnavailable(NO_MAVEN)
    with tempfile.TemporaryDirectory(dir=home.parent) as scratch:
        complete = Path(scratch) / "complete"
        complete.mkdir()
        shutil.copy(POM, complete)
        _ask(maven, complete)
        shutil.rmtree(home, ignore_errors=True)
        complete.rename(home)


def _ask(maven: str, directory: Path) -> None:
    done = subprocess.run(
        [maven, *FETCH],
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        problem = f"Maven could not fetch Kafka; is there a network?\n{done.stdout[-2000:]}"
        raise ServerUnavailable(problem)
