"""What comes over the wire need not be HTTP, nor come to an end: others are served meanwhile."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from infra.servers.postgres import Server
from tests.acceptance.processes import Http, owner, servers
from tests.conftest import empty_database

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

IDLE = 200
PATIENCE = 30.0
HEAD = b"Host: a\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def port(server: Server) -> Iterator[int]:
    """One server process for all of this, on a database of its own."""
    with empty_database(server) as dsn, servers(dsn, 1) as [port]:
        yield port


@pytest.fixture(scope="module")
def token(port: int) -> str:
    return owner(port)


@pytest.fixture
def line(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line:
        yield line


def said(line: socket.socket, *parts: bytes, leaves: bool = True) -> bytes:
    """Send; return what is answered until the server hangs up; so that it has to, who asks
    leaves after the last word.
    """
    answer = b""
    with suppress(ConnectionError):
        for part in parts:
            line.sendall(part)
        if leaves:
            with suppress(OSError):  # the server has left already
                line.shutdown(socket.SHUT_WR)
        while more := line.recv(65_536):
            answer += more
    return answer


def assert_refused(answer: bytes, *statuses: int) -> None:
    """Hung up without a word, or refused with a problem document; nothing else."""
    if not answer:
        return
    head, _, body = answer.partition(b"\r\n\r\n")
    assert int(head.split()[1]) in statuses, answer
    assert b"application/problem+json" in head, answer
    assert json.loads(body).keys() >= {"type", "title", "status", "detail", "code", "instance"}


def assert_served(port: int) -> None:
    with Http(port) as http:
        assert http("GET", "/v1/health").status == 200


GARBAGE = {
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "half a line": b"GET / HT",
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "an address that is none": b"GET \xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
    "a version that is none": b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
    "a header without a name": b"GET / HTTP/1.1\r\n: a\r\n\r\n",
    "a zero in a header": b"GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a length and chunks": (
        b"POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    "a length of 5,000 digits": b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\n",
    "a length below zero": b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
}


@pytest.mark.parametrize("sent", GARBAGE.values(), ids=GARBAGE)
def test_what_is_no_http_is_refused(port: int, line, sent: bytes) -> None:
    assert_refused(said(line, sent), 400)
    assert_served(port)


def test_an_endless_request_line_is_refused(port: int, line) -> None:
    assert_refused(said(line, b"GET /" + b"a" * 100_000, b" HTTP/1.1\r\n\r\n"), 400, 431)
    assert_served(port)


def test_an_endless_header_is_refused_before_it_ends(port: int, line) -> None:
    endless = b"a" * 1_000_000

    assert_refused(said(line, b"GET / HTTP/1.1\r\nX: ", endless, leaves=False), 431)
    assert_served(port)


def test_heads_of_a_proper_size_are_read(port: int, token: str) -> None:
    with Http(port, token) as http:
        assert http("GET", "/v1/services", Cookie="a" * 30_000).status == 200


@pytest.mark.parametrize(
    "chunk", [b"zz\r\nab\r\n", b"-1\r\n\r\n", b"ffffffffffffffffff\r\n", b"5\r\nab"]
)
def test_chunks_that_are_none_are_refused(port: int, token, line, chunk: bytes) -> None:
    bearer = f"Authorization: Bearer {token}\r\n".encode()
    head = b"POST /v1/services HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + HEAD + bearer

    assert_refused(said(line, head + b"\r\n" + chunk), 400, 422)
    assert_served(port)
    assert_nothing_made(port, token)


@pytest.mark.parametrize("length", [2, 500])
def test_a_length_that_is_a_lie_makes_nothing(port: int, token, line, length: int) -> None:
    body = json.dumps({"name": "hunter2", "duration_minutes": 45}).encode()
    bearer = f"Authorization: Bearer {token}\r\n".encode()
    head = b"POST /v1/services HTTP/1.1\r\nContent-Length: %d\r\n" % length

    said(line, head + HEAD + bearer + b"\r\n" + body)

    assert_served(port)
    assert_nothing_made(port, token)


def assert_nothing_made(port: int, token: str) -> None:
    with Http(port, token) as http:
        kinds = [past["type"] for past in http("GET", "/v1/history").body["data"]]
    assert "service-created.v1" not in kinds


def test_who_does_not_come_to_an_end_holds_nobody_up(port: int, token: str) -> None:
    bearer = f"Authorization: Bearer {token}\r\n".encode()
    head = b"POST /v1/bookings HTTP/1.1\r\nContent-Length: 1000\r\n" + HEAD + bearer + b"\r\n{"
    with ExitStack() as stack:
        for sent in (b"", b"GET / HT", head, head):
            for _ in range(IDLE // 4):
                line = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
                stack.enter_context(line).sendall(sent)

        with Http(port, token) as http:
            for _ in range(20):
                assert http("GET", "/v1/services").status == 200
    assert_served(port)


def test_nothing_of_all_this_is_noted_as_our_mistake(
    port: int, token, line, capfd: pytest.CaptureFixture[str]
) -> None:
    bearer = f"Authorization: Bearer {token}\r\n".encode()
    for target in (
        b"/v1/services",
        b"/v1/bookings/booking-0198c0de-0000-7000-8000-000000000001/confirm",
    ):
        with socket.create_connection(line.getpeername(), timeout=PATIENCE) as other:
            head = b"POST %b HTTP/1.1\r\nContent-Length: 1000\r\n" % target
            said(other, head + HEAD + bearer + b"\r\n" + b'{"name":"hunter2"')
    said(line, b"GET /hunter2 HT\0\r\n\r\n")
    assert_served(port)

    noted = capfd.readouterr().err
    assert "unexpected-error" not in noted
    assert "Traceback" not in noted
    assert "hunter2" not in noted
