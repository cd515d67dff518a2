"""What came of the rows of an import so far: how many of each, and which were refused, the first of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

TOLD: Final = 100
"""Rows that were refused of which each is told."""


def nothing_yet(outcomes: Iterable[str]) -> dict[str, Any]:
    """Return the counts before the first row."""
    return {**dict.fromkeys(map(str, outcomes), 0), "refusals": []}


def counted(
    so_far: Mapping[str, Any], outcomes: Iterable[str], refusals: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the counts with some more rows."""
    more = Counter(map(str, outcomes))
    counts = {name: count + more[name] for name, count in so_far.items() if name != "refusals"}
    return {**counts, "refusals": [*so_far["refusals"], *refusals][:TOLD]}
