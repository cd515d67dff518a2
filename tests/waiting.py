"""How tests wait for what others see to."""

import time
from collections.abc import Callable
from typing import Any, Final

SECONDS: Final = 60.0
"""Enough on a machine that is busy with other tests."""


def until(
    true: Callable[[], Any], *, seconds: float = SECONDS, why: Callable[[], Any] = lambda: ""
) -> Any:
    """Look again and again until something is true, and return it; else say why not."""
    deadline = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < deadline, f"still not true after {seconds:.0f} s: {why()}"
        time.sleep(0.005)
    return found
