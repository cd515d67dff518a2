"""Who is there, and who is writing: known for seconds, told to those who take part, recorded nowhere."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Final, NamedTuple, Protocol

from application.business.presence import Presence
from application.feed import Wanted
from application.permissions import Permission, PermissionMissing, Principal
from application.ports import Clock
from application.processes.effects.conversations import CarryReading
from application.transact import Past
from domain.conversations.channels import CHANNELS
from domain.conversations.participants import MemberId
from domain.conversations.threads import THREAD, Thread
from domain.messages import Value
from domain.values import ThreadId

TYPING_LASTS: Final = timedelta(seconds=5)
"""After the last that was said of it."""

THERE_LASTS: Final = timedelta(seconds=45)
"""After the last look at who listens: whoever crashed is not there within a minute."""

TYPING: Final = "typing"
THERE: Final = "there"
AREAS: Final = frozenset({"message", "thread"})


class Typing(Value, frozen=True, kw_only=True):
    """Somebody has begun to write in a conversation, or writes no more."""

    thread_id: ThreadId
    member_id: MemberId
    is_typing: bool


class Present(Value, frozen=True, kw_only=True):
    """Who of those who take part is there, and who of them is writing."""

    thread_id: ThreadId
    present: Sequence[MemberId]
    typing: Sequence[MemberId]


class Writer(NamedTuple):
    """Who writes where."""

    thread_id: ThreadId
    member_id: MemberId

    def typing(self, *, still: bool) -> Typing:
        """Return that they write, or write no more."""
        return Typing(thread_id=self.thread_id, member_id=self.member_id, is_typing=still)


def writer_of(name: str) -> Writer | None:
    """Return who writes where, if a name says that."""
    kind, _, rest = name.partition("/")
    thread_id, _, member_id = rest.partition("/")
    return Writer(ThreadId(thread_id), MemberId(member_id)) if kind == TYPING else None


class Following(Protocol):
    """Finds out who begins to write and who writes no more; see `adapters/presence/following.py`."""

    def rang(self) -> None:
        """Say that somebody has, in all processes."""

    def watch(
        self, tell: Callable[[str, Typing], None], watched: Callable[[], Collection[str]]
    ) -> None:
        """Call `tell` with a tenant and who begins to write there or writes no more, from a thread, for as long as
        any are `watched`.
        """


Signalled = Callable[[str, CarryReading], None]
"""Has whoever is on another channel told that somebody of a business writes; see `adapters/jobs/typing.py`."""


class Company:
    """Keeps who is there by names that say nothing of them but ids."""

    def __init__(
        self, presence: Presence, following: Following, signalled: Signalled, clock: Clock
    ) -> None:
        self._presence = presence
        self._following = following
        self._signalled = signalled
        self._clock = clock

    def writes_there(self, tenant: str, thread_id: ThreadId, thread: Thread) -> None:
        """Have whoever is on another channel told that somebody of the business writes, where that can be."""
        channel = CHANNELS.get(thread.channel)
        if channel is not None and channel.is_rich and thread.lines:
            reading = CarryReading(
                thread_id=thread_id, sequence=thread.last, channel=channel.name, is_typing=True
            )
            self._signalled(tenant, reading)

    def writes(self, tenant: str, thread_id: ThreadId, member_id: MemberId, *, still: bool) -> None:
        """Take somebody for writing in a conversation, or for writing no more."""
        now = self._clock()
        name = f"{TYPING}/{thread_id}/{member_id}"
        self._presence.seen(tenant, name, now + TYPING_LASTS if still else now)
        self._following.rang()

    def is_there(self, tenant: str, member_id: str) -> None:
        """Take somebody for present."""
        self._presence.seen(tenant, f"{THERE}/{member_id}", self._clock() + THERE_LASTS)

    def of(
        self, tenant: str, thread_id: ThreadId, members: Mapping[MemberId, Collection[MemberId]]
    ) -> Present:
        """Return who of these is there, by any of the names under which they are known, and who of them writes
        in this conversation.
        """
        names = {*self._presence.present(tenant)}
        there = [each for each, known in members.items() if _any_there(known, names)]
        return Present(
            thread_id=thread_id,
            present=there,
            typing=[each for each in members if f"{TYPING}/{thread_id}/{each}" in names],
        )


def _any_there(known: Collection[MemberId], names: Collection[str]) -> bool:
    return any(f"{THERE}/{each}" in names for each in known)


def audience_of(thread_id: ThreadId, past: Past) -> Collection[str]:
    """Return who takes part in a conversation."""
    return past.of(THREAD, thread_id).audience


def is_told(
    typing: Typing, audience: Collection[str], principal: Principal, wanted: Wanted
) -> bool:
    """Whether somebody is told who writes: another than they, where they may see what is said and would."""
    themselves = {str(each) for each in (principal.member_id, *principal.earlier_clients)}
    if typing.member_id in themselves or not _would(wanted, typing.thread_id):
        return False
    try:
        reach = principal.reach(Permission.THREADS_READ)
    except PermissionMissing:
        return False
    return reach.includes(member_id=tuple(audience))


def _would(wanted: Wanted, thread_id: ThreadId) -> bool:
    """Whether it is in what somebody would hear of: all of it, or of conversations, or of this one."""
    if wanted.types or (wanted.areas and AREAS.isdisjoint(wanted.areas)):
        return False
    if wanted.subjects and thread_id not in wanted.subjects:
        return False
    return all(field == "thread_id" and thread_id in ids for field, ids in wanted.named)
