"""Through what nothing of a business goes for a while: its account at a provider that is in trouble, or one of its
numbers of which a limit is reached. What waits for it fails nothing, and is tried again when that is over.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from application.operations.jobs import NotTakenError

ACCOUNT_TRIED_AFTER: Final = timedelta(minutes=1)
ACCOUNT_TRIED_WITHIN: Final = timedelta(minutes=15)
"""How soon an account in trouble is tried again: after one minute, then twice as long each time, up to this."""


class NumberLimitedError(NotTakenError):
    """So much goes by one of their numbers in a time, and no more now."""


class AccountTroubledError(NotTakenError):
    """The account is not good at present: somebody has to look after it. The provider says why by a `code`."""

    def __init__(self, code: str) -> None:
        super().__init__(f"code {code}", counts=False)
        self.code = code


class Pause(NamedTuple):
    """Until when, and after how many failures in a row."""

    until: datetime
    failures: int


class Pauses(Protocol):
    """Keeps them by name; see `adapters/jobs/pauses.py`."""

    def of(self, tenant: str, names: Sequence[str]) -> Mapping[str, Pause]:
        """Return those that there are, over or not."""

    def hold(self, tenant: str, name: str, *, now: datetime, until: datetime) -> None:
        """Let nothing go through it until then, unless somebody has said so already."""

    def lift(self, tenant: str, name: str) -> None:
        """Say that something has gone through it."""


def length_of(failures: int) -> timedelta:
    """Return how long an account is left alone after so many failures in a row."""
    return min(ACCOUNT_TRIED_AFTER * (1 << min(failures - 1, 10)), ACCOUNT_TRIED_WITHIN)
