"""Whoever does not take what they asked for holds none of our memory for long, and not much of it."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import Response

from api.web import leaving
from api.web.edge import Edge
from infra.processes import wire
from tests.http.bare import bare
from tests.http.sockets import Line, request, served

LARGE = 16_000_000
"""More than the operating system takes for whoever does not read."""


async def as_large_as_asked(scope: Any, receive: Any, send: Any) -> None:
    await Response(bytes(int(scope["path"][1:])))(scope, receive, send)


@pytest.fixture
def answered() -> threading.Event:
    """Whether anything has been answered, or given up."""
    return threading.Event()


@pytest.fixture
def port(answered: threading.Event, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    backend = bare(answered=lambda *_: answered.set())
    monkeypatch.setattr(leaving, "MOST_HELD", 2 * LARGE)
    with served(Edge(as_large_as_asked, backend)) as port:
        yield port


def test_a_large_answer_comes_whole(port: int) -> None:
    with Line(port) as line:
        for size in (0, leaving.LARGE, leaving.LARGE + 1, 1_000_000):
            line.say(request("GET", f"/{size}"))
            assert len(line.answer().content) == size


def test_who_takes_nothing_is_hung_up_on(
    port: int, answered: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "PATIENCE", 0.1)

    with Line(port) as line:
        line.say(request("GET", f"/{LARGE}"))
        assert answered.wait(10)

        with pytest.raises((EOFError, ConnectionError)):
            line.answer()


def test_no_more_is_held_for_those_who_take_nothing(port: int) -> None:
    """But what was ordered is told of, and what is small is answered."""
    with Line(port) as slow, Line(port) as quick:
        slow.say(request("GET", f"/{LARGE}"))
        slow.wait()
        quick.say(
            request("GET", f"/{LARGE}"), request("GET", "/1000"), request("POST", f"/{LARGE}")
        )
        refused, small, ordered = quick.answer(), quick.answer(), quick.answer()

        assert (refused.status_code, refused.json()["policy"]) == (429, "answers")
        assert refused.headers["retry-after"] == "1"
        assert [len(each.content) for each in (small, ordered)] == [1_000, LARGE]
        assert len(slow.answer().content) == LARGE  # and then there is room again
        slow.say(request("GET", f"/{LARGE}"))
        assert slow.answer().status_code == 200


def test_who_takes_nothing_leaves_something_to_others(port: int) -> None:
    with Line(port) as slow, Line(port) as quick:
        slow.say(request("GET", f"/{LARGE}"))
        slow.wait()
        quick.say(request("GET", f"/{LARGE}", headers=[(b"Authorization", b"Bearer ana")]))

        assert len(quick.answer().content) == LARGE
