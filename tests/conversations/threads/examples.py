"""One example of each message about conversations; a test states only what differs."""

from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec.structs import replace

from domain.business.users import Role, UserRegistered
from domain.conversations.approvals import AsApproved, Parameter
from domain.conversations.heard import (
    AmendHeard,
    AmendmentAwaited,
    AmendmentKind,
    HearPreference,
    MessageCarried,
    MessageHeard,
    MoveKnown,
    RecordCarried,
    ReplyAwaited,
    ReportCarried,
)
from domain.conversations.messages import (
    DeleteMessage,
    EditMessage,
    MessageDeleted,
    MessageEdited,
    MessageFellBack,
    MessageNamed,
    MessagePosted,
    MessageReacted,
    MessageReplied,
    MessageReported,
    MessageSentAgain,
    MessageStatus,
    PostMessage,
    React,
    ReportMessage,
    SendAgain,
    message_at,
)
from domain.conversations.participants import MemberId
from domain.conversations.reviews import REVIEWS_ID, TemplatesAsked, TemplatesHeard
from domain.conversations.scheduled import (
    CalledOff,
    CancelScheduled,
    MessageScheduled,
    ScheduledCancelled,
    ScheduledSent,
    ScheduleMessage,
    SendScheduled,
)
from domain.conversations.templates import TemplateId
from domain.conversations.threads import (
    AddMember,
    ArchiveThread,
    AssignThread,
    LabelThread,
    MarkRead,
    MemberJoined,
    MemberLeft,
    MessageAwaited,
    MessageAwaitedNoMore,
    MessageCounted,
    MessageDiscounted,
    OpenThread,
    ReadingMoved,
    RecipientStopped,
    RemoveMember,
    RenameThread,
    ReopenThread,
    ResolveThread,
    RestoreThread,
    SnoozeThread,
    Thread,
    ThreadArchived,
    ThreadAssigned,
    ThreadCarried,
    ThreadForm,
    ThreadLabelled,
    ThreadOpened,
    ThreadRenamed,
    ThreadReopened,
    ThreadResolved,
    ThreadRestored,
    ThreadSnoozed,
    ThreadStatus,
    WakeThread,
    thread_of,
)
from domain.messages import Event
from domain.people.channels import KnownOn
from domain.people.clients import ClientRegistered, ClientStatus
from domain.values import ClientId, Contact, HeardId, IdentityId, ScheduledId, ThreadId, UserId
from tests.in_memory import InMemory

now: Final = datetime(2026, 12, 1, 8, tzinfo=UTC)
later: Final = now + timedelta(days=1)
ana: Final = MemberId("user-0198c0de-0000-7000-8000-000000000001")
ben: Final = MemberId("user-0198c0de-0000-7000-8000-000000000002")
zoe: Final = MemberId("client-0198c0de-0000-7000-8000-000000000001")
tom: Final = MemberId("client-0198c0de-0000-7000-8000-000000000002")
PEOPLE: Final = (ana, ben, zoe, tom)

open_thread: Final = OpenThread(
    form=ThreadForm.DIRECT, opened_by=ana, members=(ana, zoe), seed="thread-1"
)
open_group: Final = OpenThread(
    form=ThreadForm.GROUP, opened_by=ana, members=(ana, zoe), seed="thread-2", title="Mariage"
)
thread_id: Final = thread_of(open_thread)
both: Final = (ana, zoe)
message_id: Final = message_at(thread_id, 1)

scheduled_id: Final = ScheduledId("scheduled-0198c0de-0000-7000-8000-000000000001")
schedule_message: Final = ScheduleMessage(
    scheduled_id=scheduled_id, thread_id=thread_id, author=ana, text="À demain !", send_at=later
)
send_scheduled: Final = SendScheduled(scheduled_id=scheduled_id)
cancel_scheduled: Final = CancelScheduled(scheduled_id=scheduled_id)
rename_thread: Final = RenameThread(thread_id=thread_id, title="Mariage")
add_member: Final = AddMember(thread_id=thread_id, member_id=ben)
remove_member: Final = RemoveMember(thread_id=thread_id, member_id=ben)
assign_thread: Final = AssignThread(thread_id=thread_id, assignee_id=UserId(ana))
label_thread: Final = LabelThread(thread_id=thread_id, labels=("mariage",))
snooze_thread: Final = SnoozeThread(thread_id=thread_id, until=later)
wake_thread: Final = WakeThread(thread_id=thread_id, until=later)
resolve_thread: Final = ResolveThread(thread_id=thread_id)
reopen_thread: Final = ReopenThread(thread_id=thread_id)
archive_thread: Final = ArchiveThread(thread_id=thread_id)
restore_thread: Final = RestoreThread(thread_id=thread_id)
mark_read: Final = MarkRead(thread_id=thread_id, member_id=zoe, sequence=1)
post_message: Final = PostMessage(
    thread_id=thread_id, author=ana, text="Bonjour Zoé", local_id="device-7"
)
edit_message: Final = EditMessage(message_id=message_id, by=ana, text="Bonjour Zoé !")
delete_message: Final = DeleteMessage(message_id=message_id, by=ana)
react: Final = React(message_id=message_id, member_id=zoe, emoji="👍")
report_message: Final = ReportMessage(message_id=message_id, status=MessageStatus.READ, at=later)

thread_opened: Final = ThreadOpened(
    thread_id=thread_id,
    at=now,
    form=ThreadForm.DIRECT,
    channel="app",
    audience=both,
    client_id=ClientId(zoe),
    title="Mariage",
)
thread_renamed: Final = ThreadRenamed(thread_id=thread_id, audience=both, title="Noces")
member_joined: Final = MemberJoined(
    thread_id=thread_id,
    member_id=ben,
    audience=(*both, ben),
    at=now,
    since=0,
    last=1,
    status=ThreadStatus.OPEN,
)
member_left: Final = MemberLeft(thread_id=thread_id, member_id=ben, audience=(*both, ben))
thread_assigned: Final = ThreadAssigned(thread_id=thread_id, audience=both, assignee_id=UserId(ana))
thread_labelled: Final = ThreadLabelled(thread_id=thread_id, audience=both, labels=("mariage",))
thread_snoozed: Final = ThreadSnoozed(thread_id=thread_id, audience=both, until=later)
thread_resolved: Final = ThreadResolved(thread_id=thread_id, audience=both, at=now)
thread_reopened: Final = ThreadReopened(thread_id=thread_id, audience=both, at=now)
thread_archived: Final = ThreadArchived(thread_id=thread_id, audience=both, at=now)
thread_restored: Final = ThreadRestored(thread_id=thread_id, audience=both)
message_counted: Final = MessageCounted(
    thread_id=thread_id, message_id=message_id, sequence=1, author=ana, audience=both, at=now
)
message_discounted: Final = MessageDiscounted(
    thread_id=thread_id, message_id=message_id, sequence=1, author=ana, audience=both
)
reading_moved: Final = ReadingMoved(
    thread_id=thread_id, member_id=zoe, audience=both, sequence=1, unread=0, at=now
)
recipient_stopped: Final = RecipientStopped(thread_id=thread_id, audience=both, until=later)
thread_carried: Final = ThreadCarried(
    thread_id=thread_id, thread=Thread(opened_at=now, title="Mariage", last=1)
)
message_awaited: Final = MessageAwaited(
    thread_id=thread_id, scheduled_id=scheduled_id, audience=(ana,), unless_answered=True
)
message_awaited_no_more: Final = MessageAwaitedNoMore(
    thread_id=thread_id, scheduled_id=scheduled_id, audience=(ana,)
)
message_scheduled: Final = MessageScheduled(
    scheduled_id=scheduled_id,
    thread_id=thread_id,
    author=ana,
    audience=(ana,),
    send_at=later,
    unless_answered=True,
    client_id=ClientId(zoe),
    text="À demain !",
)
scheduled_sent: Final = ScheduledSent(
    scheduled_id=scheduled_id, thread_id=thread_id, message_id=message_id
)
scheduled_cancelled: Final = ScheduledCancelled(
    scheduled_id=scheduled_id, thread_id=thread_id, reason=CalledOff.ANSWERED
)
message_heard: Final = MessageHeard(
    heard_id=HeardId("heard-0198c0de-0000-7000-8000-000000000001"), message_id=message_id
)
templates_asked: Final = TemplatesAsked(id=REVIEWS_ID, number=1, at=now)
templates_heard: Final = TemplatesHeard(
    id=REVIEWS_ID,
    number=1,
    at=now,
    claims=("claim-0198c0de-0000-7000-8000-000000000001",),
    left_out=1,
)
carried_id: Final = HeardId("heard-0198c0de-0000-7000-8000-000000000002")
message_carried: Final = MessageCarried(heard_id=carried_id, message_id=message_id)
record_carried: Final = RecordCarried(heard_id=carried_id, message_id=message_id, at=now)
amend_heard: Final = AmendHeard(
    heard_id=HeardId("heard-0198c0de-0000-7000-8000-000000000003"),
    amendment_id=HeardId("heard-0198c0de-0000-7000-8000-000000000004"),
    kind=AmendmentKind.EDIT,
    identities=(IdentityId("identity-0198c0de-0000-7000-8000-000000000001"),),
    at=now,
    text="Bonsoir Ana",
)
amendment_awaited: Final = AmendmentAwaited(
    heard_id=amend_heard.heard_id,
    amendment_id=amend_heard.amendment_id,
    kind=AmendmentKind.EDIT,
    guest_identities=amend_heard.identities,
    at=now,
    text="Bonsoir Ana",
)
reply_awaited: Final = ReplyAwaited(heard_id=amend_heard.heard_id, message_id=message_id)
move_known: Final = MoveKnown(
    heard_id=HeardId("heard-0198c0de-0000-7000-8000-000000000005"),
    channel="whatsapp",
    known=(KnownOn(channel="whatsapp", id="33612345678", identity_id=amend_heard.identities[0]),),
    at=now,
    text="Zoé changed",
)
hear_preference: Final = HearPreference(
    channel="whatsapp", known=move_known.known, wants=False, at=now, words="stop"
)
report_carried: Final = ReportCarried(
    heard_id=carried_id, status=MessageStatus.READ, at=later, message_id=message_id
)
message_posted: Final = MessagePosted(
    message_id=message_id,
    thread_id=thread_id,
    sequence=1,
    author=zoe,
    audience=both,
    at=now,
    client_id=ClientId(zoe),
    with_client=ClientId(zoe),
    local_id="device-7",
    text="Bonjour Ana",
)
message_named: Final = MessageNamed(
    message_id=message_id, thread_id=thread_id, name="wamid.HBgLMzM2MTIzNDU2Nzg"
)
message_replied: Final = MessageReplied(
    message_id=message_id, thread_id=thread_id, reply_to=message_at(thread_id, 2)
)
message_edited: Final = MessageEdited(
    message_id=message_id, thread_id=thread_id, at=later, text="Bonsoir Ana"
)
message_fell_back: Final = MessageFellBack(
    message_id=message_id,
    thread_id=thread_id,
    at=later,
    template_id=TemplateId("message-template-0198c0de-0000-7000-8000-000000000001"),
    language="fr",
    text="Bonjour Ana, nous avons une réponse pour vous.",
    approved=AsApproved(name="suite", code="fr", parameters=(Parameter(value="Ana"),)),
)
message_deleted: Final = MessageDeleted(message_id=message_id, thread_id=thread_id, at=later)
message_reacted: Final = MessageReacted(
    message_id=message_id, thread_id=thread_id, member_id=ana, emoji="👍"
)
send_again: Final = SendAgain(message_id=message_id, by=ana)
message_sent_again: Final = MessageSentAgain(
    message_id=message_id, thread_id=thread_id, by=ana, at=later, channel="whatsapp"
)
message_reported: Final = MessageReported(
    message_id=message_id, thread_id=thread_id, status=MessageStatus.READ, at=later
)


def group_named(seed: str) -> ThreadId:
    """Return which conversation comes of an order with this seed."""
    return thread_of(replace(open_group, seed=seed))


def there(past: InMemory) -> InMemory:
    """Let all of these people be here."""
    for user in (ana, ben):
        past.record(user, _user(UserId(user)))
    for client in (zoe, tom):
        past.record(client, _client(ClientId(client)))
    return past


def _user(user_id: UserId) -> Event:
    roles = (Role.FRONT_DESK,)
    return UserRegistered(user_id=user_id, name="Ana", email="ana@example.org", roles=roles)


def _client(client_id: ClientId) -> Event:
    status = ClientStatus.ACTIVE
    return ClientRegistered(client_id=client_id, contact=Contact(name="Zoé"), status=status)
