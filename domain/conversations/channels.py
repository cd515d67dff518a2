"""The channels on which we carry what a business says, and what can be said on each. Of others, somebody else carries it
and reports.

WhatsApp takes what is said freely for 24 hours after somebody wrote last, by the same number and from the same
account (developers.facebook.com/docs/whatsapp/conversation-types).
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from domain.conversations.choices import LONGEST_BODY, Choices, refuse_unclear_choices
from domain.messages import Invalid, Value


class Channel(Value, frozen=True, kw_only=True):
    """`longest` is how many characters a text has at most; `open_for`, for how long after somebody wrote something
    can be said freely, where it cannot be at any time. What is made of a template that it `approves` can be. On some
    people can be given `choices`, and hear of reactions and of what was read (`is_rich`).
    """

    name: str
    longest: int
    open_for: timedelta | None = None
    approves: bool = False
    is_rich: bool = False


WHATSAPP: Final = Channel(
    name="whatsapp", longest=4_096, open_for=timedelta(hours=24), approves=True, is_rich=True
)

CHANNELS: Final[Mapping[str, Channel]] = {each.name: each for each in (WHATSAPP,)}


class TooLongForChannel(Invalid):
    """So much can be said on this channel at once, and no more."""

    most: int


class FilesNotCarried(Invalid):
    """Files are not sent on this channel."""


class ChoicesNotCarried(Invalid):
    """Nobody can choose from anything on this channel."""


def refuse_uncarried(
    channel: Channel, text: str | None, files: Sequence[str], choices: Choices | None = None
) -> None:
    """Refuse what could not be sent there. Raises TooLongForChannel, FilesNotCarried, ChoicesUnclear."""
    if files:
        raise FilesNotCarried
    longest = LONGEST_BODY if choices else channel.longest
    if len(text or "") > longest:
        raise TooLongForChannel(most=longest)
    if choices is not None:
        refuse_unclear_choices(choices)


def refuse_choices(channel: Channel | None, choices: Choices | None) -> None:
    """Raise ChoicesNotCarried, where there are none to be had."""
    if choices is not None and not (channel and channel.is_rich):
        raise ChoicesNotCarried
