"""Many who listen over WebSockets, at little cost: raw sockets, one loop. One frame costs it some 5 µs.

command ─► 201 ─► each listener has it: from the one to the other is measured.
"""

import resource
import select
import socket
import time
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Final, Protocol

from infra.bench.http_load import HEAD_ENDS, Client, UnexpectedAnswer
from infra.bench.rounds import ALONE, PATIENCE, Tally, of_durations

TEXT, PING = 0x81, 0x89
MASK: Final = bytes(4)
"""Whoever says something masks it (RFC 6455, 5.3): with nothing, here."""

SHORT, LONG = 126, 127
BUFFER: Final = 262_144

RESOLUTION: Final = 1e-6
"""Seconds: whoever hears of it before it is answered waits for so long, as far as one can tell."""

SAID: Final = b"201"

Address = Callable[[int], tuple[str, dict[str, str]]]
"""Says of the n-th listener at which path they listen, with which headers."""


def room_for_many() -> None:
    """Let this process, and those that it starts, hold as many sockets open as they may."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class Ear:
    """One who listens."""

    __slots__ = ("_rest", "socket")

    def __init__(self, port: int, path: str, headers: dict[str, str]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Upgrade: websocket"]
        lines += ["Connection: Upgrade", "Sec-WebSocket-Version: 13"]
        lines += ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.socket.sendall("\r\n".join(lines).encode() + HEAD_ENDS)
        self._rest = self._after_the_head()

    def say(self, text: bytes) -> None:
        self._send(TEXT, text)

    def hear(self) -> Iterator[bytes]:
        """Return each whole message that has come; answer pings."""
        come = self.socket.recv(BUFFER)
        if not come:
            raise UnexpectedAnswer("the server hung up")
        self._rest += come
        yield from self._whole()

    def _whole(self) -> Iterator[bytes]:
        while (frame := _frame(self._rest)) is not None:
            kind, text, self._rest = frame
            if kind == PING:
                self._send(0x8A, text)
            elif kind != TEXT:
                raise UnexpectedAnswer(f"{kind:#x}: {text!r}")
            else:
                yield text

    def until(self, word: bytes) -> int:
        """Wait until something is said that has this word in it; return how many messages that were."""
        count, messages = 0, self._whole()  # some may have come with the head
        while True:
            for text in messages:
                count += 1
                if word in text:
                    return count
            messages = self.hear()

    def _send(self, kind: int, text: bytes) -> None:
        self.socket.sendall(bytes((kind, 0x80 | len(text))) + MASK + text)

    def _after_the_head(self) -> bytes:
        said = b""
        while HEAD_ENDS not in said:
            if not (come := self.socket.recv(BUFFER)):
                raise UnexpectedAnswer(said.decode(errors="replace"))
            said += come
        head, _, rest = said.partition(HEAD_ENDS)
        if not head.startswith(b"HTTP/1.1 101"):
            raise UnexpectedAnswer(head.decode(errors="replace"))
        return rest


def _frame(come: bytes) -> tuple[int, bytes, bytes] | None:
    """Return the kind of the first frame, what it says, and what stands behind it; None until it is whole."""
    if len(come) < 2:
        return None
    begin, size = 2, come[1]
    if size in (SHORT, LONG):
        begin += 2 if size == SHORT else 8
        size = int.from_bytes(come[2:begin])
    end = begin + size
    return (come[0], come[begin:end], come[end:]) if len(come) >= end else None


class Asking(Protocol):
    """Somebody who orders something, and is answered."""

    answer: bytes
    socket: socket.socket

    def send(self, whole: bytes) -> None:
        """Order it."""

    def has_answer(self) -> bool:
        """Take what has come; return whether it is the answer."""


class Mouth(Ear):
    """One who says something that all hear, and is told that they did."""

    __slots__ = ("answer",)

    def __init__(self, port: int) -> None:
        super().__init__(port, "/", {})
        self.answer = b""

    def send(self, whole: bytes) -> None:
        self.say(whole)

    def has_answer(self) -> bool:
        """Whether it is that everybody was told; they hear themselves, too."""
        self.answer = b"".join(text for text in self.hear() if text == SAID)
        return bool(self.answer)


def by_http(port: int) -> Asking:
    """Return who orders something by requests."""
    return Client(socket.create_connection(("127.0.0.1", port)))


class Ears:
    """As many as are wanted, all listening. `subscribe` is what each says first, and `live` the word by which they are
    told that they hear of everything.
    """

    def __init__(
        self,
        port: int,
        address: Address,
        *,
        subscribe: bytes = b"",
        live: bytes,
        asking: Callable[[int], Asking] = by_http,
    ) -> None:
        self._port = port
        self._asking = asking
        self._address = address
        self._subscribe = subscribe
        self._live = live
        self._ears: list[Ear] = []

    def measure(self, command: Callable[[str], bytes], *, listeners: int, seconds: float) -> Tally:
        """Order something again and again, each time when all is quiet, until each listener has heard it."""
        self._be(listeners)
        asking = self._asking(self._port)
        with asking.socket, select.epoll() as poll:
            poll.register(asking.socket.fileno(), select.EPOLLIN)
            by_number = {ear.socket.fileno(): ear for ear in self._ears}
            for number in by_number:
                poll.register(number, select.EPOLLIN)
            return _measured(poll, asking, by_number, command, seconds)

    def _be(self, listeners: int) -> None:
        for ear in self._ears[listeners:]:
            ear.socket.close()
        del self._ears[listeners:]
        for number in range(len(self._ears), listeners):
            ear = Ear(self._port, *self._address(number))
            if self._subscribe:
                ear.say(self._subscribe)
            ear.until(self._live)
            self._ears.append(ear)


def _measured(
    poll: select.epoll,
    asking: Asking,
    ears: dict[int, Ear],
    command: Callable[[str], bytes],
    seconds: float,
) -> Tally:
    began, taken, count = perf_counter(), list[float](), 0
    while perf_counter() < began + seconds:
        time.sleep(ALONE)
        count += 1
        word = f"word-{began}-{count}"
        asking.send(command(word))
        taken += _heard(poll, asking, ears, word.encode())
    return of_durations(taken, perf_counter() - began)


def _heard(poll: select.epoll, asking: Asking, ears: dict[int, Ear], word: bytes) -> list[float]:
    """Return how long after the answer each has heard it; who hears it sooner waits for nothing."""
    waiting, at, answered = {*ears}, list[float](), 0.0
    while waiting or not answered:
        found = poll.poll(PATIENCE)
        if not found:
            raise TimeoutError(f"{len(waiting)} have heard nothing")
        for number, _ in found:
            if (ear := ears.get(number)) is None:
                if asking.has_answer():
                    answered = perf_counter()
                    if SAID not in asking.answer[:12]:
                        raise UnexpectedAnswer(asking.answer[:2000].decode(errors="replace"))
            elif any(word in text for text in ear.hear()):
                at.append(perf_counter())
                waiting.discard(number)
    return [max(RESOLUTION, each - answered) for each in at]
