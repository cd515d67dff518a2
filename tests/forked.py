"""Processes that need not import everything anew: forked from one that did so once. That takes a tenth
of the time, and they are as real as others: each can be killed, stopped and waited for.
"""

import ctypes
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing import connection
from multiprocessing.reduction import DupFd
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

FORKING: Final = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(
    [
        "infra.cli",
        "infra.processes.streaming",
        "adapters.streams.worker",
        "tests.event_store.cutting",
        "tests.event_store.examples",
        "tests.inbound.doomed",
        "tests.long_operations.doomed",
        "tests.mail.doomed_desk",
        "tests.read_models.doomed",
        "tests.webhooks.doomed",
        "tests.kept",
    ]
)

DIES_WITH_ITS_PARENT: Final = 1
"""What Linux calls PR_SET_PDEATHSIG."""

_one_at_a_time: Final = threading.Lock()
"""Whoever starts a process sees how all others are, and of two who look at once one sees nonsense."""


class Forked:
    """Runs `python -m module …` with other ends of its standard files; to whoever started it it is what
    `subprocess.Popen` is, as far as that is used.
    """

    def __init__(
        self,
        module: str,
        *arguments: str,
        environment: Mapping[str, str] = os.environ,
        ends: Sequence[IO[Any]] = (),
        folder: Path | None = None,
    ) -> None:
        files = [_End(end.fileno()) for end in ends]
        command = [module, *arguments]
        self._process = FORKING.Process(
            target=_run, args=(command, dict(environment), files, folder or Path()), daemon=True
        )
        with _one_at_a_time:
            self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self.poll()

    def poll(self) -> int | None:
        """Return how it ended; None while it runs."""
        with _one_at_a_time:
            return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended. Raises TimeoutExpired."""
        connection.wait([self._process.sentinel], timeout)
        if (code := self.poll()) is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return code

    def send_signal(self, order: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, order)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Talk(NamedTuple):
    """A process, and the other ends of what it hears and says."""

    process: Forked
    stdin: IO[str]
    stdout: IO[str]


@contextmanager
def talking(module: str, *arguments: str, **how: Any) -> Iterator[Talk]:
    """Let a process be told lines and say some; in the end it is killed."""
    (ear, pen), (sheet, mouth) = os.pipe(), os.pipe()
    with os.fdopen(pen, "w") as stdin, os.fdopen(sheet) as stdout:
        with os.fdopen(ear) as hears, os.fdopen(mouth, "w") as says:
            process = Forked(module, *arguments, ends=(hears, says), **how)
        try:
            yield Talk(process, stdin, stdout)
        finally:
            process.kill()
            process.wait()


def ended(module: str, *arguments: str) -> int:
    """Let a process run until it has ended; return how it did."""
    return Forked(module, *arguments).wait(60)


def printed(module: str, *arguments: str) -> str:
    """Return what a process prints that ends well."""
    with Path(os.devnull).open() as nothing, tempfile.TemporaryFile("w+") as paper:
        assert Forked(module, *arguments, ends=(nothing, paper)).wait(60) == 0
        paper.seek(0)
        return paper.read()


# --- On the other side ----------------------------------------------------------------


class _End:
    """An open file, which goes to the other process when this is pickled."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __reduce__(self) -> Any:
        return _arrived, (DupFd(self._number),)


def _arrived(end: Any) -> int:
    return int(end.detach())


def _run(
    command: Sequence[str], environment: Mapping[str, str], files: Sequence[int], folder: Path
) -> None:
    """Be that process."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIES_WITH_ITS_PARENT, int(signal.SIGKILL))
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    sys.stdin = os.fdopen(0, closefd=False)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = list(command)
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)
