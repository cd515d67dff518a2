"""What many ask at the same time is looked up once."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Together(Generic[T]):
    """Whoever came before a look began hears what it found, be it trouble: nobody hears anything
    older than the question, and however many ask, two looks answer them all.
    """

    def __init__(self, look: Callable[[], T]) -> None:
        self._look = look
        self._gate = threading.Lock()
        self._began = 0.0
        self._found: Callable[[], T] = look

    def __call__(self, came: float) -> T:
        """Return what is so for somebody who came at this time, by `time.monotonic`."""
        with self._gate:
            if self._began <= came:
                self._began = time.monotonic()
                self._found = _outcome(self._look)
            found = self._found
        return found()


def _outcome(look: Callable[[], T]) -> Callable[[], T]:
    """Look once; return what says again what was found, or raises it again."""
    try:
        found = look()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is raised for each who asked
        trouble = error

        def fail() -> T:
            raise trouble

        return fail
    return lambda: found
