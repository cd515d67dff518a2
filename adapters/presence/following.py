"""Finds out who begins to write and who writes no more: whenever that is said in any process, and twice a second
while somebody is known to write, since whoever stops without a word says nothing.
"""

from collections.abc import Callable, Collection
from typing import Final

from adapters.wakeups.bell import Bell
from adapters.wakeups.lookout import Lookout, Watched
from application.business.presence import Presence
from application.conversations.company import Typing, Writer, writer_of

PAUSE: Final = 0.05
"""Seconds between two looks, however many write: each look asks for every tenant that is watched."""

LOOK: Final = 0.5
"""Seconds after which it looks without having been woken, while somebody writes."""

REST: Final = 25.0
"""The same, while nobody does."""

Tell = Callable[[str, Typing], None]
Writers = dict[str, frozenset[Writer]]


class Follower:
    """Follows who writes, in a thread, for as long as anybody is to hear of it."""

    def __init__(self, presence: Presence, bell: Bell) -> None:
        self._presence = presence
        self._bell = bell
        self._lookout = Lookout("presence", bell, PAUSE)

    def rang(self) -> None:
        """Say that somebody has begun to write or writes no more, in all processes."""
        self._bell.ring()

    def watch(self, tell: Tell, watched: Watched) -> None:
        """Call `tell` with a tenant and who begins to write there or writes no more, for as long as any are
        `watched`.
        """
        known: Writers = {}

        def look(tenants: Collection[str]) -> float:
            nonlocal known
            before, known = known, {tenant: self._writers(tenant) for tenant in tenants}
            for tenant, writers in known.items():
                for each in writers ^ before.get(tenant, frozenset()):
                    tell(tenant, each.typing(still=each in writers))
            return LOOK if any(known.values()) else REST

        self._lookout.watch(watched, look)

    def close(self) -> None:
        """Follow no more."""
        self._lookout.close()

    def _writers(self, tenant: str) -> frozenset[Writer]:
        return frozenset(filter(None, map(writer_of, self._presence.present(tenant))))
