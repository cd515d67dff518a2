"""By what name of ours whoever carries a message, or a part of one, tells how far it has come."""

import re
from typing import Final, NamedTuple

from domain.conversations.messages import MESSAGE
from domain.fields import ID
from domain.values import MessageId

OURS: Final = re.compile(f"(?P<id>{MESSAGE.kind}-{ID})(/(?P<part>[0-9]{{1,2}}))?")


class Part(NamedTuple):
    """A message of ours, if it is one, and which part of it, if it has several."""

    message_id: MessageId | None = None
    part: int | None = None


def called(message_id: MessageId, part: int | None) -> str:
    """Name it."""
    return message_id if part is None else f"{message_id}/{part}"


def named(said: str | None) -> Part:
    """Return what is named so.

    >>> named("message-0198c0de-0000-7000-8000-000000000001/2").part
    2
    """
    found = OURS.fullmatch(said) if said else None
    if found is None:
        return Part()
    return Part(MessageId(found["id"]), int(found["part"]) if found["part"] else None)
