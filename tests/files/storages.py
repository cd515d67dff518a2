"""Where bytes may lie: each with settings to reach it, and what is in it."""

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra.servers.children import free_port
from tests.files.s3_server import BUCKET, KEY_ID, REGION, SECRET, s3_server
from tests.waiting import until

REAL: Final = shutil.which("s3s-fs") or shutil.which(Path.home() / ".cargo/bin/s3s-fs")
"""A server that others keep, in Rust: `cargo install s3s-fs --features binary`."""


@dataclass(frozen=True)
class Storage:
    """What the system is told of it, and the keys that are in it."""

    settings: Mapping[str, Any]
    there: Callable[[], list[str]]
    url: str | None = None


def _files_below(root: Path) -> list[str]:
    if not root.exists():
        return []
    return sorted(each.relative_to(root).as_posix() for each in root.rglob("*") if each.is_file())


@contextmanager
def folder(path: Path) -> Iterator[Storage]:
    root = path / "files"
    yield Storage({"files_dir": root}, lambda: _files_below(root))


@contextmanager
def stand_in(_: Path) -> Iterator[Storage]:
    with s3_server() as server:
        yield Storage(bucket_at(server.url), lambda: sorted(server.objects), server.url)


@contextmanager
def real(path: Path) -> Iterator[Storage]:
    assert REAL is not None
    root, port = path / "s3", free_port()
    (root / BUCKET).mkdir(parents=True)
    who = ["--access-key", KEY_ID, "--secret-key", SECRET]
    command = [REAL, "--host", "127.0.0.1", "--port", str(port), *who, str(root)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until(lambda: _answers(port))
            url = f"http://127.0.0.1:{port}"
            yield Storage(bucket_at(url), lambda: _files_below(root / BUCKET), url)
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


def bucket_at(url: str) -> dict[str, Any]:
    """Return the settings that lead to a bucket."""
    return {
        "files_s3_bucket": BUCKET,
        "files_s3_region": REGION,
        "files_s3_endpoint": url,
        "files_s3_key_id": KEY_ID,
        "files_s3_secret": SECRET,
    }


STORAGES: Final = {"folder": folder, "stand-in": stand_in, **({"s3s-fs": real} if REAL else {})}
