"""Wake-ups. A ring is only a hint that something may be new: whoever is woken looks for themselves,
and looks now and then without being woken.
"""

import threading
from collections.abc import Callable


class Bell:
    """Wakes the threads of one process. `rings` counts, so that no ring is missed in between.

    Where there are several processes, `carry` is called with each ring, to take it to the others
    (see `wakeups.py`); there it is an echo.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rings = 0
        self.carry: Callable[[], None] | None = None

    @property
    def rings(self) -> int:
        """How often it has rung; remember it before looking, and wait for more than that."""
        return self._rings

    def ring(self, _position: int = 0) -> None:
        """Wake everybody."""
        self.echo()
        if self.carry is not None:
            self.carry()

    def echo(self) -> None:
        """Wake everybody here: it rang elsewhere."""
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    def wait(self, heard: int, seconds: float) -> bool:
        """Wait until it has rung more than `heard` times; False when `seconds` have passed."""
        with self._condition:
            return self._condition.wait_for(lambda: self._rings > heard, seconds)
