"""Trouble that lasts: the log tells when it begins and when it is over, and nothing in between."""

from typing import Any

import structlog

log = structlog.get_logger()


class Trouble:
    """Begins and ends as often as it likes. `facts` stand beside both lines."""

    def __init__(self, begins: str, ends: str, **facts: Any) -> None:
        self._begins = begins
        self._ends = ends
        self._facts = facts
        self._lasts = False

    def begin(self, error: object) -> None:
        """Tell that it began, unless it lasts already."""
        if not self._lasts:
            log.warning(self._begins, error=str(error), **self._facts)
        self._lasts = True

    def end(self) -> None:
        """Tell that it is over, if there was any."""
        if self._lasts:
            log.info(self._ends, **self._facts)
        self._lasts = False
