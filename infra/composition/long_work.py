"""What carries out each kind of operation, step by step."""

from collections.abc import Mapping, Sequence

from adapters.long_operations.export_in_steps import export_in_steps
from adapters.long_operations.what_if_in_steps import what_if_in_steps
from adapters.postgres import Database
from adapters.read_models.rebuild import Rebuilder
from adapters.read_models.rebuild_in_steps import rebuild_in_steps
from application.operations.long_operations import (
    ERASE_CLIENT,
    EXPORT_HISTORY,
    IMPORT_BOOKINGS,
    IMPORT_LEADS,
    REBUILD_READ_MODEL,
    WHAT_IF,
    Work,
)
from application.people.erasure import Erasures
from application.people.erasure_in_steps import erasure_in_steps
from infra.imports.bookings import Dispatch
from infra.imports.bookings_in_steps import bookings_in_steps
from projections.read_model import ReadModel


def works_of(
    database: Database,
    dispatch: Dispatch,
    erasures: Erasures,
    rebuilder: Rebuilder,
    models: Sequence[ReadModel],
    leads: Work,
) -> Mapping[str, Work]:
    """Return the work of each kind."""
    return {
        EXPORT_HISTORY.name: export_in_steps(database),
        ERASE_CLIENT.name: erasure_in_steps(erasures, dispatch),
        REBUILD_READ_MODEL.name: rebuild_in_steps(rebuilder, models),
        IMPORT_BOOKINGS.name: bookings_in_steps(dispatch),
        IMPORT_LEADS.name: leads,
        WHAT_IF.name: what_if_in_steps(database, rebuilder.reader),
    }
