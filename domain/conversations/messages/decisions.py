"""What is decided about a message."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from domain.conversations.messages.message import MESSAGE, Message, Progress, evolve
from domain.conversations.messages.messages import (
    ARRIVED,
    IN_APP,
    PROGRESS,
    DeleteMessage,
    EditMessage,
    FallBack,
    Mark,
    MessageDeleted,
    MessageEdited,
    MessageEvent,
    MessageFellBack,
    MessageKind,
    MessageNamed,
    MessagePosted,
    MessageReacted,
    MessageReplied,
    MessageReported,
    MessageSentAgain,
    MessageStatus,
    PartReported,
    PostMessage,
    React,
    ReportMessage,
    SendAgain,
)
from domain.conversations.messages.refusals import (
    ChangedTooManyTimes,
    ForTheBusiness,
    MentionedNotThere,
    MessageIsDeleted,
    MessageIsNotStuck,
    MessageIsOld,
    MessageNotFound,
    NotYourMessage,
    SaidTwice,
    SaysNothing,
    TooManyReactions,
)
from domain.conversations.participants import (
    OURSELVES,
    PHONE,
    Audience,
    MemberId,
    client_of,
    is_staff,
)
from domain.conversations.templates import FilledIn, FromTemplate
from domain.values import ClientId, MessageId, ThreadId, derived_id

EDITABLE: Final = timedelta(days=1)
"""So long words may be changed: whoever quotes them should not have to fear for ever."""

MOST_REACTIONS: Final = 20
MOST_EDITS: Final = 20


def message_at(thread_id: ThreadId, sequence: int) -> MessageId:
    """Name the message at a place of a thread: so there is one, whoever writes at the same moment."""
    return MessageId(derived_id(MESSAGE.kind, thread_id, str(sequence)))


def post(
    command: PostMessage,
    sequence: int,
    audience: Audience,
    channel: str,
    with_client: ClientId | None,
    *,
    now: datetime,
    filled_in: FilledIn | None = None,
    fallback: FilledIn | None = None,
) -> MessagePosted:
    """Let something be said at a place of a thread, for all to see who may; `filled_in` is what was made of its
    template, and `fallback` of that which may have to be sent instead. Raises ForTheBusiness, where a client would speak as
    the business does, MentionedNotThere, where somebody is mentioned who does not see it, SaysNothing and SaidTwice.
    """
    has_more = bool(command.files or command.media)
    refuse_unclear(command.text, command.template, has_more=has_more)
    as_business = command.kind is not MessageKind.TEXT or command.template is not None
    if as_business and command.name is None and not is_staff(command.author):
        raise ForTheBusiness
    if any(each not in audience for each in command.mentions):
        raise MentionedNotThere
    return MessagePosted(
        message_id=message_at(command.thread_id, sequence),
        thread_id=command.thread_id,
        sequence=sequence,
        author=command.author,
        audience=audience,
        at=now,
        kind=command.kind,
        status=_status_of(command, channel),
        channel=channel,
        client_id=client_of(command.author),
        with_client=None if command.kind is MessageKind.NOTE else with_client,
        reply_to=command.reply_to,
        mentions=command.mentions,
        files=command.files,
        template_id=command.template.id if command.template else None,
        language=filled_in.language if filled_in else None,
        said_at=command.line.at if command.line else None,
        local_id=command.local_id,
        text=filled_in.text if filled_in else command.text,
        approved=filled_in.approved if filled_in else None,
        notice=command.notice,
        name=command.name,
        payload=command.payload,
        choices=command.choices,
        fallback=fallback,
    )


def refuse_unclear(
    text: str | None, template: FromTemplate | None, *, has_more: bool = False
) -> None:
    """Refuse what says nothing, and has nothing with it, or says two things. Raises SaysNothing, SaidTwice."""
    if template is None and text is None and not has_more:
        raise SaysNothing
    if template is not None and text is not None:
        raise SaidTwice


def _status_of(command: PostMessage, channel: str) -> MessageStatus:
    """Return how far a message has come as it is said: what goes out on another channel has yet to be carried there,
    and so has what we say ourselves.
    """
    is_said = command.kind is MessageKind.TEXT or (
        command.kind is MessageKind.SYSTEM and command.author == OURSELVES
    )
    goes_out = channel != IN_APP and is_staff(command.author) and is_said
    if command.author == PHONE:
        return MessageStatus.SENT
    return MessageStatus.QUEUED if goes_out else MessageStatus.DELIVERED


def edit(command: EditMessage, message: Message, *, now: datetime) -> Sequence[MessageEvent]:
    """Let it say something else. Raises what each refusal says of itself."""
    thread_id, at = _in_thread(message)
    _refuse_deleted(message)
    if message.author != command.by:
        raise NotYourMessage
    if now - at > EDITABLE:
        raise MessageIsOld(editable_until=at + EDITABLE)
    if message.edits >= MOST_EDITS:
        raise ChangedTooManyTimes(most=MOST_EDITS)
    return [
        MessageEdited(message_id=command.message_id, thread_id=thread_id, at=now, text=command.text)
    ]


def amend(message_id: MessageId, text: str, mark: Mark, message: Message) -> Sequence[MessageEvent]:
    """Let it say what its provider says that it says, unless that is known to be older than what it says."""
    thread_id, _ = _in_thread(message)
    if message.deleted or (message.edited is not None and mark <= message.edited):
        return []
    return [
        MessageEdited(message_id=message_id, thread_id=thread_id, at=mark.at, text=text, mark=mark)
    ]


def name(message_id: MessageId, called: str, message: Message) -> Sequence[MessageEvent]:
    """Note what its provider calls it."""
    thread_id, _ = _in_thread(message)
    if message.is_named:
        return []
    return [MessageNamed(message_id=message_id, thread_id=thread_id, name=called)]


def reply(
    message_id: MessageId, message: Message, to: MessageId, other: Message
) -> Sequence[MessageEvent]:
    """Note to what it replies, where that is in the same conversation."""
    thread_id, _ = _in_thread(message)
    if message.reply_to is not None or other.thread_id != thread_id:
        return []
    return [MessageReplied(message_id=message_id, thread_id=thread_id, reply_to=to)]


def fall_back(command: FallBack, message: Message, *, now: datetime) -> Sequence[MessageEvent]:
    """Let it say what can be said yet, unless they have it."""
    if message.thread_id is None or message.deleted or message.status in ARRIVED:
        return []
    return [
        MessageFellBack(
            message_id=command.message_id,
            thread_id=message.thread_id,
            at=now,
            template_id=command.said.template_id,
            language=command.said.language,
            text=command.said.text,
            approved=command.said.approved,
        )
    ]


def delete(command: DeleteMessage, message: Message, *, now: datetime) -> Sequence[MessageEvent]:
    """Take it back. Raises NotYourMessage."""
    thread_id, _ = _in_thread(message)
    if command.by is not None and message.author != command.by:
        raise NotYourMessage
    if message.deleted:
        return []
    return [MessageDeleted(message_id=command.message_id, thread_id=thread_id, at=now)]


def react(command: React, message: Message) -> Sequence[MessageEvent]:
    """Let somebody react, who sees it. Raises MessageNotFound."""
    thread_id, _ = _in_thread(message)
    _refuse_deleted(message)
    known = message.reactions.get(command.member_id)
    if _is_told_already(command, message) or (known == command.emoji and command.mark is None):
        return []
    if known is None and len(message.reactions) >= MOST_REACTIONS:
        raise TooManyReactions(most=MOST_REACTIONS)
    return [
        MessageReacted(
            message_id=command.message_id,
            thread_id=thread_id,
            member_id=command.member_id,
            emoji=command.emoji,
            mark=command.mark,
            channel=message.channel,
        )
    ]


def _is_told_already(command: React, message: Message) -> bool:
    """Whether their provider has told this, or something that came after it."""
    mark = message.reacted.get(command.member_id)
    return command.mark is not None and mark is not None and command.mark <= mark


STUCK: Final = frozenset({MessageStatus.UNCERTAIN, MessageStatus.FAILED})


def send_again(command: SendAgain, message: Message, *, now: datetime) -> Sequence[MessageEvent]:
    """Let it wait for whoever carries it once more. Raises MessageIsNotStuck, MessageIsDeleted."""
    thread_id, _ = _in_thread(message)
    _refuse_deleted(message)
    if message.status not in STUCK:
        raise MessageIsNotStuck(current_status=message.status)
    return [
        MessageSentAgain(
            message_id=command.message_id,
            thread_id=thread_id,
            by=command.by,
            at=now,
            channel=message.channel,
            parts=message.parts,
        )
    ]


def report(command: ReportMessage, message: Message) -> Sequence[MessageEvent]:
    """Take in how far it has come, in whatever order that is told, and however often. A notice is told otherwise once:
    when it fails first.
    """
    thread_id, _ = _in_thread(message)
    part = command.part if message.parts > 1 else None
    if not _follows(command, message.progress_of(part), message.sent_again_at):
        return []
    if part is not None:
        return _part_reported(command, part, thread_id, message) if part < message.parts else []
    fails_first = command.status is MessageStatus.FAILED and not message.has_failed
    return [
        MessageReported(
            message_id=command.message_id,
            thread_id=thread_id,
            status=command.status,
            at=command.at,
            reason=command.reason,
            notice=message.notice if fails_first else None,
        )
    ]


def _part_reported(
    command: ReportMessage, part: int, thread_id: ThreadId, message: Message
) -> Sequence[MessageEvent]:
    """Say how far a part has come, and the message, where that is further than before, or no more."""
    told = PartReported(
        message_id=command.message_id,
        thread_id=thread_id,
        part=part,
        status=command.status,
        at=command.at,
        reason=command.reason,
    )
    least = evolve(message, told).least
    if least is message.status:
        return [told]
    all_of_it = MessageReported(
        message_id=command.message_id,
        thread_id=thread_id,
        status=least,
        at=command.at,
        reason=command.reason if least is command.status else None,
    )
    return [told, all_of_it]


def _follows(report: ReportMessage, known: Progress, sent_again_at: datetime | None) -> bool:
    """Whether it is news. What has arrived has not failed; what has failed may have arrived later, by the same
    clock, and nothing less shows that. Of what was sent again nothing counts that is older, but that it has arrived.
    """
    if report.status not in ARRIVED and _is_older(report.at, sent_again_at):
        return False
    if known.status is MessageStatus.FAILED:
        assert known.failed_at is not None, "whoever says that it failed says when"
        return report.status in ARRIVED and report.at >= known.failed_at
    if report.status is MessageStatus.FAILED:
        return known.status not in ARRIVED
    return PROGRESS.index(report.status) > PROGRESS.index(known.status)


def _is_older(at: datetime, sent_again_at: datetime | None) -> bool:
    """Whether it was before it was sent again: whoever carries it counts in seconds."""
    return sent_again_at is not None and at < sent_again_at.replace(microsecond=0)


def is_unread_by(member_id: MemberId, message: Message) -> bool:
    """Whether it is one that somebody would have to read."""
    return not message.deleted and message.author != member_id and member_id in message.audience


def is_seen_by(member_id: MemberId, message: Message) -> bool:
    """Whether a member sees it: who was there then; and whoever works here sees all that was said before."""
    return is_staff(member_id) or member_id in message.audience


def refuse_unseen(message: Message, member_id: MemberId) -> None:
    """Raise MessageNotFound for whoever cannot see it."""
    _in_thread(message)
    if not is_seen_by(member_id, message):
        raise MessageNotFound


def _in_thread(message: Message) -> tuple[ThreadId, datetime]:
    if message.thread_id is None or message.at is None:
        raise MessageNotFound
    return message.thread_id, message.at


def _refuse_deleted(message: Message) -> None:
    if message.deleted:
        raise MessageIsDeleted
