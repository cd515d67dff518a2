"""The channels on which we carry what a business says, and what can be said on each. Of others, somebody else carries it
and reports.

WhatsApp takes what is said freely for 24 hours after somebody wrote last, by the same number and from the same
account (developers.facebook.com/docs/whatsapp/conversation-types). An SMS is sent to a telephone number, also of
somebody who never wrote; of more than three parts some are lost on the way (labsmobile.com, concatenated SMS).
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from domain.conversations.choices import LONGEST_BODY, Choices, refuse_unclear_choices
from domain.conversations.texting import parts_of
from domain.messages import Invalid, Value
from domain.people.consents import ToldBy


class Channel(Value, frozen=True, kw_only=True):
    """`longest` is how many characters a text has at most, and `most_parts` in how many SMS it goes; `open_for`, for how
    long after somebody wrote something can be said freely, where it cannot be at any time. What is made of a template
    that it `approves` can be. On some people can be given `choices`, and hear of reactions and of what was read
    (`is_rich`). Whoever writes is known `by_number`, where that is what it is for. `told_by` is what people consent to.
    """

    name: str
    longest: int
    told_by: ToldBy | None = None
    open_for: timedelta | None = None
    approves: bool = False
    most_parts: int | None = None
    by_number: bool = False
    is_rich: bool = False


WHATSAPP: Final = Channel(
    name="whatsapp",
    longest=4_096,
    told_by=ToldBy.WHATSAPP,
    open_for=timedelta(hours=24),
    approves=True,
    is_rich=True,
)
SMS: Final = Channel(name="sms", longest=459, told_by=ToldBy.SMS, most_parts=3, by_number=True)

CHANNELS: Final[Mapping[str, Channel]] = {each.name: each for each in (WHATSAPP, SMS)}


class TooLongForChannel(Invalid):
    """So much can be said on this channel at once, and no more."""

    most: int


class TooManyParts(Invalid):
    """So many SMS are sent for one message, and no more."""

    parts: int
    most: int


class FilesNotCarried(Invalid):
    """Files are not sent on this channel."""


class ChoicesNotCarried(Invalid):
    """Nobody can choose from anything on this channel."""


def refuse_uncarried(
    channel: Channel, text: str | None, files: Sequence[str], choices: Choices | None = None
) -> None:
    """Refuse what could not be sent there. Raises TooLongForChannel, TooManyParts, FilesNotCarried, ChoicesUnclear."""
    if files:
        raise FilesNotCarried
    longest = LONGEST_BODY if choices else channel.longest
    if len(text or "") > longest:
        raise TooLongForChannel(most=longest)
    if channel.most_parts and (parts := len(parts_of(text or ""))) > channel.most_parts:
        raise TooManyParts(parts=parts, most=channel.most_parts)
    if choices is not None:
        refuse_unclear_choices(choices)


def refuse_choices(channel: Channel | None, choices: Choices | None) -> None:
    """Raise ChoicesNotCarried, where there are none to be had."""
    if choices is not None and not (channel and channel.is_rich):
        raise ChoicesNotCarried


def parts_on(channel: str, text: str | None) -> int | None:
    """Return in how many SMS a text goes on a channel; None where it goes otherwise."""
    known = CHANNELS.get(channel)
    return len(parts_of(text)) if text and known and known.most_parts else None
