"""Whether this release may run on a database, beside whatever runs there: asked before an upgrade or
a roll-back. Nothing is changed, and nothing has to be migrated before.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

from psycopg import Connection

from adapters.event_store.mapper import Mapper
from adapters.event_store.unread import is_ours
from adapters.jobs.lanes import LANES
from adapters.jobs.orders import Orders, UnknownOrderError
from adapters.read_models.consumer import version_of
from adapters.running.roll import Present, answering
from application.processes.effects import EFFECTS
from application.use_cases import USE_CASES
from projections import READ_MODELS
from projections.read_model import ReadModel

ORDERS: Final = Orders([*USE_CASES, *EFFECTS])


def dangers(
    connection: Connection[Any],
    mapper: Mapper,
    migrations: Collection[str],
    *,
    orders: Orders = ORDERS,
    models: Sequence[ReadModel] = READ_MODELS,
) -> Iterator[str]:
    """Return what would go wrong; nothing if it is safe."""
    yield from _newer_migrations(connection, migrations)
    yield from _unreadable(connection, mapper)
    yield from _not_to_be_carried_out(connection, orders)
    yield from _not_to_be_carried_on(connection, models)
    if connection.execute(HAS_ROLL).fetchone() == (True,):
        for process in answering(connection):
            yield from _beside(process, mapper)


def _newer_migrations(connection: Connection[Any], migrations: Collection[str]) -> Iterator[str]:
    if connection.execute(HAS_MIGRATIONS).fetchone() == (True,):
        for (name,) in connection.execute(APPLIED).fetchall():
            if name not in migrations:
                yield f"a newer release has migrated the database ({name}): this one does not start"


def _unreadable(connection: Connection[Any], mapper: Mapper) -> Iterator[str]:
    if connection.execute(HAS_LOG).fetchone() == (True,):
        for type_, first in connection.execute(UNKNOWN, (list(mapper.known),)).fetchall():
            if is_ours(type_):
                yield f"{type_} is recorded, first at position {first}, and cannot be read"


def _not_to_be_carried_out(connection: Connection[Any], orders: Orders) -> Iterator[str]:
    if connection.execute(HAS_QUEUE).fetchone() != (True,):
        return
    unknown: Counter[str] = Counter()
    with connection.transaction(), connection.cursor("what is in the queue") as queue:
        for lane, kind, payload, report in queue.execute(QUEUED):
            unknown[kind] += lane not in LANES or not _is_known(orders, kind, payload, report)
    for kind, count in sorted((+unknown).items()):
        yield f"{kind} is in the queue ({count} jobs) as only another release can carry it out"


def _not_to_be_carried_on(
    connection: Connection[Any], models: Sequence[ReadModel]
) -> Iterator[str]:
    if connection.execute(HAS_CHECKPOINTS).fetchone() != (True,):
        return
    shapes = dict(connection.execute(SHAPES, ([model.name for model in models],)).fetchall())
    for model in models:
        version = version_of(shapes.get(model.name))
        if version > model.version:
            yield (
                f"{model.name} is kept in version {version} and stands still until this release has "
                f"rebuilt it; before going back, `frontdesk rebuild {model.name} --back`"
            )


def _is_known(orders: Orders, kind: str, payload: str, report: str | None) -> bool:
    with suppress(UnknownOrderError):
        return bool(orders.decode_report(report) if report else orders.decode(kind, payload))
    return False


def _beside(process: Present, mapper: Mapper) -> Iterator[str]:
    """Return what one of the two would record and the other could not read."""
    which = f"process {process.id} of release {process.release}"
    for type_ in sorted(mapper.recorded - set(process.reads)):
        yield f"{type_} would be recorded, and cannot be read by {which}"
    for type_ in sorted(set(process.records) - mapper.known):
        yield f"{type_} may be recorded by {which}, and cannot be read"


HAS_LOG: Final = "SELECT to_regclass('log.events') IS NOT NULL"
HAS_ROLL: Final = "SELECT to_regclass('work.processes') IS NOT NULL"
HAS_CHECKPOINTS: Final = "SELECT to_regclass('work.checkpoints') IS NOT NULL"
HAS_QUEUE: Final = "SELECT to_regclass('work.jobs') IS NOT NULL"
HAS_MIGRATIONS: Final = "SELECT to_regclass('frontdesk_migrations') IS NOT NULL"
APPLIED: Final = "SELECT name FROM frontdesk_migrations ORDER BY name"
SHAPES: Final = "SELECT consumer, shape FROM work.checkpoints WHERE consumer = ANY(%s)"
UNKNOWN: Final = """
    SELECT type, min(position) FROM log.events WHERE type <> ALL(%s) GROUP BY type ORDER BY type
"""
QUEUED: Final = """
    SELECT lane, kind, payload::text, report::text FROM work.jobs WHERE finished_at IS NULL
"""
