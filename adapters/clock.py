"""What time it is: the machine's, or, in tests and demonstrations, the one that was set."""

import threading
from datetime import UTC, datetime, timedelta


def system_clock() -> datetime:
    """Return the machine's time."""
    return datetime.now(UTC)


class SettableClock:
    """Runs like the machine's clock, from wherever it was last set; or stands still."""

    def __init__(self, now: datetime | None = None, *, stands: bool = False) -> None:
        self._gate = threading.Lock()
        self._stands = stands
        self._ahead = timedelta(0)
        self._at = now or datetime.now(UTC)
        self.set(self._at)

    def __call__(self) -> datetime:
        """Return the time."""
        with self._gate:
            return self._at if self._stands else datetime.now(UTC) + self._ahead

    def set(self, now: datetime) -> None:
        """Set the time; it runs on from there, or stands."""
        with self._gate:
            self._at = now
            self._ahead = now - datetime.now(UTC)
