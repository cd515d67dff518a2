"""Wake-ups. A ring is only a hint that something may be new: whoever is woken looks for himself,
and looks now and then without being woken.
"""

import threading


class Bell:
    """Wakes the threads of one process. `rings` counts, so that no ring is missed in between."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rings = 0

    @property
    def rings(self) -> int:
        """How often it has rung; remember it before looking, and wait for more than that."""
        return self._rings

    def ring(self, _position: int = 0) -> None:
        """Wake everybody."""
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    def wait(self, heard: int, seconds: float) -> bool:
        """Wait until it has rung more than `heard` times; False when `seconds` have passed."""
        with self._condition:
            return self._condition.wait_for(lambda: self._rings > heard, seconds)
