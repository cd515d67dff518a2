"""Somebody who listens: what waits for them, and up to where they have heard.

The hub puts in what they hear, without ever waiting for them; whoever writes to them takes it out. Where they
take what they are told and nothing waits, the hub tells them at once: no task is woken for it. Where
more comes than is taken they fall behind, and read for themselves: no more than `MOST_HELD` bytes are held
for anybody. Who takes nothing at all for a while is ended by the hub, and not by whoever waits for them.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from api.web.sockets import AtOnce
from application.conversations.company import Typing
from application.feed import Admission, Happening, Heard
from application.permissions import Principal
from application.ports import Bookmark

MOST_HELD: Final = 262_144
"""Bytes that wait for one reader, with what is being written to them; one event may be larger."""

HEARTBEAT: Final = 20.0
"""Seconds after which somebody to whom nothing is told is told how far it is."""

AHEAD: Final = timedelta(seconds=60)
"""So long before their proof ends they are asked for another."""


PATIENCE: Final = 15.0
"""Seconds for which they may take nothing of what is there for them."""


MOST_TYPING: Final = 50
"""So many who write wait for one reader."""


class TooSlow(Exception):
    """They do not take what they asked for."""


class NotUnderstood(Exception):
    """They said over a WebSocket what is not understood there."""


class Stopping(Exception):
    """The process stops; another goes on."""


class Listener:
    """It is live once it has all that the hub has passed on; until then it reads for itself. Up to `reached` it
    has all that there is for it, or has it waiting; up to `told` that was written to them.
    """

    __slots__ = (
        "_handed",
        "_held",
        "_queue",
        "_rests",
        "_since",
        "_typing",
        "_woken",
        "admission",
        "asked_again",
        "at_once",
        "beat_at",
        "ended",
        "is_live",
        "reached",
        "told",
        "writer",
    )

    heavy: Final = False
    thing: Final = None

    def __init__(self, admission: Admission, after: Bookmark) -> None:
        self.admission = admission
        self.reached = after
        self.told = after
        self.is_live = False
        self.ended: Exception | None = None
        self.asked_again = False
        self.beat_at = 0.0
        self.writer: asyncio.Task[None] | None = None
        self.at_once: AtOnce | None = None
        self._queue: deque[Happening] = deque()
        self._typing: deque[Typing] = deque(maxlen=MOST_TYPING)
        self._held = 0
        self._handed = 0
        self._since: float | None = None
        self._woken = asyncio.Event()
        self._rests = False

    @property
    def principal(self) -> Principal:
        """Who listens."""
        return self.admission.principal

    @property
    def tenant(self) -> str:
        """In whose log."""
        return self.principal.tenant_id

    # --- What the hub does --------------------------------------------------------------------

    def hear(self, heard: Heard, frames: Mapping[Happening, bytes]) -> None:
        """Let them hear of what is behind what they have heard. To whom something happened themselves, they
        look first who they are now.
        """
        if self.ended is not None or heard.reached.position <= self.reached.position:
            return
        if self.principal.user_id in heard.users:
            self.doubt()
            return
        for each in heard.by(self.principal, self.admission.wanted):
            if each.bookmark.position > self.reached.position:
                if not self._is_told(each, frames) and not self._is_kept(each):
                    self.doubt()
                    return
                self.reached = each.bookmark
        self.reached = heard.reached

    def _is_told(self, each: Happening, frames: Mapping[Happening, bytes]) -> bool:
        """Write it at once, if nothing waits before it and they take it; return whether that was done."""
        if self.at_once is None or self._queue or not self._rests:
            return False
        if not self.at_once(frames[each]):
            return False
        self.told = each.bookmark
        return True

    def _is_kept(self, each: Happening) -> bool:
        """Keep it until it is taken, if there is room; return whether there is."""
        if not self._has_room(each):
            return False
        self._queue.append(each)
        self._woken.set()
        return True

    def hear_of(self, typing: Typing) -> None:
        """Let them hear who writes at this moment; of many, only what was last."""
        self._typing.append(typing)
        self._woken.set()

    @property
    def has_more(self) -> bool:
        """Whether something waits for them, or will."""
        return self.is_live or bool(self._queue)

    def doubt(self) -> None:
        """Have them read for themselves again, before they are told more."""
        self.is_live = False
        self._woken.set()

    def end(self, why: Exception) -> None:
        """Stop telling them anything. What is being written to them is not waited for."""
        if self.ended is not None:
            return
        self.ended = why
        self.is_live = False
        self._queue.clear()
        if self.writer is None:
            self._woken.set()
        else:
            self.writer.cancel()

    def wake(self) -> None:
        """Let them see what there is besides."""
        self._woken.set()

    def is_stuck(self, now: float) -> bool:
        """Whether they have taken nothing for too long."""
        return self._since is not None and now - self._since > PATIENCE

    @property
    def is_written_to(self) -> bool:
        """Whether something is on its way to them, of which they may have a part."""
        return self._since is not None

    def _has_room(self, each: Happening) -> bool:
        size = len(each.json)
        if self._held and self._held + size > MOST_HELD:
            return False
        self._held += size
        return True

    # --- What whoever writes to them does -----------------------------------------------------

    def refuse_ended(self) -> None:
        """Raise why they are told nothing more, if they are not."""
        if self.ended is not None:
            raise self.ended

    async def next(self) -> Sequence[Happening]:
        """Wait until there is something for them, or they are woken; what they were given before has been
        written.
        """
        self._held -= self._handed
        self._handed = 0
        if not self._queue and self.ended is None and self.is_live:
            self._woken.clear()
            self._rests = True
            try:
                await self._woken.wait()
            finally:
                self._rests = False
        self.refuse_ended()
        taken = [*self._queue]
        self._queue.clear()
        self._handed = self._held
        return taken

    def heard_of(self) -> Sequence[Typing]:
        """Return who writes, of which they were not told yet."""
        found = [*self._typing]
        self._typing.clear()
        return found

    async def takes(self, sending: Awaitable[None]) -> None:
        """Wait until they have taken nearly all that was sent to them."""
        self._since = asyncio.get_running_loop().time()
        await sending
        self._since = None
