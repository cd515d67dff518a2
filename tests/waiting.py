"""How tests wait for what others see to."""

import time
from collections.abc import Callable
from typing import Any, Final

SECONDS: Final = 60.0
"""Enough on a machine that is busy with other tests."""


def until(
    true: Callable[[], Any], *, seconds: float = SECONDS, why: Callable[[], Any] = lambda: ""
) -> Any:
    """Look again and again, the less often the longer it takes, until something is true, and return it;
    else say why not.
    """
    began = time.monotonic()
    while not (found := true()):
        waited = time.monotonic() - began
        assert waited < seconds, f"still not true after {seconds:.0f} s: {why()}"
        time.sleep(min(0.005 + waited / 20, 0.05))
    return found
