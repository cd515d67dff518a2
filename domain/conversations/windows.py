"""Windows: for how long something can be said on another channel, by the lines by which somebody wrote: which number of
the business, and what they are called there.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from domain.conversations.channels import Channel
from domain.conversations.templates import Offered
from domain.messages import DomainError, Invalid, Value
from domain.values import IdentityId

MOST_LINES: Final = 10
"""Of one conversation: those by which somebody wrote last."""


class WindowClosed(DomainError):
    """Nothing can be said freely on this channel any more: they have not written for 24 hours. These templates can
    be sent.
    """

    closed_at: datetime | None
    templates: Sequence[Offered]


class FallbackNotNamed(Invalid):
    """No template is named that could be sent instead, neither here nor in what is configured (`conversations`)."""


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


def is_open(channel: Channel, lines: Sequence[Line], *, now: datetime) -> bool:
    """Whether something can be said freely."""
    if channel.open_for is None:
        return True
    return bool(lines) and now < lines[-1].at + channel.open_for


def refuse_closed(channel: Channel, lines: Sequence[Line], *, now: datetime) -> None:
    """Refuse to say something freely once nobody has written for too long. Raises WindowClosed."""
    if not is_open(channel, lines, now=now):
        closed = lines[-1].at + channel.open_for if lines and channel.open_for else None
        raise WindowClosed(closed_at=closed, templates=())
