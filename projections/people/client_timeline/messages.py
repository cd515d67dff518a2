"""What was said between the business and one client, whoever of them said it."""

from typing import assert_never

from msgspec.structs import replace

from domain.conversations.messages import (
    MessageDeleted,
    MessageEdited,
    MessageFellBack,
    MessagePosted,
)
from projections.people.client_timeline.entries import EntryKind, TimelineEntry

OfMessage = MessagePosted | MessageEdited | MessageFellBack | MessageDeleted


def evolve(row: TimelineEntry | None, event: OfMessage) -> TimelineEntry | None:
    match event:
        case MessagePosted():
            return _said(event)
        case MessageEdited(text=text) | MessageFellBack(text=text):
            return row and replace(row, text=text)
        case MessageDeleted():
            return None
        case _:
            assert_never(event)


def _said(event: MessagePosted) -> TimelineEntry | None:
    if event.with_client is None:
        return None
    return TimelineEntry(
        id=event.message_id,
        client_id=event.with_client,
        kind=EntryKind.MESSAGE,
        text=event.text,
        author=event.author,
        files=event.files,
    )
