"""Windows: for how long something can be said on another channel, by the lines by which somebody wrote: which number of
the business, and what they are called there.

WhatsApp takes what the business says freely for 24 hours after somebody wrote last, by the same number and from the
same account (developers.facebook.com/docs/whatsapp/conversation-types).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from domain.messages import DomainError, Invalid, Value
from domain.values import IdentityId

WHATSAPP: Final = "whatsapp"
OPEN_FOR: Final = timedelta(hours=24)
LONGEST: Final = 4_096
"""Characters of a text."""

MOST_LINES: Final = 10
"""Of one conversation: those by which somebody wrote last."""


class WindowClosed(DomainError):
    """Nothing can be said freely on this channel any more: they have not written for 24 hours."""

    closed_at: datetime | None


class TooLongForChannel(Invalid):
    """So much can be said on this channel at once, and no more."""

    most: int


class FilesNotCarried(Invalid):
    """Files are not sent on this channel."""


class Line(Value, frozen=True, kw_only=True):
    """`number` is what the provider calls the business's; `at` when somebody wrote by it, by the provider's clock."""

    number: str
    identity_id: IdentityId
    at: datetime

    def is_same(self, other: "Line") -> bool:
        """Whether it is between the same two."""
        return (self.number, self.identity_id) == (other.number, other.identity_id)


Lines = tuple[Line, ...]
"""The one by which somebody wrote last comes last."""


def heard_by(lines: Lines, line: Line) -> Lines:
    """Return the lines after somebody has written by one, however late that is heard."""
    known = next((each for each in lines if each.is_same(line)), line)
    newest = line if line.at >= known.at else known
    others = [each for each in lines if not each.is_same(line)]
    return tuple(sorted((*others, newest), key=lambda each: each.at)[-MOST_LINES:])


def is_open(lines: Sequence[Line], *, now: datetime) -> bool:
    """Whether something can be said freely."""
    return bool(lines) and now < lines[-1].at + OPEN_FOR


def refuse_closed(lines: Sequence[Line], *, now: datetime) -> Line:
    """Return by which line somebody is answered. Raises WindowClosed."""
    if not is_open(lines, now=now):
        raise WindowClosed(closed_at=lines[-1].at + OPEN_FOR if lines else None)
    return lines[-1]


def refuse_uncarried(text: str | None, files: Sequence[str]) -> None:
    """Refuse what could not be sent there. Raises TooLongForChannel, FilesNotCarried."""
    if files:
        raise FilesNotCarried
    if len(text or "") > LONGEST:
        raise TooLongForChannel(most=LONGEST)
