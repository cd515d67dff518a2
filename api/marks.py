"""Headers that are collected on the way, for whatever answer there will be; the edge sends them."""

from typing import Any, Final

MARKS: Final = "frontdesk.marks"


def mark(scope: Any, name: bytes, value: bytes) -> None:
    """Have a header sent with the answer, be it a success or a refusal."""
    scope[MARKS].append((name, value))
