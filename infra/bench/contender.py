"""A contender: a program that is told what to do in a round and says how much it did."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import IO, Final

import msgspec

from infra.bench.rounds import Order, Ready, Tally

CHECKOUT: Final = Path(__file__).parents[2]


class Contender(msgspec.Struct, frozen=True):
    """`program` is run by this Python with the DSN of the database as its last argument."""

    program: tuple[str, ...]
    database: str


class ContenderFailed(Exception):
    """A measured program ended before its time; the message is what it said last."""


class Running:
    def __init__(self, process: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
        self._process = process
        self._errors = errors

    @cached_property
    def processes(self) -> Sequence[int]:
        """Whose processor time counts; known once it has started up."""
        return msgspec.json.decode(self._heard(), type=Ready).processes

    def round(self, order: Order) -> Tally:
        assert self.processes
        assert self._process.stdin
        self._process.stdin.write(msgspec.json.encode(order) + b"\n")
        self._process.stdin.flush()
        return msgspec.json.decode(self._heard(), type=Tally)

    def _heard(self) -> bytes:
        assert self._process.stdout
        if line := self._process.stdout.readline():
            return line
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace")[-4000:]
        raise ContenderFailed(f"{self._process.args!r} ended:\n{said}")


@contextmanager
def started(contender: Contender, dsn: str) -> Iterator[Running]:
    with tempfile.TemporaryFile() as errors, _process(contender, dsn, errors) as process:
        try:
            yield Running(process, errors)
        finally:
            _end(process)


def _process(contender: Contender, dsn: str, errors: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *contender.program, dsn],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        cwd=CHECKOUT,
    )


def _end(process: subprocess.Popen[bytes], *, patience: float = 10) -> None:
    """No more orders: it ends by itself, or is made to."""
    assert process.stdin
    process.stdin.close()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
