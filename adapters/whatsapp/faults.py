"""What Meta says no to, sorted by what is to be done (developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes;
provider contract 2.1). What is said in Retry-After is kept to.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from application.conversations.carrying import MessageRefusedError
from application.conversations.providers.pauses import AccountTroubledError, NumberLimitedError
from application.conversations.whatsapp import STOPPED, STOPPED_FOR
from application.operations.jobs import NotTakenError
from domain.conversations.approvals import TemplateStatus

SOON: Final = timedelta()
LATER: Final[Mapping[int, timedelta]] = {
    131_016: SOON,
    131_057: timedelta(minutes=5),
    133_016: timedelta(hours=1),
    **dict.fromkeys(STOPPED, STOPPED_FOR),
}
"""Trouble of theirs, or this person is to be left alone, and how long that lasts at least."""

LIMITS: Final[Mapping[int, timedelta]] = {
    4: timedelta(minutes=1),
    80_007: timedelta(minutes=1),
    130_429: timedelta(seconds=5),
}
"""So much goes by one number, and no more for a while."""

PAIR: Final[Mapping[int, timedelta]] = {131_056: timedelta(seconds=6)}
"""So much goes from one number to one person: one message in six seconds, after some at once."""

ONCE_MORE: Final = 131_000
"""Something went wrong: it is tried once more, and no more; nor if it had to wait before."""

CLOSED: Final = 131_047
"""They have not written for 24 hours: only templates are taken."""

OF_TEMPLATES: Final = frozenset(
    {132_000, 132_001, 132_005, 132_007, 132_008, 132_012, 132_015, 132_016}
)
"""Codes that say that a template is not as it is sent, or is not sent at present."""

STANDS: Final = {
    132_001: TemplateStatus.MISSING,
    132_015: TemplateStatus.PAUSED,
    132_016: TemplateStatus.DISABLED,
}

ACCOUNT: Final = frozenset(
    {0, 3, 10, 190, *range(200, 300), 368, 130_497, 131_005, 131_031, 131_037, 131_042, 131_045}
) | {131_063}
"""The account is not good at present: somebody has to look after it."""


PASSING: Final = frozenset({*LATER, *LIMITS, *PAIR, ONCE_MORE}) - STOPPED
"""What passes by itself, whatever was asked."""


def refusal(code: int, retry_after: int | None, attempt: int) -> Exception:
    """Return what is raised when Meta has said no by this code at an attempt, and for how many seconds it is not to be
    asked again. All other codes are for good: the message, the template, the person or their consent is in the way.
    """
    said = timedelta(seconds=retry_after or 0)
    if code in ACCOUNT:
        return AccountTroubledError(str(code))
    if code in LIMITS:
        return NumberLimitedError(f"code {code}", after=max(LIMITS[code], said), counts=False)
    if code in PAIR:
        return NotTakenError(f"code {code}", after=max(PAIR[code], said), counts=False)
    if code in LATER or (code == ONCE_MORE and attempt == 1):
        return NotTakenError(f"code {code}", after=max(LATER.get(code, SOON), said) or None)
    return MessageRefusedError(
        str(code),
        closed=code == CLOSED,
        of_template=code in OF_TEMPLATES,
        stands=STANDS.get(code),
    )
