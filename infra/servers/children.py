"""Servers as children of this process: waited for, ended, and gone when it goes, however it goes."""

import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


class ServerUnavailable(Exception):
    """A server cannot run; the message says why, and what to do."""


def bare_environment() -> Mapping[str, str]:
    """Nothing of ours: PGPORT, JAVA_TOOL_OPTIONS and their like would reach into a server."""
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}


@dataclass(frozen=True, slots=True)
class Program:
    """What to start, and how to see that it answers."""

    name: str
    command: Sequence[str | Path]
    directory: Path
    answers: Callable[[], bool]
    text: str = ""
    """What it reads from its standard input."""
    keeps: tuple[int, ...] = ()
    """Open files that it inherits, such as a lock that must last as long as it does."""
    environment: Mapping[str, str] = field(default_factory=bare_environment)
    dies_by: signal.Signals = signal.SIGTERM
    """What the kernel sends it when its parent has died."""

    @property
    def log(self) -> Path:
        return self.directory / "log"


@dataclass(slots=True)
class Child:
    """A program that runs, can be killed, and can be started again.

    Start it from a thread that lives as long as it should: to the kernel that is the parent.
    `on_death` is called, in another thread, if it ends without having been told to.
    """

    program: Program
    on_death: Callable[[], None] | None = None
    process: "subprocess.Popen[bytes]" = field(init=False)
    left: threading.Event = field(init=False)

    def start(self) -> None:
        self.process, self.left = _launch(self.program), threading.Event()
        try:
            _wait_until_it_answers(self.program, self.process)
        except BaseException:
            self.kill()
            raise
        watch(self.process, self.left, self.on_death or _mind_not, name=self.program.name)

    def stop(self, *, patience: float = 15) -> None:
        self.left.set()
        stop(self.process, signal.SIGTERM, signal.SIGKILL, patience=patience)

    def kill(self) -> None:
        """With no time to tidy up."""
        self.left.set()
        stop(self.process, signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Served:
    """A server that is a child of this process."""

    port: int
    _child: Child

    @property
    def pid(self) -> int:
        return self._child.process.pid

    def kill(self) -> None:
        """With no time to tidy up; `on_death` is not called."""
        self._child.kill()

    def restart(self) -> None:
        """At the same address. One that still runs is stopped first."""
        self._child.stop()
        refuse_taken(self.port, self._child.program.name)
        self._child.start()


def watch(
    process: "subprocess.Popen[bytes]",
    left: threading.Event,
    on_death: Callable[[], None],
    *,
    name: str,
) -> None:
    """Waiting in a thread reaps it, too; `stop` waits for the same process and is told as well."""

    def wait() -> None:
        process.wait()
        if not left.is_set():
            on_death()

    threading.Thread(target=wait, name=name, daemon=True).start()


def stop(process: "subprocess.Popen[bytes]", *orders: signal.Signals, patience: float = 10) -> None:
    """Return one order after another until it has ended."""
    for order in orders:
        process.send_signal(order)
        try:
            process.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            continue
        return


def dying_with_us(order: signal.Signals) -> Callable[[], None]:
    """Runs in the child after it has become another user, which would undo what it does here."""
    if sys.platform != "linux":
        return _mind_not
    libc, parent = ctypes.CDLL(None), os.getpid()

    def ask_the_kernel() -> None:
        libc.prctl(1, int(order))  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel


# --- Ports -----------------------------------------------------------------------------


def free_port() -> int:
    """One below those that the kernel gives to outgoing connections, and by chance, because
    servers that start at the same moment all find the same ports free.
    """
    return next(filter(is_free, secrets.SystemRandom().sample(range(20_000, 32_000), 100)))


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def refuse_taken(port: int, name: str) -> None:
    if not is_free(port):
        message = f"Port {port} is in use: stop what listens there, or give {name} another port."
        raise ServerUnavailable(message)


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


# --- Logs ------------------------------------------------------------------------------


def shorten(log: Path, *, megabytes: int = 10) -> None:
    if log.exists() and log.stat().st_size > megabytes * 1_000_000:
        log.replace(log.with_name("log.before"))


def last_lines(log: Path, *, count: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])


# --- Starting --------------------------------------------------------------------------


def _launch(program: Program) -> "subprocess.Popen[bytes]":
    shorten(program.log)
    with program.log.open("ab") as log:
        process = subprocess.Popen(
            program.command,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=program.directory,
            env=program.environment,
            pass_fds=program.keeps,
            # Its own session: Ctrl-C is for the owner, which stops it when all else has stopped.
            start_new_session=True,
            preexec_fn=dying_with_us(program.dies_by),  # noqa: PLW1509  (takes no lock)
        )
    _tell(process, program.text)
    return process


def _tell(process: "subprocess.Popen[bytes]", text: str) -> None:
    assert process.stdin is not None
    with process.stdin as ear:
        ear.write(text.encode())


def _wait_until_it_answers(
    program: Program, process: "subprocess.Popen[bytes]", *, seconds: float = 120
) -> None:
    deadline = time.monotonic() + seconds
    while not program.answers():
        if process.poll() is not None:
            problem = f"{program.name} did not start.\n{last_lines(program.log)}"
            raise ServerUnavailable(problem)
        if time.monotonic() > deadline:
            problem = (
                f"{program.name} was not ready after {seconds:.0f} s.\n{last_lines(program.log)}"
            )
            raise ServerUnavailable(problem)
        time.sleep(0.01)


def _mind_not() -> None:
    """Nobody asked to be told."""
