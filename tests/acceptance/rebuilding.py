"""Whether everything that is shown is what a rebuild from zero makes of the log."""

from typing import Any

from adapters.event_store.verify import verify
from adapters.read_models.rebuild import Rebuilder
from infra.composition import System
from projections import READ_MODELS

ROWS = "SELECT tenant_id, key, version, document::text FROM {}.{}"


def assert_rebuilt_is_the_same(system: System) -> None:
    """Rebuild every read model beside what is asked, and compare; look through the log, too."""
    rebuild = Rebuilder(database=system.database, reader=system.reader)
    for model in READ_MODELS:
        rebuild.rebuild(model)
    with system.database.as_worker() as connection:
        for model in READ_MODELS:
            live, next_ = (_rows(connection, schema, model.name) for schema in ("live", "next"))
            differ = [pair for pair in zip(live, next_, strict=False) if pair[0] != pair[1]]
            assert live == next_, (model.name, len(live), len(next_), differ[:3])
        assert verify(connection).findings == []


def _rows(connection: Any, schema: str, name: str) -> list[Any]:
    return sorted(connection.execute(ROWS.format(schema, f'"{name}"')).fetchall())
