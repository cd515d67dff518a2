"""Garbage is not looked for while many values are made that are never in circles."""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final


@contextmanager
def gc_at_rest() -> Iterator[None]:
    """What is made is much, and never in circles: to look for some in it would cost a third."""
    with AT_REST.one_more():
        yield


class _AtRest:
    """What several threads that make much at once have in common: who comes first has it rest, who goes
    last has it as it was.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._resting = 0
        self._before, self._kept = gc.get_threshold(), True

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Let it rest meanwhile."""
        with self._lock:
            self._resting += 1
            if self._resting == 1:
                self._rest()
        try:
            yield
        finally:
            with self._lock:
                self._resting -= 1
                if not self._resting:
                    self._go_on()

    def _rest(self) -> None:
        self._before, self._kept = gc.get_threshold(), gc.get_freeze_count() > 0
        if not self._kept:
            gc.freeze()
        gc.set_threshold(200_000, 50, 100)

    def _go_on(self) -> None:
        gc.set_threshold(*self._before)
        if not self._kept:
            gc.unfreeze()


AT_REST: Final = _AtRest()
