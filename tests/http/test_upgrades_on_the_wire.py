"""Whoever asks to speak another protocol is answered in this one, and nothing else becomes of it.

`curl --http2` and Java's HttpClient ask for `h2c` with whatever they send over a plain connection.
"""

import pytest

from tests.http.sockets import Line, request
from tests.http.wires import CUT, END, chunk, create, in_chunks

pytestmark = pytest.mark.postgres

H2C = [
    (b"connection", b"Upgrade, HTTP2-Settings"),
    (b"upgrade", b"h2c"),
    (b"http2-settings", b"AAMAAABkAAQCAAAAAAIAAAAA"),
]
UPGRADES = [
    H2C,
    [(b"connection", b"upgrade"), (b"upgrade", b"websocket")],
    [(b"connection", b"Upgrade"), (b"upgrade", b"foo/2"), (b"Upgrade", b"bar")],
]


@pytest.mark.parametrize("upgrade", UPGRADES)
def test_an_order_that_asks_for_another_protocol_is_carried_out(line, mine, upgrade) -> None:
    line.say(create(mine, *upgrade) + create(mine, *upgrade))
    line.say(*in_parts(create(mine, *upgrade)))
    line.say(in_chunks(mine, chunk(CUT), END, headers=upgrade), create(mine))

    assert [line.answer().status_code for _ in range(5)] == [201] * 5
    assert line.made() == 5


def in_parts(whole: bytes) -> tuple[bytes, bytes]:
    """Return the head of a request and its body, to be sent one after the other."""
    head, end, body = whole.partition(b"\r\n\r\n")
    return head + end, body


def test_a_body_is_no_request_though_its_head_asks_for_another_protocol(line, mine) -> None:
    smuggled = create(mine, *H2C, body=create(mine))
    for parts in ([smuggled], in_parts(smuggled)):
        line.say(*parts)
        assert line.answer().status_code == 400

    assert line.made() == 0


def test_who_asks_for_another_protocol_and_a_last_answer_gets_it(line, mine) -> None:
    last = (b"connection", b"close, upgrade")

    line.say(create(mine, last, H2C[1]) + create(mine))

    assert line.said() == [(201, None)]
    assert line.made() == 1


def test_a_hundred_requests_that_ask_for_another_protocol_are_answered_in_order(line, mine) -> None:
    paths = ["/v1/services", "/nowhere"] * 25

    line.say(b"".join(request("GET", path, headers=[mine, *H2C]) for path in paths))

    assert [line.answer().status_code for _ in paths] == [200, 404] * 25


@pytest.mark.parametrize("target", ["/v1/services", "a:80"])
def test_a_tunnel_is_refused_and_nothing_that_is_sent_into_it_is_a_request(
    line, mine, target: str
) -> None:
    line.say(create(mine) + request("CONNECT", target, headers=[mine]) + create(mine))
    with Line(line.port) as another:
        another.say(request("CONNECT", target, create(mine), headers=[mine]))
        refused = another.rest()

    assert line.said() == [(201, None), (405, "method-not-allowed")]
    assert [each.headers["allow"] for each in refused] == [""]
    assert line.made() == 1


def test_who_begins_with_another_protocol_is_refused(line, mine) -> None:
    line.say(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + create(mine))

    assert line.said() == [(400, "request-unreadable")]
    assert line.made() == 0
