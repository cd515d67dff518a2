"""Until when something is waited for."""

import time


class Deadline:
    """So many seconds from now, whatever is done in them."""

    def __init__(self, seconds: float) -> None:
        self._began = time.monotonic()
        self._seconds = seconds

    @property
    def passed(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self._began

    def left(self) -> float:
        """Return the seconds that are left. Raises TimeoutError when there are none."""
        left = self._seconds - self.passed
        if left <= 0:
            raise TimeoutError("there is no time left")
        return left
