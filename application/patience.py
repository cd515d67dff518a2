"""How long ago somebody asked: known to whatever waits for something in the thread that answers them.

Whoever asks hears something within five seconds, wherever they stood in line: for a thread and for a
connection together they wait two seconds at most, and a statement may take what is left.
"""

import threading
import time
from typing import Final

IN_LINE: Final = 2.0
"""Seconds until something is begun that was asked for; later it is not begun at all."""

IN_ALL: Final = 4.5
"""Seconds until it is told what came of it."""

SHORTEST: Final = 0.5
"""Seconds that are left to whoever was begun late: to connect takes as long on a busy machine."""


class _Here(threading.local):
    came: float | None = None


_here: Final = _Here()


def asked_at(came: float | None) -> None:
    """Say when that was asked for which this thread does now; None for what nobody waits for."""
    _here.came = came


def left(most: float, since: float = IN_LINE) -> float:
    """Return how many seconds may be waited, `most` of them; since they asked, no more than that."""
    came = _here.came
    if came is None:
        return most
    return min(most, max(SHORTEST, came + since - time.monotonic()))
