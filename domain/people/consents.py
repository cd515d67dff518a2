"""What people consent to: by which channel they are told of what, since when, and how that is known.

Notices about their own bookings go by mail unless somebody says that they do not want them; by WhatsApp or SMS, and
whatever is marketing, only to whom agreed to it (GDPR 6 and 7, ePrivacy directive 13; Meta's business policy asks for
an opt-in to whatever it carries).
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.messages import Value
from domain.values import UserId


class ToldBy(StrEnum):
    """The channels by which somebody can be told something."""

    MAIL = "mail"
    WHATSAPP = "whatsapp"
    SMS = "sms"


class ToldOf(StrEnum):
    """What somebody is told of."""

    NOTICES = "notices"
    """About their own bookings: confirmed, changed, cancelled, soon."""
    MARKETING = "marketing"


class How(StrEnum):
    """How somebody said what they want."""

    THEMSELVES = "themselves"
    """They were logged in."""
    DESK = "desk"
    """Who works here says so."""
    WORD = "word"
    """They wrote a word for it, such as STOP."""
    PROVIDER = "provider"
    """Whoever carries messages reports it."""


class Proof(Value, frozen=True, kw_only=True):
    """`where` they said it: a page, a sheet of paper, a number. `words`: what they agreed to, or what they wrote."""

    where: str | None = None
    words: str | None = None


class Consent(Value, frozen=True, kw_only=True):
    """What somebody said last about being told of something by a channel; `by` whom it was noted. `had_agreed`: whether
    they had agreed to it before they opted out.
    """

    channel: ToldBy
    purpose: ToldOf
    agreed: bool
    how: How
    at: datetime
    by: UserId | None = None
    proof: Proof | None = None
    had_agreed: bool = False

    def is_about(self, channel: ToldBy, purpose: ToldOf) -> bool:
        """Whether it is about being told of this, by this."""
        return (self.channel, self.purpose) == (channel, purpose)


EVERY_PURPOSE: Final = tuple(ToldOf)

UNLESS_REFUSED: Final = frozenset({(ToldBy.MAIL, ToldOf.NOTICES)})
"""What people are told unless they opt out."""
