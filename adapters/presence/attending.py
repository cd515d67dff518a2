"""Finds out who attends in which process: whenever that is said in any of them, and every few seconds, since whoever
crashes says nothing.
"""

from collections.abc import Callable, Collection
from typing import Final

from adapters.wakeups.bell import Bell
from adapters.wakeups.lookout import Lookout, Watched
from application.business.presence import Presence
from application.ports import Clock
from application.rooms import ATTENDS_FOR, Attendee, attendee_of

PAUSE: Final = 0.05
"""Seconds between two looks, however many come and go."""

LOOK: Final = 5.0
"""Seconds after which it looks without having been woken."""

Tell = Callable[[str, frozenset[Attendee]], None]


class PresentAttending:
    """`application.rooms.Attending` by what all processes know of who is present."""

    def __init__(self, presence: Presence, bell: Bell, clock: Clock) -> None:
        self._presence = presence
        self._bell = bell
        self._clock = clock
        self._lookout = Lookout("rooms", bell, PAUSE)

    def attends(self, tenant: str, who: Collection[Attendee], *, still: bool) -> None:
        """Take these for attending, for a while; or for attending no more."""
        now = self._clock()
        for each in who:
            self._presence.seen(tenant, each.name, now + ATTENDS_FOR if still else now)
        self._bell.ring()

    def of(self, tenant: str) -> frozenset[Attendee]:
        """Return who does."""
        return frozenset(filter(None, map(attendee_of, self._presence.present(tenant))))

    def watch(self, tell: Tell, watched: Watched) -> None:
        """Call `tell` with a tenant and who attends there, for as long as any are `watched`."""

        def look(tenants: Collection[str]) -> float:
            for tenant in tenants:
                tell(tenant, self.of(tenant))
            return LOOK

        self._lookout.watch(watched, look)

    def close(self) -> None:
        """Look no more."""
        self._lookout.close()
