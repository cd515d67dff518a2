"""How listening ends, whichever way somebody listens."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, Final

from starlette.requests import ClientDisconnect

from api.feed.listener import Listener, NotUnderstood, Stopping, TooSlow
from application.ports import Bookmark
from domain.messages import DomainError

BEGINNING: Final = "0"


Ended: Final = (DomainError, TooSlow, Stopping, NotUnderstood)
"""Why somebody is told nothing more, who is still there."""

CODES: Final[dict[type[Exception], str]] = {
    TooSlow: "too-slow",
    Stopping: "stopping",
    NotUnderstood: "message-not-understood",
}


def code_of(why: Exception) -> str:
    """Return in a word why somebody was ended."""
    return why.code if isinstance(why, DomainError) else CODES[type(why)]


def named(bookmark: Bookmark) -> str:
    """Return a position as others name it."""
    return str(bookmark) if bookmark.position else BEGINNING


@contextmanager
def writing_to(listener: Listener) -> Iterator[None]:
    """Let whoever writes to a listener be interrupted when that is ended. Raises why."""
    listener.refuse_ended()
    writer = listener.writer = asyncio.current_task()
    try:
        yield
    except asyncio.CancelledError:
        if listener.ended is None or writer is None:
            raise
        writer.uncancel()
        raise listener.ended from None
    finally:
        listener.writer = None


async def until_gone(
    receive: Callable[[], Awaitable[MutableMapping[str, Any]]], listener: Listener
) -> None:
    """End a listener who hangs up."""
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.end(ClientDisconnect())
