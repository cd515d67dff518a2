"""What records are there? Of each kind: its values, and whether it is in use."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

import msgspec
from msgspec.structs import asdict, fields

from domain.catalogue import KINDS
from domain.confidential import masked
from domain.messages import Event
from domain.people.clients import ClientErased
from domain.records import Kind, Record, without_persons
from domain.values import kind_of
from projections.read_model import ReadModel, Row

BESIDES: Final = ("active", "created_at")
"""What every kind can be filtered or sorted by."""


def model_of(kind: Kind[Any]) -> ReadModel:
    """Make the read model of a kind."""
    row = _row(kind)
    columns = (*kind.columns, *BESIDES)
    return ReadModel(
        name=kind.many,
        version=kind.version,
        row=row,
        subscribes_to=(*kind.events.values(), *((ClientErased,) if kind.persons else ())),
        key=partial(_keys, kind),
        evolve=_evolve(kind, row),
        columns=columns,
        indexes=tuple((column,) for column in columns if column != "active"),
        owner=kind.one,
    )


def _keys(kind: Kind[Any], event: Any) -> Sequence[str]:
    if isinstance(event, ClientErased):
        return [stream for stream in event.streams if kind_of(stream) == kind.one]
    return [event.id]


def _row(kind: Kind[Any]) -> Any:
    described = [(each.name, each.type) for each in fields(kind.values)]
    return msgspec.defstruct(
        f"Listed{kind.values.__name__}",
        [("id", str), *described, ("active", bool), ("removed_at", datetime | None)],
        bases=(Row,),
        namespace={"__doc__": kind.values.__doc__},
        module=__name__,
        frozen=True,
        kw_only=True,
    )


def _evolve(kind: Kind[Any], row: Any) -> Callable[[Any, Any], Any]:
    """Return the fold of the aggregate: a row is a record, written out as far as it may be shown."""
    names = [each.name for each in fields(kind.values)]

    def evolve(known: Any, event: Any) -> Any:
        after = _after(kind, _record(kind, names, known), event)
        if after.values is None:
            return None
        id_ = known.id if known else event.id
        shown = asdict(masked(after.values))
        return row(id=id_, active=after.active, removed_at=after.removed_at, **shown)

    return evolve


def _after(kind: Kind[Any], record: Record[Any], event: Event) -> Record[Any]:
    """Of who is erased, a row shows what a rebuild would give."""
    return without_persons(record) if type(event) is ClientErased else kind.evolve(record, event)


def _record(kind: Kind[Any], names: list[str], row: Any) -> Record[Any]:
    if row is None:
        return Record()
    values = kind.values(**{name: getattr(row, name) for name in names})
    return Record(values=values, active=row.active, removed_at=row.removed_at)


RECORDS: Final[Mapping[str, ReadModel]] = {kind.one: model_of(kind) for kind in KINDS}
"""By the kind's name."""
