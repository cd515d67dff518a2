"""The page has a place for each table, by its name."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from infra.growth import placement, regions, tenants, workers
from infra.growth.tables import Table

PAGE: Final = Path(__file__).parent.with_suffix(".md")

TABLES: Final[Sequence[Callable[[], Table]]] = (
    tenants.fit,
    tenants.commit,
    tenants.queueing,
    tenants.zones,
    tenants.one_database,
    placement.fullest,
    placement.changes,
    workers.several,
    workers.limits,
    regions.lost,
    regions.waiting,
    regions.replicas,
)


def with_tables(text: str) -> str:
    """Put each table between its marks, of which there is one pair."""
    for make in TABLES:
        text = _with(make(), text)
    return text


def _with(table: Table, text: str) -> str:
    begin, end = f"<!-- table: {table.name} -->\n", "<!-- end -->"
    before, found, rest = text.partition(begin)
    if not found or end not in rest:
        raise LookupError(table.name)
    return f"{before}{begin}{table.markdown}\n{end}{rest.partition(end)[2]}"
