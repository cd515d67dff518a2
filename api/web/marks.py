"""Headers that are collected on the way, for whatever answer there will be; the edge sends them."""

from typing import Any, Final

MARKS: Final = "frontdesk.marks"

RECORDED: Final = "frontdesk.recorded"
"""In the scope of a request: something that it ordered has been recorded."""


def mark(scope: Any, name: bytes, value: bytes) -> None:
    """Have a header sent with the answer, be it a success or a refusal."""
    scope[MARKS].append((name, value))
