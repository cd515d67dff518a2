"""The proxy does to a line what it says."""

import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.operations.lines import listening, serve_each
from tests.operations.proxy import Proxy, is_ended


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that gives back what it hears; its port."""
    listener = listening()

    def answer(line: socket.socket) -> None:
        with line, suppress(OSError):
            while heard := line.recv(1_000):
                line.sendall(heard)

    serve_each(listener, answer)
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.fixture
def proxy(echo: int) -> Iterator[Proxy]:
    with Proxy("127.0.0.1", echo, pause=0.001) as proxy:
        yield proxy


@pytest.fixture
def line(proxy: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as line:
        line.sendall(b"hello")
        assert line.recv(5) == b"hello"
        yield line


def test_it_hands_on(line: socket.socket, proxy: Proxy) -> None:
    line.sendall(b"again")

    assert line.recv(5) == b"again"
    assert (proxy.accepted, proxy.open_lines) == (1, 1)


def test_nothing_moves_while_it_hangs_and_all_of_it_afterwards(
    line: socket.socket, proxy: Proxy
) -> None:
    proxy.hang()
    line.sendall(b"later")
    line.settimeout(0.05)
    with pytest.raises(TimeoutError):
        line.recv(5)

    proxy.mend()

    line.settimeout(10)
    assert line.recv(5) == b"later"


def test_it_drips_and_loses_nothing(line: socket.socket, proxy: Proxy) -> None:
    proxy.drip()
    line.sendall(b"drop by drop")

    assert line.recv(100) == b"d"
    heard = b"d"
    while len(heard) < 12:
        heard += line.recv(100)
    assert heard == b"drop by drop"


def test_what_is_answered_is_lost_on_a_half_open_line(line: socket.socket, proxy: Proxy) -> None:
    proxy.lose_answers()
    line.sendall(b"heard")
    line.settimeout(0.05)

    with pytest.raises(TimeoutError):
        line.recv(5)


def test_one_answer_is_swallowed_and_the_line_ends(line: socket.socket, proxy: Proxy) -> None:
    proxy.swallow_the_next_answer()
    line.sendall(b"gone")

    assert line.recv(5) == b""


def test_a_cut_line_ends(line: socket.socket, proxy: Proxy) -> None:
    proxy.cut()

    assert is_ended(line)


def test_a_reset_line_ends_at_once(line: socket.socket, proxy: Proxy) -> None:
    proxy.reset()

    assert is_ended(line)


def test_nobody_is_let_in_until_it_is_mended(line: socket.socket, proxy: Proxy) -> None:
    proxy.refuse()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", proxy.port), timeout=10)

    proxy.mend()

    with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as another:
        another.sendall(b"in")
        assert another.recv(2) == b"in"
    line.sendall(b"still")
    assert line.recv(5) == b"still"
