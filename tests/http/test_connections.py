"""Whoever is connected holds some of a process: for so long, so much, and so many of them."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest
from fastapi import Response

from api.web.addresses import Addresses
from infra.processes import wire
from infra.processes.connections import Connections
from infra.processes.serving import AT_ONCE
from infra.processes.wire import MOST_HEADERS
from tests.http.sockets import PATIENCE, Line, request, served
from tests.http.wires import END, chunk, create, in_chunks
from tests.waiting import until

A_MOMENT = 0.05
ASKED = request("GET", "/")
HELD: list[bytes] = [
    b"GET / HT",
    b"GET / HTTP/1.1\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: ",
    ASKED + b"GET",
]


async def answers(scope: Any, receive: Any, send: Any) -> None:
    message = await receive()
    while message.get("more_body"):
        message = await receive()
    await Response("ok")(scope, receive, send)


async def at_once(scope: Any, receive: Any, send: Any) -> None:
    await Response("ok")(scope, receive, send)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who does not come to an end in a moment is hung up on."""
    monkeypatch.setattr(wire, "HEAD_PATIENCE", A_MOMENT)
    monkeypatch.setattr(wire, "BODY_PATIENCE", A_MOMENT)


@pytest.fixture
def port() -> Iterator[int]:
    with served(answers) as port:
        yield port


def told(line: Line) -> list[tuple[int, str]]:
    return [(each.status_code, each.json()["code"]) for each in line.rest()]


TOO_SLOW = [(408, "request-too-slow")]


@pytest.mark.usefixtures("hasty")
class TestWhoeverComesToNoEndIsHungUpOn:
    """A second connection shows that nobody else is."""

    @pytest.mark.parametrize("sent", HELD)
    def test_in_a_head(self, port: int, sent: bytes) -> None:
        with Line(port) as line:
            line.say(sent)
            if sent.startswith(ASKED):
                assert line.answer().text == "ok"
            assert told(line) == TOO_SLOW

    @pytest.mark.parametrize("sent", [b"", b"\r\n", b"\r\n" * 100])
    def test_before_anything_has_begun(self, port: int, sent: bytes) -> None:
        with Line(port) as line:
            line.say(sent)
            assert told(line) == []

    @pytest.mark.parametrize("sent", [b"", b"{"])
    def test_in_a_body(self, port: int, sent: bytes) -> None:
        with Line(port) as line:
            line.say(ASKED, request("POST", "/", b"{}")[:-2] + sent)
            assert line.answer().text == "ok"
            assert told(line) == TOO_SLOW

    def test_in_chunks(self, port: int) -> None:
        with Line(port) as line:
            line.say(in_chunks((b"x", b""), chunk(b"{")))
            assert told(line) == TOO_SLOW

    @pytest.mark.postgres
    def test_and_nothing_comes_of_it(self, line: Any, mine: Any) -> None:
        line.say(create(mine), create(mine, body=b'{"name":"Cut","duration_minutes":45} ')[:-1])

        assert line.said() == [(201, None), *TOO_SLOW]
        assert line.made() == 1


@pytest.mark.usefixtures("hasty")
def test_who_waits_for_an_answer_is_not_hung_up_on() -> None:
    """Another is, meanwhile; and what they ask next is not read before."""
    late = asyncio.Event()

    async def answers_late(scope: Any, receive: Any, send: Any) -> None:
        await late.wait()
        await Response(scope["path"])(scope, receive, send)

    with served(answers_late) as port, Line(port) as patient, Line(port) as silent:
        patient.say(request("GET", "/1"), request("GET", "/2") + request("POST", "/3", b"{}")[:-1])
        assert silent.rest() == []
        patient.say(b"}")
        late._loop.call_soon_threadsafe(late.set)  # type: ignore[attr-defined]

        assert [patient.answer().text for _ in range(3)] == ["/1", "/2", "/3"]


# --- How much -----------------------------------------------------------------------------


def test_a_request_has_a_hundred_headers(port: int) -> None:
    some = [(b"x-%d" % number, b"") for number in range(MOST_HEADERS - 1)]  # and Host
    with Line(port) as line:
        line.say(
            request("GET", "/", headers=some), request("GET", "/", headers=[*some, (b"y", b"")])
        )

        assert line.answer().text == "ok"
        assert told(line) == [(431, "head-too-large")]


def test_trailers_are_headers(port: int) -> None:
    late = b"0\r\n" + b"".join(b"x-%d: a\r\n" % number for number in range(MOST_HEADERS))
    with Line(port) as line:
        line.say(in_chunks((b"x", b""), chunk(b"{}"), late))

        assert told(line) == [(431, "head-too-large")]


def test_chunks_have_some_bytes_each(port: int) -> None:
    """Each is read by steps of its own, as many as a large one."""
    with Line(port) as line:
        line.say(in_chunks((b"x", b""), chunk(b" ") * 3_000))

        assert told(line) == [(400, "chunks-too-small")]


def test_so_there_is_behind_an_answer() -> None:
    """Whoever has been answered is read on, for they may read the answer only when they are done."""
    with served(at_once) as port, Line(port) as line:
        line.say(in_chunks((b"x", b"")))
        assert line.answer().text == "ok"
        with suppress(ConnectionError):  # is hung up on
            for _ in range(1_000):
                line.say(chunk(b" ") * 1_000)
            raise AssertionError("a million chunks were read")


def test_small_chunks_are_read(port: int) -> None:
    with Line(port) as line:
        line.say(in_chunks((b"x", b""), chunk(b"sixteen bytes ok") * 4_000, END))

        assert line.answer().text == "ok"


def test_a_path_is_short_and_a_question_may_be_long(port: int) -> None:
    with Line(port) as line:
        line.say(request("GET", "/?" + "a" * 20_000), request("GET", "/" + "%2e" * 700))

        assert line.answer().text == "ok"
        assert told(line) == [(431, "head-too-large")]


def test_whoever_goes_before_their_answers_is_not_worth_a_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    late, connected = asyncio.Event(), Connections()

    async def answers_late(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/late":
            await late.wait()
        await Response("ok")(scope, receive, send)

    with served(answers_late, connected) as port:
        with Line(port) as line:
            line.say(ASKED + request("GET", "/late") + ASKED)
            assert line.answer().text == "ok"
            until(lambda: late._waiters)
        until(lambda: not connected._all)
        late._loop.call_soon_threadsafe(late.set)  # type: ignore[attr-defined]
        assert is_served(port)

    assert caplog.records == []


# --- How many -----------------------------------------------------------------------------


def test_a_process_has_so_many_connections() -> None:
    with served(answers, Connections(2)) as port, Line(port) as first:
        with Line(port) as second, Line(port) as third:
            second.say(ASKED)
            assert second.answer().text == "ok"
            assert hung_up_on(third)
        first.say(ASKED)
        assert first.answer().text == "ok"
        until(lambda: is_served(port))


def test_one_address_has_so_many_of_them() -> None:
    with served(answers, Connections(of_one=1)) as port, Line(port), Line(port) as second:
        assert hung_up_on(second)


def test_a_proxy_of_ours_has_as_many_as_it_needs() -> None:
    proxies = Addresses(("127.0.0.0/8",))
    with served(answers, Connections(3, 1, proxies)) as port, Line(port), Line(port):
        assert is_served(port)


def test_a_network_of_ipv6_is_one_address() -> None:
    connected = Connections(of_one=2)

    assert [connected.come((f"2001:db8:1:2::{n}", 4711)) for n in range(3)] == [True, True, False]
    connected.go(("2001:db8:1:2::1", 4711))
    assert connected.come(("2001:db8:1:2::4", 4711))
    assert connected.come(("2001:db8:1:3::1", 4711))
    assert connected.come(None)


def hung_up_on(line: Line) -> bool:
    try:
        return line.rest() == []
    except ConnectionError:
        return True


def is_served(port: int) -> bool:
    with Line(port) as line:
        try:
            line.say(ASKED)
            return line.answer().text == "ok"
        except (ConnectionError, EOFError):
            return False


class Busy:
    """Asked for `/long`, it is busy until told to go on; to what comes then it answers after how many
    turns of its loop that came.
    """

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.turns = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/long":
            self.begun.set()
            assert self.go_on.wait(PATIENCE)
            self._count()
        await Response(str(self.turns))(scope, receive, send)

    def _count(self) -> None:
        self.turns += 1
        asyncio.get_running_loop().call_soon(self._count)


ONE, ANOTHER = (b"x-forwarded-for", b"2001:db8:1:2::%d"), (b"x-forwarded-for", b"2001:db8:1:3::1")
PROXIES = Addresses(("127.0.0.0/8",))


@pytest.mark.parametrize(
    ("source", "addresses", "one", "another"),
    [
        ("127.0.0.2", Addresses(), [], []),
        ("127.0.0.1", PROXIES, [ONE], [ANOTHER]),
    ],
    ids=["directly", "by way of a proxy of ours"],
)
def test_what_one_address_sends_at_once_keeps_no_other_waiting(
    source: str, addresses: Addresses, one: list[Any], another: list[Any]
) -> None:
    """Whoever comes last from another is answered before most of those who came before. A network of
    IPv6 is one address.
    """
    busy, asked = Busy(), list[str]()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        asked.append(scope["path"])
        await busy(scope, receive, send)

    with served(app, Connections(addresses=addresses)) as port, ExitStack() as stack:
        first = stack.enter_context(Line(port))
        first.say(request("GET", "/long"))
        assert busy.begun.wait(PATIENCE)
        crowd = [stack.enter_context(Line(port)) for _ in range(128)]
        other = stack.enter_context(Line(port, source))
        for number, line in enumerate(crowd):
            line.say(request("GET", "/", headers=[(n, v % number) for n, v in one]))
        other.say(request("GET", "/other", headers=another))
        busy.go_on.set()

        for line in [*crowd, other]:
            line.answer()
    assert asked.index("/other") < 64


def test_whoever_comes_behind_many_is_let_in_in_a_few_turns() -> None:
    """Each turn is long while much is asked."""
    busy = Busy()
    with served(busy) as port, ExitStack() as stack:
        first = stack.enter_context(Line(port))
        first.say(request("GET", "/long"))
        assert busy.begun.wait(PATIENCE)
        crowd = [stack.enter_context(Line(port)) for _ in range(4 * AT_ONCE)]
        crowd[-1].say(request("GET", "/"))
        busy.go_on.set()

        assert int(crowd[-1].answer().text) < AT_ONCE
