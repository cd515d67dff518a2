"""Memory that is not needed any more goes back, so that a process stays within what it is given; and what
stays is not looked through for what could go.
"""

import ctypes
import gc
from contextlib import suppress
from typing import Final

ARENA_MAX: Final = -8
"""What `mallopt` of the GNU C library calls the setting."""

FEW: Final = 2


def share_memory() -> None:
    """Let all threads take memory from a few places. Otherwise each thread that has once made a large
    answer keeps room for another: some forty threads, and twice the memory.
    """
    with suppress(AttributeError, OSError):  # another C library has no such setting, nor that habit
        ctypes.CDLL(None).mallopt(ARENA_MAX, FEW)


def keep_what_is_there() -> None:
    """Look for garbage in what comes from now on, only. What a process has made when it begins to be of
    use stays as long as it does; to look through it takes a tenth of a second, in which nobody is
    answered, again and again.
    """
    gc.collect()
    gc.freeze()
