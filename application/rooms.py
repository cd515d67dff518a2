"""Who listens to a presence channel, in whichever process: known for seconds, by names of ids, recorded nowhere."""

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Final, NamedTuple, Protocol

ATTENDS_FOR: Final = timedelta(seconds=45)
"""After the last that was said of it: whoever was connected to a process that crashed is gone within a minute."""

ROOM: Final = "room"
STAFF, NO_STAFF = "staff", "client"


class Attendee(NamedTuple):
    """Somebody who listens to a channel, by way of a process."""

    channel: str
    member_id: str
    is_staff: bool
    process: str

    @property
    def name(self) -> str:
        """As whom they are known."""
        kind = STAFF if self.is_staff else NO_STAFF
        return f"{ROOM}/{self.channel}/{self.member_id}/{kind}/{self.process}"


def attendee_of(name: str) -> Attendee | None:
    """Return who listens where, if a name says that."""
    if not name.startswith(f"{ROOM}/"):
        return None
    _, channel, member_id, kind, process = name.split("/")
    return Attendee(channel, member_id, kind == STAFF, process)


class Attending(Protocol):
    """Knows who attends; see `adapters/presence/attending.py`."""

    def attends(self, tenant: str, who: Collection[Attendee], *, still: bool) -> None:
        """Take these for attending, for a while; or for attending no more."""

    def of(self, tenant: str) -> frozenset[Attendee]:
        """Return who does."""

    def watch(
        self,
        tell: Callable[[str, frozenset[Attendee]], None],
        watched: Callable[[], Collection[str]],
    ) -> None:
        """Call `tell` with a tenant and who attends there, whenever that may be another, from a thread, for as
        long as any are `watched`.
        """
