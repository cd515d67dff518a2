"""Whatever whoever is at the other end does, it ends in time and within bounds, and goes nowhere else."""

import gzip
import socket
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from typing import Any
from unittest.mock import ANY

import pytest
from structlog.testing import capture_logs

from adapters.outgoing import Limits
from adapters.outgoing.conversation import MOST_HEAD
from application.outgoing import Answered, Failed, Failure, Outcome, Request
from tests.outgoing.conftest import Out
from tests.outgoing.somebody import (
    HERE,
    NOW,
    THANKS,
    Authority,
    Behaviour,
    Resolver,
    Somebody,
    endlessly,
    in_sips,
    of_little_room,
    saying,
    silence,
    somebody,
)

HASTY = Limits(connecting=0.5, seconds=0.5)


def to(there: Somebody, path: str = "/in?key=hush", *, scheme: str = "http") -> str:
    return f"{scheme}://hooks.example:{there.port}{path}"


def sent(
    behave: Behaviour, out: Out, *, limits: Limits | None = None, **more: Any
) -> tuple[Outcome, Somebody]:
    """Send to somebody who behaves so."""
    with somebody(behave) as there:
        request = Request(url=to(there), body=b'{"a": 1}', **more)
        return out(there, limits=limits).send(request), there


def why(outcome: Outcome) -> Failure:
    assert isinstance(outcome, Failed), outcome
    return outcome.why


def may_have_heard(outcome: Outcome) -> bool:
    assert isinstance(outcome, Failed), outcome
    return outcome.said


# --- What is said -----------------------------------------------------------------------


def test_what_is_sent_is_said_in_the_name_of_the_host(out: Out, authority: Authority) -> None:
    with somebody(saying(THANKS), tls=authority.vouches_for("hooks.example")) as there:
        answer = out(there).send(
            Request(
                url=to(there, scheme="https"),
                headers=[("Webhook-Id", "msg_1"), ("Content-Type", "application/json")],
                body=b'{"a": 1}',
            )
        )

    assert isinstance(answer, Answered)
    assert (answer.status, answer.body) == (200, b"")
    assert there.names == ["hooks.example"]
    assert there.heard == [
        b"POST /in?key=hush HTTP/1.1\r\n"
        b"Host: hooks.example:%d\r\n"
        b"User-Agent: frontdesk\r\n"
        b"Accept-Encoding: identity\r\n"
        b"Connection: close\r\n"
        b"Content-Length: 8\r\n"
        b"Webhook-Id: msg_1\r\n"
        b"Content-Type: application/json\r\n"
        b"\r\n"
        b'{"a": 1}' % there.port
    ]


def test_each_time_it_is_another_connection(out: Out) -> None:
    with somebody(saying(THANKS)) as there:
        way = out(there)
        for _ in range(3):
            way.send(Request(url=to(there)))

    assert there.callers == 3


def test_an_address_is_dialled_as_it_was_typed(out: Out, authority: Authority) -> None:
    resolver = Resolver([])
    with somebody(saying(THANKS), tls=authority.vouches_for(HERE)) as there:
        url = f"https://{HERE}:{there.port}/"
        answer = out(there, resolver=resolver).send(Request(url=url))

    assert isinstance(answer, Answered)
    assert resolver.asked == []


@pytest.mark.parametrize("name", ["Host", "Cookie", "content-length", "Transfer-Encoding"])
def test_a_sender_does_not_say_how_we_speak(name: str) -> None:
    with pytest.raises(ValueError, match=name.lower()):
        Request(url="https://hooks.example/", headers=[(name, "1")])


def test_no_proxy_of_the_environment_is_asked(out: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    with somebody(saying(THANKS)) as there, somebody(saying(THANKS), at="127.0.0.1") as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        answer = out(there).send(Request(url=to(there)))

    assert isinstance(answer, Answered)
    assert proxy.callers == 0


# --- Whose certificate --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hosts", "days"), [(("other.example",), 1), ((HERE,), 1), (("hooks.example",), -1)]
)
def test_whoever_cannot_prove_who_they_are_is_told_nothing(
    out: Out, authority: Authority, hosts: tuple[str], days: int
) -> None:
    with somebody(saying(THANKS), tls=authority.vouches_for(*hosts, days=days)) as there:
        answer = out(there).send(Request(url=to(there, scheme="https"), body=b"hush"))

    assert why(answer) is Failure.NOT_TRUSTED
    assert there.heard == []
    assert not may_have_heard(answer)


def test_an_authority_that_nobody_named_proves_nothing(out: Out, authority: Authority) -> None:
    with somebody(saying(THANKS), tls=authority.vouches_for("hooks.example")) as there:
        answer = out(there, trusted=None).send(Request(url=to(there, scheme="https")))

    assert why(answer) is Failure.NOT_TRUSTED
    assert there.heard == []


# --- What is answered ---------------------------------------------------------------------


def test_nothing_of_the_body_is_kept_unless_it_is_asked_for(out: Out) -> None:
    assert sent(saying(THANKS), out)[0] == Answered(status=200, seconds=ANY)
    assert sent(saying(THANKS), out, keep=6)[0] == Answered(status=200, seconds=ANY, body=b"thanks")


def test_a_body_that_nobody_wants_is_not_waited_for(out: Out) -> None:
    answer, _ = sent(endlessly(THANKS[:40], b"x", pause=0.01), out)

    assert isinstance(answer, Answered)


def test_what_says_that_something_went_wrong_is_not_kept(out: Out) -> None:
    error = b"HTTP/1.1 500 No\r\nContent-Length: 9\r\n\r\nroot:x:0:"

    assert sent(saying(error), out, keep=100)[0] == Answered(status=500, seconds=ANY)


def test_what_a_provider_of_ours_says_of_it_is(out: Out) -> None:
    """Nobody typed its address, and what it says is a code that says what to do."""
    error = b"HTTP/1.1 400 No\r\nContent-Length: 9\r\n\r\n131047 no"

    kept = sent(saying(error), out, keep=100, keep_refusals=True)[0]
    assert kept == Answered(status=400, seconds=ANY, body=b"131047 no")


@pytest.mark.parametrize(
    ("said", "pause"),
    [
        (b"120", 120),
        (b"99999999999", 86_400),
        (b"0", 0),
        (b"-5", None),
        (b"soon", None),
        (b"\xb2", None),
        (b"9" * 5_000, None),
        (format_datetime(NOW + timedelta(minutes=2), usegmt=True).encode(), 120),
        (format_datetime(NOW - timedelta(minutes=2), usegmt=True).encode(), 0),
        (b"Fri, 31 Dec 9999 23:59:59 GMT", 86_400),
        (b"Fri, 31 Dec 9999 23:59:59", None),
    ],
)
def test_for_how_long_they_want_to_be_left_alone_is_understood(
    out: Out, said: bytes, pause: int | None
) -> None:
    answer, _ = sent(saying(b"HTTP/1.1 503 No\r\nRetry-After: " + said + b"\r\n\r\n"), out)

    assert answer == Answered(status=503, seconds=ANY, retry_after=pause)


def test_how_long_it_took_is_told_in_tenths_of_a_second(out: Out) -> None:
    answer, _ = sent(saying(THANKS), out)

    assert answer.seconds > 0
    assert answer.seconds == round(answer.seconds, 1)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
def test_nobody_is_asked_because_another_says_so(out: Out, status: int) -> None:
    with somebody(saying(THANKS), at="127.0.0.1") as inside:
        there = f"http://127.0.0.1:{inside.port}/"
        redirect = f"HTTP/1.1 {status} There\r\nLocation: {there}\r\nContent-Length: 0\r\n\r\n"
        answer, _ = sent(saying(redirect.encode()), out, keep=100)

    assert why(answer) is Failure.REDIRECTED
    assert inside.callers == 0


def test_that_nothing_has_changed_is_an_answer(out: Out) -> None:
    assert sent(saying(b"HTTP/1.1 304 Same\r\n\r\n"), out, keep=100)[0] == Answered(
        status=304, seconds=ANY
    )


BOMB = gzip.compress(bytes(10_000_000))
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
OPEN = b"HTTP/1.1 200 OK\r\n\r\n"

TOO_MUCH: dict[str, Behaviour] = {
    "a body that says how long it is": saying(b"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n"),
    "a body that does not": saying(OPEN + b"x" * 101),
    "a body without end": endlessly(OPEN, b"x" * 1_000),
    "chunks without end": endlessly(CHUNKED, b"1\r\nx\r\n"),
    "chunks that say more than they have": endlessly(CHUNKED, b"1;" + b"y" * 1_000 + b"\r\nx\r\n"),
    "one long header": saying(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 2 * MOST_HEAD),
    "headers without end": endlessly(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 100),
    "empty lines of headers without end": endlessly(b"HTTP/1.1 200 OK\r\nX: y\r\n", b" y\r\n" * 99),
    "interim answers without end": endlessly(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "trailers without end": endlessly(CHUNKED + b"0\r\n", b"X: y\r\n" * 100),
}


@pytest.mark.parametrize("behave", TOO_MUCH.values(), ids=TOO_MUCH.keys())
def test_no_more_is_heard_than_there_is_room_for(out: Out, behave: Behaviour) -> None:
    assert why(sent(behave, out, keep=100)[0]) is Failure.TOO_MUCH


def test_nobody_keeps_more_than_the_installation_has_room_for(out: Out) -> None:
    answer, _ = sent(saying(OPEN + b"x" * 11), out, keep=100, limits=Limits(most_bytes=10))

    assert why(answer) is Failure.TOO_MUCH


def test_what_is_packed_is_not_unpacked(out: Out) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(BOMB)}\r\n\r\n"

    answer, _ = sent(saying(head.encode(), BOMB), out, keep=1_000_000)

    assert why(answer) is Failure.NOT_UNDERSTOOD


@pytest.mark.parametrize(
    "said",
    [
        b"220 mail.example ESMTP\r\n\r\n",
        b"HTTP/1.1 banana OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: banana\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno header\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
        CHUNKED + b"banana\r\n",
        b"\x16\x03\x01" * 10 + b"\r\n\r\n",
    ],
)
def test_what_is_not_http_is_no_answer(out: Out, said: bytes) -> None:
    assert why(sent(saying(said), out, keep=100)[0]) is Failure.NOT_UNDERSTOOD


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ntha",
        CHUNKED + b"5\r\ntha",
    ],
)
def test_half_an_answer_is_none(out: Out, said: bytes) -> None:
    outcome = sent(saying(said), out, keep=100)[0]
    assert why(outcome) is Failure.NOT_REACHED
    assert may_have_heard(outcome)


def test_an_answer_that_tls_does_not_say_is_whole_is_none(out: Out, authority: Authority) -> None:
    def cut(caller: socket.socket, _over: object) -> None:
        caller.sendall(OPEN + b"BEGIN:VCALENDAR")
        socket.socket.shutdown(caller, socket.SHUT_RDWR)

    with somebody(cut, tls=authority.vouches_for("hooks.example")) as there:
        answer = out(there).send(Request(url=to(there, scheme="https"), method="GET", keep=100))

    assert why(answer) is Failure.NOT_REACHED


# --- In time ------------------------------------------------------------------------------

SLOW: dict[str, Behaviour] = {
    "says nothing": silence,
    "says a byte of its headers at a time": endlessly(b"HTTP/1.1 200 OK\r\nX: ", b"y", 0.02),
    "says a header at a time": endlessly(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.02),
    "says that it is about to": endlessly(b"", b"HTTP/1.1 102 Processing\r\n\r\n", 0.02),
    "says a byte of its body at a time": endlessly(OPEN, b"x", 0.02),
    "says a chunk at a time": endlessly(CHUNKED, b"1\r\nx\r\n", 0.02),
}


@pytest.mark.parametrize("behave", SLOW.values(), ids=SLOW.keys())
def test_whoever_drags_it_out_is_left(out: Out, behave: Behaviour) -> None:
    assert why(sent(behave, out, keep=1_000, limits=HASTY)[0]) is Failure.TOO_SLOW


def test_whoever_does_not_listen_is_left(out: Out) -> None:
    with socket.create_server((HERE, 0)) as deaf:
        there = Somebody(port=deaf.getsockname()[1])
        request = Request(url=to(there), body=bytes(50_000_000))
        answer = out(there, limits=HASTY).send(request)

    assert why(answer) is Failure.TOO_SLOW


def test_whoever_listens_slowly_is_left(out: Out) -> None:
    def dial(address: tuple[str, int], seconds: float) -> socket.socket:
        return of_little_room(socket.create_connection(address, seconds))

    listening = of_little_room(socket.create_server((HERE, 0)))
    with somebody(silence, hear=in_sips, listening=listening) as there:
        request = Request(url=to(there), body=bytes(5_000_000))
        answer = out(there, limits=HASTY, dial=dial).send(request)
        there.over.set()

    assert why(answer) is Failure.TOO_SLOW
    assert all(len(heard) < len(request.body) for heard in there.heard)


def test_whoever_says_nothing_where_tls_is_meant_is_left(out: Out) -> None:
    with socket.create_server((HERE, 0)) as mute:
        there = Somebody(port=mute.getsockname()[1])
        answer = out(there, limits=HASTY).send(Request(url=to(there, scheme="https")))

    assert why(answer) is Failure.TOO_SLOW


@pytest.fixture
def nobody() -> Iterator[Somebody]:
    """Have a port at which nobody listens, and nobody else begins to."""
    with socket.socket() as held:
        held.bind((HERE, 0))
        yield Somebody(port=held.getsockname()[1])


def test_where_nobody_listens_it_may_be_tried_again(out: Out, nobody: Somebody) -> None:
    outcome = out(nobody).send(Request(url=to(nobody)))

    assert why(outcome) is Failure.NOT_REACHED
    assert not why(outcome).is_final
    assert not may_have_heard(outcome)


# --- What is kept of it -------------------------------------------------------------------


def test_logs_say_neither_what_was_asked_nor_what_was_answered(out: Out) -> None:
    told = []
    with capture_logs() as logs:
        for said in (b"HTTP/1.1 302 hush\r\nLocation: /hush\r\n\r\n", b"hush hush\r\n\r\n", b""):
            answer, there = sent(saying(said), out, keep=100)
            told.append(repr(answer))
        way, hushed = out(there), [("X", "hush")]
        for url in (f"http://hush@{HERE}/hush", "hush", "http://10.0.0.1/hush?hush#hush"):
            request = Request(url=url, headers=hushed, body=b"hush")
            told.append(repr((request, way.send(request))))

    assert len(logs) == 6
    assert "hush" not in f"{logs} {told}"
    assert logs[0]["where"].startswith("http://hooks.example:")
