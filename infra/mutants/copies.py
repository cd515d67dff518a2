"""Copies of the checkout in which mistakes are made: what somebody works on is never touched."""

import compileall
import os
import py_compile
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from infra.mutants.mutation import Mutation
from infra.mutants.sources import LAYERS, ROOT

LEFT_OUT: Final = shutil.ignore_patterns(
    ".git",
    ".venv",
    ".mutants",
    ".frontdesk",
    ".*_cache",
    ".hypothesis",
    "__pycache__",
    "*.egg-info",
    "node_modules",
)

PYTEST: Final = (
    sys.executable, "-m", "pytest", "--quiet", "--no-header", "--tb=no", "-p", "no:cacheprovider",
    "-p", "infra.mutants.plugin", "--rootdir=.", "--config-file=pyproject.toml",
)  # fmt: skip


class Copy:
    """One copy; whoever has it runs one thing in it at a time."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._running: subprocess.Popen[bytes] | None = None

    @contextmanager
    def having(self, mistake: Mutation) -> Iterator[None]:
        """Have this mistake in the copy."""
        file = self.root / mistake.path
        source = file.read_bytes()
        file.write_bytes(mistake.applied(source))
        try:
            yield
        finally:
            file.write_bytes(source)

    def pytest(self, *arguments: str, seconds: float | None = None, log: Path) -> int | None:
        """Return the exit status; None if it takes longer, and then nothing of it is left."""
        with log.open("wb") as said:
            self._running = subprocess.Popen(
                [*PYTEST, *arguments],
                cwd=self.root,
                env={**os.environ, "PYTHONPATH": str(self.root)},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
            try:
                return self._running.wait(seconds)
            except subprocess.TimeoutExpired:
                return None
            finally:
                self.stop()

    def stop(self) -> None:
        """End what runs in it, and whatever that has started."""
        if self._running is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._running.pid, signal.SIGKILL)
            self._running.wait()


@contextmanager
def copies(number: int, root: Path = ROOT) -> Iterator[Sequence[Copy]]:
    """Return so many copies, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="frontdesk-mutants-") as place:
        yield [_copy(root, Path(place) / str(n)) for n in range(number)]


def _copy(root: Path, to: Path) -> Copy:
    shutil.copytree(root, to, ignore=LEFT_OUT, symlinks=True)
    for layer in LAYERS:  # by what is in a file, not when it was written: a mistake may be as long
        by_content = py_compile.PycInvalidationMode.CHECKED_HASH
        compileall.compile_dir(to / layer, quiet=2, invalidation_mode=by_content)
    return Copy(to)
