"""Memory that is not needed any more goes back, so that a process stays within what it is given."""

import ctypes
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
