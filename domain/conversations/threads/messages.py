"""What may be asked of a thread, what can happen to it, and why not."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.conversations.messages import IN_APP
from domain.conversations.participants import Audience, Member, MemberId
from domain.conversations.windows import Line, Lines
from domain.messages import (
    Bookkeeping,
    Command,
    DomainError,
    Event,
    Invalid,
    Missing,
    Personal,
    Value,
)
from domain.values import ClientId, MessageId, ScheduledId, ThreadId, UserId

MOST_MEMBERS: Final = 50
MOST_LABELS: Final = 20


class ThreadForm(StrEnum):
    """Between whom it is: two, several who were named, or somebody and a department."""

    DIRECT = "direct"
    GROUP = "group"
    DEPARTMENT = "department"


class ThreadStatus(StrEnum):
    """Whether somebody has to do something about it."""

    OPEN = "open"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


# --- What may be asked ----------------------------------------------------------------


class OpenThread(Command, frozen=True):
    """`thread_id` follows from the two, where it is direct: so there is one between them, whoever writes first.
    `seed` is of this order alone; `text` is what is said at once.
    """

    form: ThreadForm
    opened_by: MemberId
    members: tuple[MemberId, ...]
    seed: str
    channel: str = IN_APP
    title: str | None = None
    department_id: str | None = None
    text: str | None = None


class RenameThread(Command, frozen=True):
    thread_id: ThreadId
    title: str | None


class AddMember(Command, frozen=True):
    thread_id: ThreadId
    member_id: MemberId


class RemoveMember(Command, frozen=True):
    thread_id: ThreadId
    member_id: MemberId


class AssignThread(Command, frozen=True):
    """Who is to answer. Whoever takes it over names themselves."""

    thread_id: ThreadId
    assignee_id: UserId | None


class LabelThread(Command, frozen=True):
    """Let it have these labels, and no others."""

    thread_id: ThreadId
    labels: tuple[str, ...]


class SnoozeThread(Command, frozen=True):
    """Let nobody have to do anything about it until then, or until somebody answers."""

    thread_id: ThreadId
    until: datetime


class WakeThread(Command, frozen=True):
    """It is the time until which it was snoozed."""

    thread_id: ThreadId
    until: datetime


class ResolveThread(Command, frozen=True):
    thread_id: ThreadId


class ReopenThread(Command, frozen=True):
    thread_id: ThreadId


class ArchiveThread(Command, frozen=True):
    """Put it out of sight. Whoever writes again has it back."""

    thread_id: ThreadId


class RestoreThread(Command, frozen=True):
    thread_id: ThreadId


class MarkRead(Command, frozen=True):
    """Somebody has read all up to this message. Back again it does not go."""

    thread_id: ThreadId
    member_id: MemberId
    sequence: int


# --- What can happen ------------------------------------------------------------------


class ThreadOpened(Event, frozen=True):
    """`client_id` is with whom it is, if it is with one client: the title is about them."""

    thread_id: ThreadId
    at: datetime
    form: ThreadForm
    channel: str
    audience: Audience
    client_id: ClientId | None = None
    department_id: str | None = None
    title: Personal[str | None] = None


class ThreadRenamed(Event, frozen=True):
    thread_id: ThreadId
    audience: Audience
    title: Personal[str | None] = None


class MemberJoined(Event, frozen=True):
    """`audience` is who is there then. They find it in this `status`, with so many messages, of which they
    see those behind `since`.
    """

    thread_id: ThreadId
    member_id: MemberId
    audience: Audience
    at: datetime
    since: int
    last: int
    status: ThreadStatus
    archived: bool = False


class MemberLeft(Event, frozen=True):
    """They are told of it, too."""

    thread_id: ThreadId
    member_id: MemberId
    audience: Audience


class ThreadAssigned(Event, frozen=True):
    thread_id: ThreadId
    audience: Audience
    assignee_id: UserId | None = None


class ThreadLabelled(Event, frozen=True):
    thread_id: ThreadId
    audience: Audience
    labels: tuple[str, ...] = ()


class ThreadSnoozed(Event, frozen=True):
    thread_id: ThreadId
    audience: Audience
    until: datetime


class ThreadResolved(Event, frozen=True):
    thread_id: ThreadId
    audience: Audience
    at: datetime


class ThreadReopened(Event, frozen=True):
    """By a person, by an answer, or since the time had come."""

    thread_id: ThreadId
    audience: Audience
    at: datetime


class ThreadArchived(Event, frozen=True):
    thread_id: ThreadId
    audience: Audience
    at: datetime


class ThreadRestored(Event, frozen=True):
    thread_id: ThreadId
    audience: Audience


class MessageCounted(Event, frozen=True):
    """A message has the next place. Whoever may see it has one more to read, but its author; and nobody has, if
    it is `quiet`. It came by a `line`, if it came from outside on another channel.
    """

    thread_id: ThreadId
    message_id: MessageId
    sequence: int
    author: MemberId
    audience: Audience
    at: datetime
    quiet: bool = False
    line: Line | None = None


class MessageDiscounted(Event, frozen=True):
    """A message was deleted: who has not read it has one less to read."""

    thread_id: ThreadId
    message_id: MessageId
    sequence: int
    author: MemberId
    audience: Audience


class ReadingMoved(Event, frozen=True):
    """Somebody has read up to this message, and behind it there are so many unread."""

    thread_id: ThreadId
    member_id: MemberId
    audience: Audience
    sequence: int
    unread: int
    at: datetime
    channel: str = IN_APP


class MessageAwaited(Event, frozen=True):
    """A message is to be said later; `unless_answered` it is cancelled once somebody from outside writes."""

    thread_id: ThreadId
    scheduled_id: ScheduledId
    audience: Audience
    unless_answered: bool = False


class MessageAwaitedNoMore(Event, frozen=True):
    """It was said, or cancelled."""

    thread_id: ThreadId
    scheduled_id: ScheduledId
    audience: Audience


class Thread(Value, frozen=True, kw_only=True):
    """What a thread remembers: counts, members, and how far they have read; none of its messages. `scheduled`
    says what is to be said later, and whether an answer cancels it; `lines` are those by which somebody wrote,
    and until `stopped_until` the channel takes nothing for them.
    """

    opened_at: datetime | None = None
    form: ThreadForm = ThreadForm.DIRECT
    channel: str = IN_APP
    department_id: str | None = None
    client_id: ClientId | None = None
    title: Personal[str | None] = None
    members: Mapping[MemberId, Member] = {}
    status: ThreadStatus = ThreadStatus.OPEN
    snoozed_until: datetime | None = None
    archived: bool = False
    assignee_id: UserId | None = None
    labels: tuple[str, ...] = ()
    last: int = 0
    scheduled: Mapping[ScheduledId, bool] = {}
    lines: Lines = ()
    stopped_until: datetime | None = None
    since_carried: int = 0

    @property
    def audience(self) -> Audience:
        """Return who is there."""
        return tuple(self.members)


class RecipientStopped(Bookkeeping, frozen=True):
    """The channel takes nothing more for whoever it is with until then."""

    thread_id: ThreadId
    audience: Audience
    until: datetime


class ThreadCarried(Bookkeeping, frozen=True):
    """What the thread has come to, so that nobody has to read on from its beginning: see decision 0054."""

    thread_id: ThreadId
    thread: Thread


Told = (
    ThreadOpened
    | ThreadRenamed
    | MemberJoined
    | MemberLeft
    | ThreadAssigned
    | ThreadLabelled
    | ThreadSnoozed
    | ThreadResolved
    | ThreadReopened
    | ThreadArchived
    | ThreadRestored
    | MessageCounted
    | MessageDiscounted
    | ReadingMoved
    | MessageAwaited
    | MessageAwaitedNoMore
    | RecipientStopped
)
ThreadEvent = Told | ThreadCarried

# --- Why it may be refused ------------------------------------------------------------


class ThreadNotFound(Missing):
    """There is no conversation by this id that you take part in."""


class ThreadIsArchived(DomainError):
    """The conversation is archived; restore it first."""


class ThreadIsDirect(DomainError):
    """A conversation of two stays one of two; open one with several instead."""


class NotEnoughMembers(Invalid):
    """A conversation is between two at least, and a direct one between two."""

    least: int


class TooManyMembers(DomainError):
    """So many can take part in one conversation, and no more."""

    most: int


class NotAMember(Missing):
    """They do not take part in this conversation."""


class MembersNotFound(Missing):
    """Somebody who is named is not here: they are unknown, or work here no more."""

    member_id: str


class SnoozedIntoThePast(Invalid):
    """A conversation can be snoozed until a time to come, within a year."""


class AssigneeNotFound(Missing):
    """Who is to answer does not work here."""
