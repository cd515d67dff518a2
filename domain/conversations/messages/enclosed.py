"""What is decided about media that were sent with a message, and about files that are given to whoever carries one."""

from collections.abc import Sequence

from domain.conversations.media import Media, MediaStatus
from domain.conversations.messages.message import Message
from domain.conversations.messages.messages import (
    FileHandedOver,
    GiveUpMedia,
    MediaAwaited,
    MediaFailed,
    MediaFetched,
    MessageEvent,
    MessagePosted,
    RecordUpload,
    TakeInMedia,
)


def awaited(posted: MessagePosted, media: Media) -> MediaAwaited:
    """Await what came with a message."""
    return MediaAwaited(
        message_id=posted.message_id,
        thread_id=posted.thread_id,
        kind=media.kind,
        channel=posted.channel,
        number=media.number,
        sha256=media.sha256,
        media_id=media.id,
        name=media.name,
    )


def take_in(command: TakeInMedia, message: Message) -> Sequence[MessageEvent]:
    """Have it, once; be it that it could not be had before. Of a message that was deleted nothing is kept."""
    if not is_wanted(message) or message.thread_id is None:
        return []
    return [
        MediaFetched(
            message_id=command.message_id, thread_id=message.thread_id, file_id=command.file_id
        )
    ]


def give_up(command: GiveUpMedia, message: Message) -> Sequence[MessageEvent]:
    """Say why it is not there."""
    if message.media is not MediaStatus.AWAITED or message.thread_id is None:
        return []
    return [
        MediaFailed(
            message_id=command.message_id, thread_id=message.thread_id, reason=command.reason
        )
    ]


def is_wanted(message: Message) -> bool:
    """Whether something was sent with it that is not here."""
    return message.media in (MediaStatus.AWAITED, MediaStatus.FAILED) and not message.deleted


def hand_over(command: RecordUpload, message: Message) -> Sequence[MessageEvent]:
    """Note what whoever carries it calls the file of a part."""
    if command.part in message.handed_over or message.thread_id is None:
        return []
    return [
        FileHandedOver(
            message_id=command.message_id,
            thread_id=message.thread_id,
            part=command.part,
            media_id=command.media_id,
        )
    ]
