"""A thread that looks whenever a bell rings, and now and then, for as long as anything is watched."""

import threading
from collections.abc import Callable, Collection

from adapters.wakeups.bell import Bell

Watched = Callable[[], Collection[str]]
Look = Callable[[Collection[str]], float]
"""Looks at what is watched; returns after how many seconds to look again if nothing rings."""


class Lookout:
    """Has one thread at most, and none while nothing is watched. After a look it rests for `pause` seconds: what
    rings meanwhile is seen at the next.
    """

    def __init__(self, name: str, bell: Bell, pause: float = 0.0) -> None:
        self._name = name
        self._bell = bell
        self._pause = pause
        self._gate = threading.Lock()
        self._busy = False
        self._stop = threading.Event()

    def watch(self, watched: Watched, look: Look) -> None:
        """Look from now on, unless a thread does already. What becomes `watched` later is seen at the next look."""
        with self._gate:
            if not self._busy and not self._stop.is_set():
                self._busy = True
                args = (watched, look)
                threading.Thread(target=self._run, args=args, name=self._name, daemon=True).start()

    def close(self) -> None:
        """Look no more."""
        self._stop.set()
        self._bell.echo()

    def _run(self, watched: Watched, look: Look) -> None:
        try:
            while self._goes_on(watched):
                heard = self._bell.rings
                again = look(watched())
                self._stop.wait(self._pause)
                self._bell.wait(heard, again)
        except BaseException:
            with self._gate:
                self._busy = False
            raise

    def _goes_on(self, watched: Watched) -> bool:
        with self._gate:
            self._busy = bool(watched()) and not self._stop.is_set()
            return self._busy
