"""Finds out who has come and gone, and tells of it: whenever that is said in any process, and twice a second
without, since whoever is forgotten says nothing.
"""

import threading
from collections.abc import Callable, Collection
from typing import Final

from adapters.wakeups.bell import Bell
from application.business.presence import Presence

LOOK: Final = 0.5
"""Seconds after which it looks without having been woken."""

Tell = Callable[[str, Collection[str], Collection[str]], None]
Watched = Callable[[], Collection[str]]


class Follower:
    """Follows who is there, in a thread, for as long as anybody is to be told."""

    def __init__(self, presence: Presence, bell: Bell, *, look: float = LOOK) -> None:
        self._presence = presence
        self._bell = bell
        self._look = look
        self._gate = threading.Lock()
        self._busy = False
        self._stop = threading.Event()
        self._known: dict[str, frozenset[str]] = {}

    def rang(self) -> None:
        """Say that somebody has come or gone, in all processes."""
        self._bell.ring()

    def watch(self, tell: Tell, watched: Watched) -> None:
        """Call `tell` with a tenant, and who has come there and who has gone, for as long as any are
        `watched`.
        """
        with self._gate:
            if not self._busy and not self._stop.is_set():
                self._busy = True
                args = (tell, watched)
                threading.Thread(target=self._run, args=args, name="presence", daemon=True).start()

    def look(self, tell: Tell, watched: Collection[str]) -> None:
        """Tell of those who have come and gone since the last look."""
        before, self._known = self._known, {}
        for tenant in watched:
            there = self._known[tenant] = frozenset(self._presence.present(tenant))
            known = before.get(tenant, frozenset())
            if there != known:
                tell(tenant, there - known, known - there)

    def close(self) -> None:
        """Follow no more."""
        self._stop.set()
        self._bell.echo()

    def _run(self, tell: Tell, watched: Watched) -> None:
        while self._goes_on(watched):
            heard = self._bell.rings
            self.look(tell, watched())
            self._bell.wait(heard, self._look)

    def _goes_on(self, watched: Watched) -> bool:
        with self._gate:
            self._busy = bool(watched()) and not self._stop.is_set()
            return self._busy
