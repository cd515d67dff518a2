"""The channels on which we carry what a business says, and what can be said on each. Of others, somebody else carries it
and reports.

WhatsApp takes what is said freely for 24 hours after somebody wrote last, by the same number and from the same
account (developers.facebook.com/docs/whatsapp/conversation-types).
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from domain.messages import Invalid, Value


class Channel(Value, frozen=True, kw_only=True):
    """`longest` is how many characters a text has at most; `open_for`, for how long after somebody wrote something
    can be said freely, where it cannot be at any time. What is made of a template that it `approves` can be.
    """

    name: str
    longest: int
    open_for: timedelta | None = None
    approves: bool = False


WHATSAPP: Final = Channel(
    name="whatsapp", longest=4_096, open_for=timedelta(hours=24), approves=True
)

CHANNELS: Final[Mapping[str, Channel]] = {each.name: each for each in (WHATSAPP,)}


class TooLongForChannel(Invalid):
    """So much can be said on this channel at once, and no more."""

    most: int


class FilesNotCarried(Invalid):
    """Files are not sent on this channel."""


def refuse_uncarried(channel: Channel, text: str | None, files: Sequence[str]) -> None:
    """Refuse what could not be sent there. Raises TooLongForChannel, FilesNotCarried."""
    if files:
        raise FilesNotCarried
    if len(text or "") > channel.longest:
        raise TooLongForChannel(most=channel.longest)
