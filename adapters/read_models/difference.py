"""What would a switch change? Every row of the live table beside that of the next one, both at the
same position, in one snapshot, and the events that account for each difference.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, Final

import msgspec
from psycopg import Connection, sql

from adapters.consumers import checkpoints
from adapters.event_store.reader import Reader
from adapters.keys import Key
from adapters.read_models.as_of import hearer, stored_of_tenant
from adapters.read_models.consumer import ReadModelConsumer, consumer_name
from adapters.read_models.fold import moved_on
from adapters.read_models.rebuild import Rebuilder
from adapters.read_models.switch import NothingToSwitchTo
from adapters.read_models.tables import LIVE, NEXT
from application.ports import Recorded
from projections.read_model import ReadModel, Row

MOST: Final = 20
"""Differences of each kind that are shown in full; all are counted."""

MOST_CAUSES: Final = 20


class Kind(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class Change(msgspec.Struct, frozen=True):
    """A field, before and after the switch."""

    before: Any
    after: Any


class Cause(msgspec.Struct, frozen=True):
    """An event that accounts for a difference, and the fields that it accounts for."""

    position: int
    type: str
    fields: tuple[str, ...]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A row that the switch adds, changes or removes. The latest causes are named."""

    kind: Kind
    tenant: str
    key: str
    fields: Mapping[str, Change]
    causes: Sequence[Cause] = ()


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """All differences, counted, also by field; some of them in full. Nothing is said of what is
    `set_aside` for want of a master key, which is counted.
    """

    model: str
    position: int
    added: int
    changed: int
    removed: int
    by_field: Mapping[str, int]
    examples: Sequence[Difference]
    set_aside: int = 0


def compare(
    rebuilder: Rebuilder, model: ReadModel, *, most: int = MOST, old: ReadModel | None = None
) -> Comparison:
    """Compare the live table with the next.

    An event accounts for a field if the new fold changes the field there. With the `old`
    declaration at hand it can be said exactly at which events the two folds part.
    Raises NothingToSwitchTo, RebuildUnderWay.
    """
    with rebuilder.alone(model), _snapshot(rebuilder, model) as (connection, position):
        counts: Counter[Kind] = Counter()
        by_field: Counter[str] = Counter()
        examples: list[Difference] = []
        hidden = _Hidden(connection, model)
        for found in _differences(connection, model):
            if found in hidden:
                continue
            counts[found.kind] += 1
            by_field.update(list(found.fields) if found.kind is Kind.CHANGED else [])
            if counts[found.kind] <= most:
                examples.append(found)
        tracing = _Tracing(rebuilder.reader, connection, model, old, position)
        return Comparison(
            model=model.name,
            position=position,
            added=counts[Kind.ADDED],
            changed=counts[Kind.CHANGED],
            removed=counts[Kind.REMOVED],
            by_field=dict(by_field.most_common()),
            examples=tracing.explained(examples),
            set_aside=len(hidden.keys),
        )


@contextmanager
def _snapshot(rebuilder: Rebuilder, model: ReadModel) -> Iterator[tuple[Connection[Any], int]]:
    """Lend a connection that sees both tables at one position, for as long as it takes.

    A live table that this release cannot carry on stays behind the next: what happened since then
    accounts for differences, too.
    """
    live, next_ = ReadModelConsumer(model), ReadModelConsumer(model, NEXT)
    rebuilder.catch_up(next_)
    with (
        rebuilder.connect("frontdesk compares") as connection,
        rebuilder.connect("frontdesk compares") as moving,
    ):
        places = checkpoints.places(moving, [live.name, next_.name])
        if len(places) < 2:
            raise NothingToSwitchTo(model.name)
        if live.accepts(moving, places[live.name].shape):
            with moving.transaction():
                rebuilder.bring_to(moving, live, places[next_.name].position)
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        with rebuilder.database.as_worker() as holding, holding.transaction():
            place = checkpoints.lock(holding, [live.name])[live.name]
            with moving.transaction():
                position = rebuilder.bring_to(moving, next_, place.position)
            checkpoints.read(connection, [live.name])  # from here on it sees what is there now
        yield connection, position


def _differences(connection: Connection[Any], model: ReadModel) -> Iterator[Difference]:
    statement = sql.SQL(DIFFERENT).format(
        live=sql.Identifier(LIVE, model.name), next=sql.Identifier(NEXT, model.name)
    )
    with connection.cursor(name="differences") as cursor:
        for tenant, key, before, after in cursor.execute(statement):
            fields = _fields(_decoded(before), _decoded(after))
            kind = Kind.ADDED if before is None else Kind.REMOVED if after is None else Kind.CHANGED
            if fields:
                yield Difference(kind=kind, tenant=tenant, key=key, fields=fields)


DIFFERENT: Final = """
    SELECT coalesce(l.tenant_id, n.tenant_id)::text, coalesce(l.key, n.key) AS key,
        l.document::text, n.document::text
    FROM {live} l FULL JOIN {next} n ON l.tenant_id = n.tenant_id AND l.key = n.key
    WHERE l.document::text IS DISTINCT FROM n.document::text
    ORDER BY 1, 2
"""


class _Hidden:
    """The rows of which nothing can be said here, since the next table lacks what needs a master key."""

    def __init__(self, connection: Connection[Any], model: ReadModel) -> None:
        rows = connection.execute(WITHOUT_KEY, (consumer_name(model.name, NEXT),)).fetchall()
        self.keys: set[Key] = set(rows)
        self._tenants = {tenant for tenant, _ in self.keys if model.owner is None}

    def __contains__(self, found: Difference) -> bool:
        """Whether the row is one of them: any of the tenant's where many streams feed one."""
        return (found.tenant, found.key) in self.keys or found.tenant in self._tenants


WITHOUT_KEY: Final = """
    SELECT tenant_id::text, key FROM work.parked WHERE consumer = %s AND needs IS NOT NULL
"""


def _decoded(document: str | None) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(document) if document else {}
    return found


def _fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Change]:
    names = dict.fromkeys([*before, *after])
    return {
        name: Change(before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name) or (name in before) != (name in after)
    }


class _Tracing:
    """Folds the rows in question once more, event by event, to see which one makes the difference."""

    def __init__(
        self,
        reader: Reader,
        connection: Connection[Any],
        model: ReadModel,
        old: ReadModel | None,
        position: int,
    ) -> None:
        self._reader = reader
        self._connection = connection
        self._model = model
        self._old = old
        self._position = position

    def explained(self, found: Sequence[Difference]) -> list[Difference]:
        """Return the differences with their causes."""
        trails = {(each.tenant, each.key): _Trail(frozenset(each.fields)) for each in found}
        for tenant in dict.fromkeys(each.tenant for each in found):
            self._trace(
                tenant, {key: trails[owner, key] for owner, key in trails if owner == tenant}
            )
        return [
            msgspec.structs.replace(each, causes=trails[each.tenant, each.key].causes())
            for each in found
        ]

    def _trace(self, tenant: str, trails: "Mapping[str, _Trail]") -> None:
        new, old = _Fold(self._model, tenant), _Fold(self._old or self._model, tenant)
        for past in self._events(tenant):
            for key in trails.keys() & (new.touched(past) | old.touched(past)):
                before = new.rows.get(key)
                new.move(key, past)
                old.move(key, past)
                if self._old is None:
                    trails[key].moved(past, before, new.rows.get(key))
                else:
                    trails[key].parted(past, old.rows.get(key), new.rows.get(key))

    def _events(self, tenant: str) -> Iterator[Recorded]:
        """Return what happened, but for what needs a master key: its rows are left out."""
        types = self._model.subscribes_to + (self._old.subscribes_to if self._old else ())
        both = msgspec.structs.replace(self._model, subscribes_to=tuple(dict.fromkeys(types)))
        others = self._reader.others(both.subscribes_to)
        for page in stored_of_tenant(self._connection, others, tenant, to=self._position):
            known = [past for past in self._reader.recorded(page) if past.needs is None]
            yield from self._reader.heard(self._connection, known, hearer(both))


class _Trail:
    """The events that account for some fields of a row."""

    def __init__(self, fields: frozenset[str]) -> None:
        self._fields = fields
        self._born: Cause | None = None
        self._found: list[Cause] = []
        self._apart: frozenset[str] = frozenset()

    def moved(self, past: Recorded, before: Row | None, after: Row | None) -> None:
        """Note an event that changes one of the fields. What was before a row is born is over."""
        names = _unlike(before, after) & self._fields
        if before is None and after is not None:
            self._born, self._found = _cause(past, names), []
        elif names:
            self._found.append(_cause(past, names))

    def parted(self, past: Recorded, old: Row | None, new: Row | None) -> None:
        """Note an event after which two folds no longer agree."""
        apart = _unlike(old, new) & self._fields
        if names := apart - self._apart:
            self._found.append(_cause(past, names))
        self._apart = apart

    def causes(self) -> list[Cause]:
        """Return the latest; the birth accounts for what nothing else does."""
        found = self._found[-MOST_CAUSES:]
        if self._born is not None:
            rest = set(self._born.fields).difference(*(cause.fields for cause in self._found))
            if rest:
                born = msgspec.structs.replace(self._born, fields=tuple(sorted(rest)))
                return [born, *found]
        return found


def _cause(past: Recorded, fields: frozenset[str]) -> Cause:
    return Cause(past.position, past.type, tuple(sorted(fields)))


class _Fold:
    """A fold that goes on when it fails, as a row stays when its key is set aside."""

    def __init__(self, model: ReadModel, tenant: str) -> None:
        self._model = model
        self._tenant = tenant
        self._wanted = frozenset(model.subscribes_to)
        self._failed: set[str] = set()
        self.rows: dict[str, Row | None] = {}

    def touched(self, past: Recorded) -> set[str]:
        try:
            return set(self._model.key(past.event)) if type(past.event) in self._wanted else set()
        except Exception:  # noqa: BLE001 - a declaration may fail at anything
            return set()

    def move(self, key: str, past: Recorded) -> None:
        if key in self._failed or key not in self.touched(past):
            return
        try:
            self.rows[key] = moved_on(self._model, (self._tenant, key), self.rows.get(key), past)
        except Exception:  # noqa: BLE001 - a declaration may fail at anything
            self._failed.add(key)


def _unlike(before: Row | None, after: Row | None) -> frozenset[str]:
    return frozenset(_fields(_as_json(before), _as_json(after)))


def _as_json(row: Row | None) -> dict[str, Any]:
    return {} if row is None else _decoded(msgspec.json.encode(row).decode())
