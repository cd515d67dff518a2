"""Puts a rebuilt read model in the place of the live one, and back, in one transaction.

    switch   next ─► live ─► previous          back   previous ◄─► live

Both stand at the same position when they change places, so whoever asks never sees less than they
has seen. Queries go on all the while: the tables are locked for milliseconds, and if a long query
is in the way, the switch steps back and tries again rather than let everybody queue up behind it.
"""

import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from psycopg import Connection, sql
from psycopg.errors import LockNotAvailable

from adapters.consumers import checkpoints
from adapters.event_store.erased import ErasedMeanwhileError
from adapters.read_models.consumer import ReadModelConsumer, consumer_name
from adapters.read_models.rebuild import Rebuilder
from adapters.read_models.tables import LIVE, NEXT, PREVIOUS
from projections.read_model import ReadModel

PATIENCE: Final = 30.0
"""Seconds for which a switch is tried while long queries are in the way."""

PAUSE: Final = 0.2
QUEUE: Final = "100ms"
"""For so long at most does anybody wait behind the switch while it waits itself."""


class NothingToSwitchTo(Exception):
    """There is no table to switch to that this release could carry on: rebuild it first."""


class KeysSetAside(Exception):
    """Keys fail in the new table that do not in the live one."""


class SwitchBlocked(Exception):
    """A long query did not let go of the table; nothing was changed."""


class Switched(NamedTuple):
    """Where both tables stood, how often it was tried, and for how long the last try took."""

    position: int
    tries: int
    seconds: float


def switch(
    rebuilder: Rebuilder,
    model: ReadModel,
    *,
    patience: float = PATIENCE,
    whatever_is_parked: bool = True,
) -> Switched:
    """Let the next table be the live one; what was live is kept as the previous.

    Raises NothingToSwitchTo, KeysSetAside, SwitchBlocked, RebuildUnderWay.
    """
    coming = ReadModelConsumer(model, NEXT)
    with rebuilder.alone(model) as connection:
        place = checkpoints.places(connection, [coming.name]).get(coming.name)
        if place is None or place.shape != coming.table.shape:
            raise NothingToSwitchTo(model.name)
        if not whatever_is_parked:
            _refuse_new_failures(connection, model)
        rebuilder.catch_up(coming)
        return _tried(connection, rebuilder, coming, _next_to_live, patience)


def switch_back(rebuilder: Rebuilder, model: ReadModel, *, patience: float = PATIENCE) -> Switched:
    """Let the previous table be the live one again, and the other way round.

    Raises NothingToSwitchTo, SwitchBlocked, RebuildUnderWay.
    """
    coming = ReadModelConsumer(model, PREVIOUS)
    with rebuilder.alone(model) as connection:
        place = checkpoints.places(connection, [coming.name]).get(coming.name)
        if place is None or not coming.accepts(connection, place.shape):
            raise NothingToSwitchTo(model.name)
        rebuilder.catch_up(coming)
        return _tried(connection, rebuilder, coming, _previous_to_live, patience)


Exchange = Callable[[Connection[Any], str, bool], None]


def _tried(
    connection: Connection[Any],
    rebuilder: Rebuilder,
    coming: ReadModelConsumer,
    exchange: Exchange,
    patience: float,
) -> Switched:
    until = time.monotonic() + patience
    tries = 0
    while True:
        tries += 1
        began = time.monotonic()
        try:
            with connection.transaction():
                position = _exchanged(connection, rebuilder, coming, exchange)
            return Switched(position, tries, time.monotonic() - began)
        except ErasedMeanwhileError:
            continue
        except LockNotAvailable:
            if time.monotonic() > until:
                raise SwitchBlocked(coming.model.name) from None
            time.sleep(PAUSE)


def _exchanged(
    connection: Connection[Any],
    rebuilder: Rebuilder,
    coming: ReadModelConsumer,
    exchange: Exchange,
) -> int:
    name = coming.model.name
    connection.execute("SET LOCAL lock_timeout = '5s'")
    places = checkpoints.lock(connection, [name, coming.name])
    connection.execute("SET LOCAL synchronous_commit = on")
    live = places.get(name)
    position = rebuilder.bring_to(connection, coming, live.position if live else 0)
    connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(QUEUE))
    if live is not None:
        table = sql.Identifier(LIVE, name)
        connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(table))
    exchange(connection, name, live is not None)
    return position


def _next_to_live(connection: Connection[Any], name: str, there_is_one: bool) -> None:  # noqa: FBT001
    if there_is_one:
        _execute(connection, "DROP TABLE IF EXISTS previous.{}", name)
        _execute(connection, "ALTER TABLE live.{} SET SCHEMA previous", name)
        checkpoints.rename(connection, name, consumer_name(name, PREVIOUS))
    _execute(connection, "ALTER TABLE next.{} SET SCHEMA live", name)
    checkpoints.rename(connection, consumer_name(name, NEXT), name)


def _previous_to_live(connection: Connection[Any], name: str, _: bool) -> None:  # noqa: FBT001
    aside, previous = f"{name}@aside", consumer_name(name, PREVIOUS)
    _execute(connection, "ALTER TABLE previous.{} RENAME TO {}", name, aside)
    _execute(connection, "ALTER TABLE live.{} SET SCHEMA previous", name)
    _execute(connection, "ALTER TABLE previous.{} SET SCHEMA live", aside)
    _execute(connection, "ALTER TABLE live.{} RENAME TO {}", aside, name)
    checkpoints.rename(connection, previous, aside)
    checkpoints.rename(connection, name, previous)
    checkpoints.rename(connection, aside, name)


def _execute(connection: Connection[Any], statement: str, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _refuse_new_failures(connection: Connection[Any], model: ReadModel) -> None:
    next_ = consumer_name(model.name, NEXT)
    parked = checkpoints.parked(connection, [model.name, next_])
    if new := parked.get(next_, set()) - parked.get(model.name, set()):
        raise KeysSetAside(model.name, len(new))
