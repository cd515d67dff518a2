"""Many who ask the same again and again without a pause, each on a connection of their own: a process,
so that they take nothing from whoever looks at what becomes of others.

    python -m tests.acceptance.loops 8000 /v1/auth/login      and their bodies as a line of JSON

It says `too many` as soon as anybody is told so; asked by an empty line, it says what was answered so
far.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.forked import Talk, talking
from tests.http.sockets import request

Answers = Counter[tuple[int, str | None]]
"""Statuses, and by which policy who came too often."""


class Loops:
    """Those who ask."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def wait_for_too_many(self) -> None:
        """Wait until one of them was told so."""
        assert self._talk.stdout.readline() == "too many\n"

    def answers(self) -> Answers:
        """Return what they were answered so far."""
        self._talk.stdin.write("\n")
        self._talk.stdin.flush()
        found = json.loads(self._talk.stdout.readline())
        return Counter({(status, policy): times for status, policy, times in found})


@contextmanager
def loops(port: int, path: str, bodies: list[Any]) -> Iterator[Loops]:
    """Let as many ask as there are bodies, while something else is done."""
    with talking("tests.acceptance.loops", str(port), path) as talk:
        talk.stdin.write(json.dumps(bodies) + "\n")
        talk.stdin.flush()
        yield Loops(talk)


# --- On the other side ----------------------------------------------------------------


async def _run(port: int, path: str) -> None:
    told, answers = await _lines(), Answers()
    bodies = json.loads(await told.readline())
    asking = [asyncio.create_task(_loop(port, path, json.dumps(b), answers)) for b in bodies]
    while await told.readline():
        _say(json.dumps([(*answer, times) for answer, times in answers.items()]))
    for each in asking:
        each.cancel()


async def _lines() -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=2**20)
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    return reader


async def _loop(port: int, path: str, body: str, answers: Answers) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while True:
        writer.write(request("POST", path, body.encode()))
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        policy = json.loads(await reader.readexactly(length)).get("policy")
        if policy is not None and not any(known for _, known in answers):
            _say("too many")
        answers[int(head.split()[1]), policy] += 1


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    asyncio.run(_run(int(sys.argv[1]), sys.argv[2]))
