"""However reading, passing on, writing and hanging up follow each other, a listener is told of all that they
may hear, once and in order, and holds no more than so much.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.feed import listener as listeners
from api.feed.hub import Channel
from api.feed.listener import Listener
from application.feed import Admission, Happening, Heard, Wanted
from application.permissions import Permission, Principal, permissions_of
from application.ports import Bookmark
from application.told import Told
from domain.business.users import Role
from domain.values import TenantId, UserId

NOON: Final = datetime(2027, 1, 4, 12, tzinfo=UTC)
MOST: Final = 2_000


class Content(msgspec.Struct):
    text: str


class World:
    """A log, the hub's channel, and one listener who is now and then cut off."""

    def __init__(self) -> None:
        self.log: list[tuple[Happening | None, set[str]]] = []
        self.channel = Channel("salon", Bookmark())
        self.received: list[int] = []
        self.come()

    def come(self) -> None:
        last = Bookmark(self.received[-1], "") if self.received else Bookmark()
        self.listener = Listener(admission(), last)

    def do(self, step: str, size: int) -> None:
        STEPS[step](self, size)

    def append(self, size: int) -> None:
        for _ in range(size):
            self.log.append((happening(len(self.log) + 1, size), set()))

    def change(self, _: int) -> None:
        self.log.append((None, {"ana"}))

    def pass_on(self, size: int) -> None:
        self.channel.pass_on(self.behind(self.channel.position, size))

    def read(self, size: int) -> None:
        if not self.listener.has_more:
            heard = self.behind(self.listener.reached, size)
            self.listener.reached = heard.reached
            self.write(heard.by(self.listener.principal, self.listener.admission.wanted))

    def join(self, _: int) -> None:
        if not self.listener.has_more:
            self.channel.take_in(self.listener)

    def take(self, _: int) -> None:
        if self.listener._queue:
            self.write(asyncio.run(self.listener.next()))

    def cut(self, _: int) -> None:
        self.channel.listeners.discard(self.listener)
        self.come()

    def write(self, found: Any) -> None:
        self.received += [each.bookmark.position for each in found]

    def behind(self, after: Bookmark, most: int) -> Heard:
        part = self.log[after.position : after.position + most]
        found = [each for each, _ in part if each is not None]
        reached = Bookmark(after.position + len(part), "")
        users = {user for _, users in part for user in users}
        return Heard(found, reached, reached.position < len(self.log), users)

    @property
    def due(self) -> list[int]:
        """All that is to be heard."""
        wanted = self.listener.admission.wanted
        heard = (each for each, _ in self.log if each is not None)
        return [each.bookmark.position for each in heard if wanted.is_met_by(each.told)]


STEPS: Final = {
    "append": World.append,
    "change": World.change,
    "pass on": World.pass_on,
    "read": World.read,
    "join": World.join,
    "write": World.take,
    "cut": World.cut,
}


def admission() -> Admission:
    ana = Principal(
        tenant_id=TenantId("salon"),
        user_id=UserId("ana"),
        roles=(Role.OWNER,),
        permissions=permissions_of((Role.OWNER,)),
        session_id="session",
    )
    return Admission(principal=ana, ends_at=NOON, wanted=Wanted(areas=("service",)))


def happening(position: int, size: int) -> Happening:
    told = Told(
        type="service.created" if position % 3 else "client.changed",
        version=1,
        subject=f"thing-{position}",
        occurred_at=NOON,
        data=Content("x" * size * 30),
        permission=Permission.SERVICES_READ if position % 3 else Permission.CLIENTS_READ,
        about={},
    )
    return Happening(Bookmark(position, ""), told)


@pytest.fixture(autouse=True, scope="module")
def _little_is_held() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listeners, "MOST_HELD", MOST)
        yield


@given(st.lists(st.tuples(st.sampled_from([*STEPS]), st.integers(1, 12)), max_size=40))
def test_whatever_happens_all_is_told_once_and_in_order(steps: list[tuple[str, int]]) -> None:
    world = World()
    for step, size in steps:
        world.do(step, size)
        assert world.received == world.due[: len(world.received)]
        assert world.listener._held <= MOST

    for step in (*("read", "join", "pass on", "write") * (len(world.log) + 4), "write"):
        world.do(step, 5)
    assert world.received == world.due


@given(st.integers(1, 40), st.integers(1, 6))
def test_who_has_read_nearly_all_goes_with_the_others(read: int, passed: int) -> None:
    """As soon as it is known here what they lack, they need not read again."""
    world = World()
    for _ in range(15):
        world.do("append", 3)
    world.do("pass on", passed)
    world.do("read", read)
    world.do("join", 1)
    assert world.listener.is_live
    assert world.listener in world.channel.listeners


def test_who_was_changed_themselves_is_looked_at_before_they_hear_more() -> None:
    world = World()
    world.do("join", 1)
    world.do("append", 2)
    world.do("change", 1)
    world.do("append", 2)
    world.do("pass on", 2)
    assert world.listener.is_live
    world.do("pass on", 3)
    assert not world.listener.is_live
    assert world.listener.reached == Bookmark(2, "")
    world.do("write", 1)
    assert world.received == [1, 2]
