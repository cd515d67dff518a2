"""Use cases of records: the same for every kind that is declared."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeVar

from application.sales.tasks import next_task
from application.transact import Changes, Past, Since, UseCase, one_by_one
from domain import records
from domain.catalogue import BY_NAME, KINDS
from domain.messages import Command, DomainError, Event, Value
from domain.personal import erased, private_in
from domain.records import (
    CLAIM,
    LINKS,
    Action,
    Kind,
    Record,
    ReferenceLost,
    ReferenceMade,
    Unique,
)
from domain.sales.tasks import TASKS
from domain.texts import loosely
from domain.values import keyed_id, kind_of

V = TypeVar("V", bound=Value)
Decide = Callable[[Any, Record[Any]], Sequence[Event]]
Follow = Callable[[str, Record[Any], Record[Any], Past], records.CreateRecord | None]

FOLLOWED_BY: Final[Mapping[str, Follow]] = {TASKS.one: next_task}
"""By the name of a kind: what is made when one of its records becomes so."""


def claims_of(kind: Kind[V], values: V, *, tenant: str, pepper: bytes) -> tuple[str, ...]:
    """Name what nobody else may have of these values. Without the pepper nobody finds them again, so
    that the log does not say of whom a claim is; a value that is not given, or was erased, is nobody's.
    """
    found, gone = [], erased(values) if kind.is_personal else None
    for unique in kind.unique:
        parts = [getattr(values, field) for field in unique.fields]
        private = private_in(kind.values).whole & {*unique.fields}
        if None not in parts and not any(
            getattr(values, field) == getattr(gone, field) for field in private
        ):
            said = [str(part) for part in parts]
            found.append(claim_on(kind, unique, *said, tenant=tenant, pepper=pepper))
    return tuple(sorted(found))


def claim_on(kind: Kind[V], unique: Unique, *said: str, tenant: str, pepper: bytes) -> str:
    """Name what only one record of a kind may have."""
    text = [loosely(part) if unique.loosely else part for part in said]
    what = json.dumps([tenant, kind.one, *unique.fields, *text])
    return keyed_id("claim", what, pepper)


def creation(
    kind: Kind[V], id_: str, values: V, *, tenant: str, pepper: bytes
) -> records.CreateRecord:
    """Return the order to make a record of these values."""
    claims = claims_of(kind, values, tenant=tenant, pepper=pepper)
    return records.CreateRecord(kind=kind.one, id=id_, values=values, claims=claims)


def create(command: records.CreateRecord, past: Past) -> Changes:
    kind = BY_NAME[command.kind]
    return _changes(kind, command, past, partial(records.create, kind))


def change(command: records.ChangeRecord, past: Past) -> Changes:
    kind = BY_NAME[command.kind]
    return _changes(kind, command, past, partial(records.change, kind))


def restore(command: records.RestoreRecord, past: Past) -> Changes:
    kind = BY_NAME[command.kind]
    return _changes(kind, command, past, partial(records.restore, kind, now=past.now))


def create_all(command: records.CreateRecords, past: Past) -> Changes:
    """All of them or none: what is refused says `at` which place."""
    return one_by_one(enumerate(command.records), past, _create_at)


def _create_at(numbered: tuple[int, records.CreateRecord], past: Past) -> Changes:
    place, command = numbered
    try:
        return create(command, past)
    except DomainError as refusal:
        vars(refusal)["at"] = place
        raise


def remove(command: records.RemoveRecord, past: Past) -> Changes:
    kind, links = BY_NAME[command.kind], _links_to(command.id, past)
    return _changes(kind, command, past, partial(records.remove, kind, links=links, now=past.now))


def purge(command: records.PurgeRecord, past: Past) -> Changes:
    kind, links = BY_NAME[command.kind], _links_to(command.id, past)
    return _changes(kind, command, past, partial(records.purge, kind, links=links, now=past.now))


def _links_to(record_id: str, past: Past) -> records.Links:
    return past.of(LINKS, records.links_of(record_id))


def _changes(kind: Kind[Any], command: Any, past: Past, decide: Decide) -> Changes:
    """Record what is decided, with what is claimed and let go of by it."""
    before = past.of(kind.aggregate, command.id)
    events = decide(command, before)
    after = kind.aggregate.fold(events, before)
    if events and after.active:
        _refuse_useless(kind, before, after, past)
    claimed = _claimed(kind, command.id, before, after, past)
    linked = _linked(kind, command.id, before, after, past)
    changes: Changes = {command.id: events, **claimed, **linked}
    follow = FOLLOWED_BY.get(kind.one)
    next_ = follow and follow(command.id, before, after, past)
    return _joined(changes, create(next_, Since(past, changes))) if next_ else changes


def _joined(one: Changes, other: Changes) -> Changes:
    return {stream: [*one.get(stream, ()), *other.get(stream, ())] for stream in {**one, **other}}


def _refuse_useless(kind: Kind[Any], before: Record[Any], after: Record[Any], past: Past) -> None:
    """Refuse what refers to something of no use. What was referred to before was of use then, and may
    have gone unless it was kept; and what was not in use kept nothing.
    """
    known = _by_id_and_use(kind, before.values) if before.values else set()
    for each, reference in kind.references(after.values):
        if (each, reference.keeps) not in known or (reference.keeps and not before.active):
            reference.refuse(past.of(reference.aggregate, each))


def _by_id_and_use(kind: Kind[Any], values: Any) -> set[tuple[str, bool]]:
    return {(each, reference.keeps) for each, reference in kind.references(values)}


def _claimed(
    kind: Kind[Any], owner: str, before: Record[Any], after: Record[Any], past: Past
) -> Changes:
    had = set(before.claims) if before.active else set()
    has = set(after.claims) if after.active else set()
    changes: dict[str, Sequence[Event]] = {}
    for each in sorted(had - has):
        changes[each] = records.release(owner, each, past.of(CLAIM, each))
    for each in sorted(has - had):
        changes[each] = records.claim(kind, owner, each, past.of(CLAIM, each))
    return changes


def let_go(record_id: str, past: Past) -> Changes:
    """Let others have what is unique of a person in a record that is erased: all that is unique of it."""
    kind = BY_NAME.get(kind_of(record_id))
    if kind is None or not kind.is_unique_of_persons:
        return {}
    claims = past.of(kind.aggregate, record_id).claims
    return {each: records.release(record_id, each, past.of(CLAIM, each)) for each in claims}


def _linked(
    kind: Kind[Any], owner: str, before: Record[Any], after: Record[Any], past: Past
) -> Changes:
    had, has = _references(kind, before), _references(kind, after)
    changes: dict[str, Sequence[Event]] = {}
    for each in sorted(each for each in {**had, **has} if had.get(each) != has.get(each)):
        link_id = records.links_of(each)
        past.of(LINKS, link_id)  # at no other version than that which whoever removes it has seen
        known = {"link_id": link_id, "target": each, "owner": owner}
        lost = [ReferenceLost(**known, keeps=had[each])] if each in had else []
        made = [ReferenceMade(**known, keeps=has[each])] if each in has else []
        changes[link_id] = [*lost, *made]
    return changes


def _references(kind: Kind[Any], record: Record[Any]) -> Mapping[str, bool]:
    """Return to which records and persons one in use refers, and whether it keeps them."""
    found: dict[str, bool] = {}
    for each, reference in kind.references(record.values) if record.active else ():
        if reference.is_record or reference.is_person:
            found[each] = found.get(each, False) or reference.keeps
    return found


def acting(kind: Kind[Any], action: Action) -> UseCase[Any]:
    """Return the use case of what a kind has besides."""

    def act(command: Any, past: Past) -> Changes:
        told = {"now": past.now} if action.is_timed else {}
        return _changes(kind, command, past, partial(action.decide, **told))

    return act


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    records.CreateRecord: create,
    records.ChangeRecord: change,
    records.CreateRecords: create_all,
    records.RemoveRecord: remove,
    records.RestoreRecord: restore,
    records.PurgeRecord: purge,
    **{action.command: acting(kind, action) for kind in KINDS for action in kind.actions.values()},
}
