"""Many who ask the same again and again without a pause, each on a connection of their own."""

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from tests.http.sockets import request


class Loops:
    """What they were answered so far: statuses, and by which policy who came too often; and whether
    anybody was told so.
    """

    def __init__(self, port: int, path: str) -> None:
        self._port = port
        self._path = path
        self._stop = threading.Event()
        self.answers: Counter[tuple[int, str | None]] = Counter()
        self.too_many = threading.Event()

    def run(self, bodies: list[Any]) -> None:
        """Ask with each body in a loop, until told to stop. Nobody waits for the last answer."""
        asyncio.run(self._all(bodies))

    def stop(self) -> None:
        self._stop.set()

    async def _all(self, bodies: list[Any]) -> None:
        asking = asyncio.gather(*(self._loop(json.dumps(body).encode()) for body in bodies))
        stopped = asyncio.ensure_future(asyncio.to_thread(self._stop.wait))
        either: list[asyncio.Future[Any]] = [asking, stopped]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking

    async def _loop(self, body: bytes) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            while True:
                writer.write(request("POST", self._path, body))
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                said = json.loads(await reader.readexactly(length))
                self._note(int(head.split()[1]), said.get("policy"))
        finally:
            writer.close()

    def _note(self, status: int, policy: str | None) -> None:
        self.answers[status, policy] += 1
        if policy is not None:
            self.too_many.set()


@contextmanager
def loops(port: int, path: str, bodies: list[Any]) -> Iterator[Loops]:
    """Let as many ask as there are bodies, while something else is done."""
    found = Loops(port, path)
    thread = threading.Thread(target=found.run, args=(bodies,))
    thread.start()
    try:
        yield found
    finally:
        found.stop()
        thread.join()
