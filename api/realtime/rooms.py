"""Who listens to which channel in this process: people, however many devices they have."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, Protocol

from application.realtime import Channel, Info

Place = tuple[str, str]
"""A tenant, and the name of a channel."""


class Member(NamedTuple):
    """Somebody who is there, and what others see of them."""

    id: str
    info: Info


class Connection(Protocol):
    """What somebody listens by."""

    def say(self, event: str, channel: str, data: object, user_id: str | None = None) -> None:
        """Say something to them, without waiting for them."""


class Rooms:
    """Runs on the event loop that serves."""

    def __init__(self) -> None:
        self._in: defaultdict[Place, dict[Connection, Member]] = defaultdict(dict)

    def join(self, tenant: str, channel: Channel, who: Connection, member: Member) -> None:
        """Let somebody listen. The first device of a person is their coming."""
        is_new = member.id not in self.members(tenant, channel)
        if is_new and channel.is_presence:
            self._tell(tenant, channel, ADDED, {"user_id": member.id, "user_info": member.info})
        self._in[tenant, channel.name][who] = member

    def leave(self, tenant: str, channel: Channel, who: Connection) -> None:
        """Let somebody listen no more. The last device of a person is their going."""
        place = (tenant, channel.name)
        member = self._in[place].pop(who, None)
        if not self._in[place]:
            del self._in[place]
        if member and channel.is_presence and member.id not in self.members(tenant, channel):
            self._tell(tenant, channel, REMOVED, {"user_id": member.id})

    def members(self, tenant: str, channel: Channel) -> Mapping[str, Info]:
        """Return who is there."""
        there = self._in.get((tenant, channel.name), {})
        return {each.id: each.info for each in there.values()}

    def others(self, tenant: str, channel: Channel, who: Connection) -> Iterator[Connection]:
        """Return all others who listen."""
        return (each for each in [*self._in.get((tenant, channel.name), ())] if each is not who)

    def _tell(self, tenant: str, channel: Channel, event: str, data: object) -> None:
        for each in [*self._in.get((tenant, channel.name), ())]:
            each.say(event, channel.name, data)


ADDED: Final = "pusher_internal:member_added"
REMOVED: Final = "pusher_internal:member_removed"
