"""Brings the tables to what the code declares, when the system starts, and when a newer release is gone.

never there, short log      made empty, and the runner fills it
never there, long log       rebuilt, then switched to; until then its questions are refused
another shape               rebuilt beside, then switched to; until then the old one is asked
                            and carried on, if it has the columns for it
of a newer release          left alone: that release keeps it; when no process of such a release has
                            been there for half a minute, rebuilt as we declare it
switched back from          left as it is: somebody wanted it so
no longer declared          left, and said
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

import structlog
from psycopg import Connection, Error

from adapters.consumers import checkpoints
from adapters.consumers.checkpoints import Place
from adapters.errors import without_data
from adapters.event_store.reader import head
from adapters.postgres import DatabaseUnavailableError
from adapters.read_models.consumer import (
    ReadModelConsumer,
    consumer_name,
    table_of,
    version_of,
)
from adapters.read_models.rebuild import Rebuilder, RebuildStopped, RebuildUnderWay
from adapters.read_models.switch import NothingToSwitchTo, SwitchBlocked, switch
from adapters.read_models.tables import LIVE, PREVIOUS, table_for
from adapters.running.roll import EVERY, GONE
from adapters.wakeups.bell import Bell
from projections.read_model import ReadModel

SHORT: Final = 10_000
"""Positions of the log that a runner has folded before anybody would notice."""

AGAIN: Final = 1.0
"""Seconds after which a renewal that somebody else is about, or was in the way of, is tried again."""

LONGEST: Final = 60.0
"""Seconds after which whatever failed is tried again at the latest."""

PASSING: Final = (RebuildUnderWay, SwitchBlocked, NothingToSwitchTo, DatabaseUnavailableError)
"""Somebody else is at it, or PostgreSQL is away: nothing is wrong with the read model."""

log = structlog.get_logger()


class Standing(Enum):
    """How the table of a read model stands to its declaration."""

    CURRENT = auto()
    ABSENT = auto()
    OUTDATED = auto()
    NEWER = auto()
    SWITCHED_BACK = auto()


@dataclass(frozen=True, kw_only=True)
class Renewal:
    """Keeps the tables of these read models as they are declared. `kept` tells whether another
    process that is there carries on a table in some version: see `table_of`.
    """

    rebuilder: Rebuilder
    models: Sequence[ReadModel]
    advanced: Bell
    kept: Callable[[str], bool] = lambda _: False
    seconds: Callable[[], float] = time.monotonic
    _due: list[ReadModel] = field(default_factory=list)
    _said: dict[str, str] = field(default_factory=dict)
    _left_since: dict[str, float] = field(default_factory=dict)

    def enter(self, others: Sequence[str] = ()) -> None:
        """Make what is missing and can be made at once, and note what is to be rebuilt; `others`
        are consumers that are declared, too.
        """
        with self.rebuilder.database.as_worker() as connection:
            there = _places(connection, self.models)
            for model in self.models:
                if model.name not in there:
                    enter(connection, ReadModelConsumer(model))
            there = _places(connection, self.models)
            for model in self.models:
                match _standing(model, there):
                    case Standing.ABSENT | Standing.OUTDATED:
                        self._due.append(model)
                    case Standing.NEWER | Standing.SWITCHED_BACK as found:
                        log.warning("read model left as it is", name=model.name, why=found.name)
                    case Standing.CURRENT:
                        pass
            declared = [*others, *(model.name for model in self.models)]
            for name in no_longer_declared(connection, declared):
                log.warning("nobody declares this consumer of the log any more", name=name)

    @property
    def is_due(self) -> bool:
        """Whether something is to be rebuilt."""
        return bool(self._due)

    def keep(self, stop: threading.Event) -> None:
        """Renew what is due, and what a newer release leaves behind, until told to stop."""
        self.run(stop)
        while not stop.wait(EVERY):
            with suppress(Error, DatabaseUnavailableError):  # whoever needs it says so
                self.take_over()
            self.run(stop)

    def take_over(self) -> None:
        """Note what is to be rebuilt since nobody has been there for a while who could carry it on:
        one went back to this release. Who is only started anew has time for that.
        """
        with self.rebuilder.database.as_worker() as connection:
            left = [model for model in self.models if self._is_left(connection, model)]
        names = {model.name for model in left}
        for name in self._left_since.keys() - names:
            del self._left_since[name]
        for model in left:
            since = self._left_since.setdefault(model.name, self.seconds())
            if self.seconds() - since >= GONE.total_seconds() and model not in self._due:
                self._due.append(model)

    def _is_left(self, connection: Connection[Any], model: ReadModel) -> bool:
        """Whether its table is of a newer release of which nobody is there."""
        live = checkpoints.places(connection, [model.name]).get(model.name)
        version = version_of(live.shape) if live else 0
        return version > model.version and not self.kept(table_of(model.name, version))

    def run(self, stop: threading.Event) -> None:
        """Rebuild what is due and switch to it, one after the other, until it is all done. Nothing
        is given up: what fails is tried again, after a pause that doubles, and after the others.
        """
        pause = AGAIN
        while self._due and not stop.is_set():
            model = self._due[0]
            try:
                self._renew(model, stop)
            except RebuildStopped:
                return
            except Exception as error:  # noqa: BLE001 - whatever it is, it may be over before long
                self._say(model, error)
                self._due.append(self._due.pop(0))
                stop.wait(pause)
                pause = min(2 * pause, LONGEST) if not isinstance(error, PASSING) else AGAIN
            else:
                self._due.remove(model)
                pause = AGAIN

    def _say(self, model: ReadModel, error: Exception) -> None:
        """Say what is in the way, once, unless that is somebody who does the same."""
        found = without_data(error)
        if not isinstance(error, PASSING) and self._said.get(model.name) != found:
            log.error("a read model cannot be renewed yet", name=model.name, exc_info=error)
            self._said[model.name] = found

    def _renew(self, model: ReadModel, stop: threading.Event) -> None:
        if not self._is_to_be_renewed(model):
            return
        log.info("read model is being rebuilt", name=model.name, version=model.version)
        rebuilt = self.rebuilder.rebuild(model, stopped=stop.is_set)
        if not self._is_to_be_renewed(model):  # whoever keeps it may have come meanwhile
            self.rebuilder.discard(model)
            return
        switched = switch(self.rebuilder, model)
        if model.name in self._left_since:  # or that release took it for switched back on purpose
            self.rebuilder.discard(model, PREVIOUS)
        self.advanced.ring()
        log.info(
            "read model was rebuilt",
            name=model.name,
            version=model.version,
            events=rebuilt.events,
            seconds=round(rebuilt.seconds, 1),
            parked=rebuilt.parked,
            position=switched.position,
        )

    def _is_to_be_renewed(self, model: ReadModel) -> bool:
        with self.rebuilder.database.as_worker() as connection:
            found = standing(connection, model)
            left = model.name in self._left_since and self._is_left(connection, model)
        return left or found in (Standing.ABSENT, Standing.OUTDATED)


def standing(connection: Connection[Any], model: ReadModel) -> Standing:
    """Return how the live table stands to the declaration."""
    return _standing(model, _places(connection, [model]))


def _standing(model: ReadModel, there: Mapping[str, Place]) -> Standing:
    shape, live = table_for(model).shape, there.get(model.name)
    previous = there.get(consumer_name(model.name, PREVIOUS))
    if live is None:
        return Standing.ABSENT
    if live.shape == shape:
        return Standing.CURRENT
    if version_of(live.shape) > model.version:
        return Standing.NEWER
    if previous is not None and previous.shape == shape:
        return Standing.SWITCHED_BACK
    return Standing.OUTDATED


def _places(connection: Connection[Any], models: Sequence[ReadModel]) -> Mapping[str, Place]:
    """Return where the tables stand that are asked, and those that were before."""
    schemas = (LIVE, PREVIOUS)
    names = [consumer_name(model.name, schema) for model in models for schema in schemas]
    return checkpoints.places(connection, names)


def enter(connection: Connection[Any], consumer: ReadModelConsumer) -> None:
    """Make the table of a read model that was never there, if the log is short, and begin at the
    first event. Two processes at once make one.
    """
    with connection.transaction():
        connection.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"enter/{consumer.name}",)
        )
        if checkpoints.places(connection, [consumer.name]) or head(connection) > SHORT:
            return
        consumer.table.create(connection)
        consumer.table.create_indexes(connection)
        checkpoints.begin(connection, consumer.name, shape=consumer.table.shape)


def no_longer_declared(connection: Connection[Any], declared: Sequence[str]) -> list[str]:
    """Name the consumers that the log still has, but the code no longer."""
    rows = connection.execute(LEFT, (list(declared),)).fetchall()
    return [name for (name,) in rows]


LEFT: Final = """
    SELECT consumer FROM work.checkpoints
    WHERE source = 'log' AND split_part(consumer, '@', 1) <> ALL(%s) ORDER BY consumer
"""
