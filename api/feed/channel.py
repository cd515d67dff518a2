"""All who listen to one tenant's log in this process."""

import asyncio
from collections import deque
from typing import Final

from api.feed.listener import Listener
from api.web.sockets import frame_of
from application.feed import Happening, Heard
from application.ports import Bookmark

TAIL: Final = 64
"""Times that something was passed on, of which it is kept for those who have read nearly up to there."""

MOST_KEPT: Final = 262_144
"""Bytes of that, for each tenant."""


def said_of(each: Happening) -> bytes:
    """Return how something that happened is told over a WebSocket."""
    return b'{"event":%b}' % each.json


class Frames(dict[Happening, bytes]):
    """What happened, as it goes over a WebSocket: written down once, when the first is told."""

    def __missing__(self, each: Happening) -> bytes:
        """Write it down."""
        frame = self[each] = frame_of(said_of(each))
        return frame


class Channel:
    """All who listen to one tenant's log, and up to where that was passed on to them."""

    heavy: Final = False
    thing: Final = None

    def __init__(self, tenant: str, position: Bookmark) -> None:
        self.tenant = tenant
        self.position = position
        self.listeners: set[Listener] = set()
        self.news = False
        self.reading: asyncio.Task[None] | None = None
        self._tail: deque[Heard] = deque()
        self._tail_after = position.position
        self._kept = 0

    def pass_on(self, heard: Heard) -> None:
        """Let everybody hear it who listens."""
        if heard.reached.position <= self.position.position:
            return
        self.position = heard.reached
        self._keep(heard)
        frames = Frames()
        for listener in [*self.listeners]:
            listener.hear(heard, frames)
            if not listener.is_live:
                self.listeners.discard(listener)

    def take_in(self, listener: Listener) -> bool:
        """Let somebody go with the others, if it is known here what they have not heard."""
        if listener.reached.position < self._tail_after:
            return False
        listener.is_live = True
        for heard in self._tail:
            listener.hear(heard, Frames())
        if listener.is_live:
            self.listeners.add(listener)
        return listener.is_live

    def _keep(self, heard: Heard) -> None:
        self._tail.append(heard)
        self._kept += heard.size
        while self._kept > MOST_KEPT or len(self._tail) > TAIL:
            gone = self._tail.popleft()
            self._tail_after = gone.reached.position
            self._kept -= gone.size
