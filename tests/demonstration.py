"""The demonstration, started as `make run` starts it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def demonstration(dsn: str) -> Iterator[str]:
    """Start everything on a database; return its address."""
    environment = {**os.environ, "DATABASE_URL": dsn, "PORT": "0", "FRONTDESK_MODE": "demo"}
    command = [sys.executable, "-m", "infra.cli", "up"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    ) as process:
        assert process.stdout is not None
        try:
            yield next(line.split()[1] for line in process.stdout if " API " in line)[: -len("/v1")]
        finally:
            process.terminate()
