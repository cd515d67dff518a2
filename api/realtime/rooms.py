"""Who listens to which channel: people, however many devices they have, and whichever process these are connected to."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, Protocol
from uuid import uuid4

from api.problems.refusals import Unavailable
from api.web.routing import Threads
from application.realtime import Channel, Info, is_presence
from application.rooms import Attendee, Attending

RENEW: Final = 15.0
"""Seconds after which it is said again who is connected to this process."""

KEEPERS: Final = Threads(1, patience=20.0)
"""Who says and asks it, in order: nobody who reads the log waits for them."""

ADDED: Final = "pusher_internal:member_added"
REMOVED: Final = "pusher_internal:member_removed"

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
    """Runs on the event loop that serves. What others know of who is connected here ends by itself, if this
    process does.
    """

    def __init__(self, attending: Attending) -> None:
        self._attending = attending
        self._process = uuid4().hex
        self._in: defaultdict[Place, dict[Connection, Member]] = defaultdict(dict)
        self._elsewhere: dict[str, frozenset[Attendee]] = {}
        self._watched: frozenset[str] = frozenset()
        self._renews = False
        self._doing: set[asyncio.Task[Any]] = set()

    def join(self, tenant: str, channel: Channel, who: Connection, member: Member) -> None:
        """Let somebody listen. The first device of a person is their coming."""
        is_new = member.id not in self.members(tenant, channel.name)
        if is_new and channel.is_presence:
            self._tell(tenant, channel.name, ADDED, _come(member))
        self._in[tenant, channel.name][who] = member
        if channel.is_presence:
            self._say(tenant, [self._attendee(channel.name, member)], still=True)
            self._watch()

    def leave(self, tenant: str, channel: Channel, who: Connection) -> None:
        """Let somebody listen no more. The last device of a person is their going."""
        place = (tenant, channel.name)
        member = self._in[place].pop(who, None)
        if not self._in[place]:
            del self._in[place]
        if member is None or not channel.is_presence or member in self._here(place):
            return
        self._say(tenant, [self._attendee(channel.name, member)], still=False)
        if member.id not in self.members(tenant, channel.name):
            self._tell(tenant, channel.name, REMOVED, {"user_id": member.id})

    def members(self, tenant: str, channel: str) -> Mapping[str, Info]:
        """Return who is there."""
        found = {
            each.member_id: Info(is_staff=each.is_staff)
            for each in self._elsewhere.get(tenant, ())
            if each.channel == channel
        }
        return found | {each.id: each.info for each in self._here((tenant, channel))}

    def others(self, tenant: str, channel: Channel, who: Connection) -> Iterator[Connection]:
        """Return all others who listen in this process."""
        return (each for each in [*self._in.get((tenant, channel.name), ())] if each is not who)

    async def look(self, tenant: str) -> None:
        """Find out who is connected elsewhere; where that cannot be known, nobody is."""
        try:
            found = await KEEPERS.run(self._attending.of, {"tenant": tenant})
        except Unavailable:
            return
        self._learn(tenant, found)

    # --- What other processes know ------------------------------------------------------------

    def _learn(self, tenant: str, found: frozenset[Attendee]) -> None:
        """Let those who listen here know who has come and gone elsewhere."""
        elsewhere = frozenset(each for each in found if each.process != self._process)
        if elsewhere == self._elsewhere.get(tenant, frozenset()):
            return
        rooms = [name for owner, name in self._in if owner == tenant and is_presence(name)]
        before = {name: self.members(tenant, name) for name in rooms}
        self._elsewhere[tenant] = elsewhere
        for name in rooms:
            after = self.members(tenant, name)
            for id_ in before[name].keys() - after.keys():
                self._tell(tenant, name, REMOVED, {"user_id": id_})
            for id_ in after.keys() - before[name].keys():
                self._tell(tenant, name, ADDED, _come(Member(id_, after[id_])))

    def _watch(self) -> None:
        """Hear, in another thread, who attends elsewhere, and say again and again who does here."""
        loop = asyncio.get_running_loop()

        def tell(tenant: str, found: frozenset[Attendee]) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._learn, tenant, found)

        self._watched = self._tenants()
        self._attending.watch(tell, lambda: self._watched)
        if not self._renews:
            self._renews = True
            loop.call_later(RENEW, self._renew)

    def _renew(self) -> None:
        """Say again who is connected here, for as long as anybody is."""
        self._watched = self._tenants()
        for tenant in self._watched:
            self._say(tenant, [*self._attending_here(tenant)], still=True)
        self._renews = bool(self._watched)
        if self._renews:
            asyncio.get_running_loop().call_later(RENEW, self._renew)

    def _tenants(self) -> frozenset[str]:
        return frozenset(tenant for tenant, name in self._in if is_presence(name))

    def _attending_here(self, tenant: str) -> set[Attendee]:
        return {
            self._attendee(name, member)
            for (owner, name), there in self._in.items()
            if owner == tenant and is_presence(name)
            for member in there.values()
        }

    def _say(self, tenant: str, who: list[Attendee], *, still: bool) -> None:
        asked = {"tenant": tenant, "who": who, "still": still}
        task = asyncio.get_running_loop().create_task(self._said(asked))
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)

    async def _said(self, asked: dict[str, Any]) -> None:
        try:
            await KEEPERS.run(self._attending.attends, asked)
        except Unavailable:
            return

    def _attendee(self, channel: str, member: Member) -> Attendee:
        return Attendee(channel, member.id, member.info.is_staff, self._process)

    def _here(self, place: Place) -> list[Member]:
        return [*self._in.get(place, {}).values()]

    def _tell(self, tenant: str, channel: str, event: str, data: object) -> None:
        for each in [*self._in.get((tenant, channel), ())]:
            each.say(event, channel, data)


def _come(member: Member) -> object:
    return {"user_id": member.id, "user_info": member.info}
