"""Who is there is told by what they write now and then, and who has died by their silence.

Whoever looks goes by a clock of their own that nobody sets: were it PostgreSQL's, all who are alive
would look dead when it is a day ahead, and who died meanwhile alive for a day when it is right again.
"""

import time
from collections.abc import Callable, Hashable, Iterable
from datetime import timedelta
from typing import Generic, TypeVar

Sign = TypeVar("Sign", bound=Hashable)
"""What somebody wrote last: another one each time."""


class Silence(Generic[Sign]):
    """What one process has seen of the others. Nobody is silent for as long as it did not look
    itself, be it that PostgreSQL was away: neither could they write then.
    """

    def __init__(self, lasts: timedelta, seconds: Callable[[], float] = time.monotonic) -> None:
        self._lasts = lasts.total_seconds()
        self._seconds = seconds
        self._since: dict[Sign, float] = {}
        self._looked = 0.0

    def found(self, signs: Iterable[Sign]) -> list[Sign]:
        """Look at the last signs of all, and return those that have been the last for so long."""
        now = self._seconds()
        if now - self._looked > self._lasts / 2:
            self._since = {}
        self._looked = now
        self._since = {sign: self._since.get(sign, now) for sign in signs}
        return [sign for sign, since in self._since.items() if now - since >= self._lasts]
