"""Whoever does not end what they send holds some of our memory, and leaves some to others."""

from collections.abc import Iterator

import pytest
from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.app import create_app
from api.web import arriving
from tests.http.bare import bare
from tests.http.sockets import Line, request, served
from tests.waiting import until

AS_ANA = [(b"Authorization", b"Bearer ana")]


class Note(BaseModel):
    """Something long."""

    text: str = Field(max_length=100_000)


def note(size: int) -> bytes:
    return b'{"text": "%b"}' % (b"x" * size)


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(arriving, "MOST_HELD", 100_000)
    backend = bare(most_body_bytes=1_000_000)
    router = APIRouter()

    @router.post("/notes")
    def write(note: Note) -> int:
        return len(note.text)

    with served(create_app(backend, (router,))) as port:
        yield port


def test_who_does_not_end_what_they_send_leaves_something_to_others(port: int) -> None:
    whole = request("POST", "/notes", note(60_000))
    with Line(port) as slow, Line(port) as stranger, Line(port) as ana:
        slow.say(whole[:-1_000])

        def refused() -> bool:
            stranger.say(request("POST", "/notes", note(30_000)))
            answer = stranger.answer()
            return answer.status_code == 429 and answer.json()["policy"] == "bodies"

        until(refused)
        ana.say(request("POST", "/notes", note(30_000), headers=AS_ANA))
        assert ana.answer().json() == 30_000

        slow.say(whole[-1_000:])
        assert slow.answer().json() == 60_000  # and then there is room again
        stranger.say(request("POST", "/notes", note(60_000)))
        assert stranger.answer().json() == 60_000
