"""Requests begin by turns: so many in one turn of the event loop, of each address one after the other.

Much of a request is read on the loop itself. Whoever sends two hundred at once would have all others
wait until those are read.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

AT_ONCE: Final = 8
"""Requests that begin in one turn."""

Start = Callable[[], None]


class FairQueue:
    """Where requests of one process wait until they begin."""

    def __init__(self) -> None:
        self._lines: OrderedDict[str, deque[Start]] = OrderedDict()
        self._begun = 0

    def begin(
        self, loop: asyncio.AbstractEventLoop, address: Callable[[], str], start: Start
    ) -> None:
        """Start it in this turn, or in a later one; only then it matters where it comes from."""
        if self._lines or self._begun == AT_ONCE:
            self._lines.setdefault(address(), deque()).append(start)
            return
        if not self._begun:
            loop.call_soon(self._next_turn, loop)
        self._begun += 1
        start()

    def _next_turn(self, loop: asyncio.AbstractEventLoop) -> None:
        self._begun = 0
        if self._lines:
            loop.call_soon(self._next_turn, loop)
        while self._lines and self._begun < AT_ONCE:
            self._begun += 1
            self._begin_next()

    def _begin_next(self) -> None:
        address, line = self._lines.popitem(last=False)
        start = line.popleft()
        if line:
            self._lines[address] = line  # behind the others
        start()
