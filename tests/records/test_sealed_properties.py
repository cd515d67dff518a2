"""Whatever is ordered of records that say something of people, or keep secrets, in whichever order,
erasures included: the list shows what the log says, and nothing outside what is sealed says it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from application import records as use_cases
from application.operations.retention import fate
from application.people import clients as clients_use_cases
from application.transact import UseCase
from domain import catalogue
from domain.catalogue import KINDS
from domain.confidential import Secret, kept, masked
from domain.messages import Command, DomainError
from domain.people.clients import CLIENT, EraseClient, RegisterClient
from domain.personal import erased
from domain.records import (
    ChangeRecord,
    CreateRecord,
    Kind,
    PurgeRecord,
    Record,
    ReferenceLost,
    ReferenceMade,
    RemoveRecord,
    RestoreRecord,
    links_of,
    without_persons,
)
from domain.values import ClientId, Contact
from tests.records.hidden import secrets, texts
from tests.records.kinds.complaints import COMPLAINTS, AnswerComplaint
from tests.records.kinds.gateways import GATEWAYS
from tests.records.sealing import Sealing

NOON: Final = datetime(2026, 11, 29, 12, tzinfo=UTC)
CLIENTS: Final = [ClientId(f"client-0198c0de-0000-7000-8000-00000000000{n}") for n in (1, 2)]
ALL: Final = (*KINDS, COMPLAINTS, GATEWAYS)
USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    **use_cases.USE_CASES,
    **clients_use_cases.USE_CASES,
    AnswerComplaint: use_cases.acting(COMPLAINTS, COMPLAINTS.actions["answer"]),
}


def values(kind: Kind[Any]) -> st.SearchStrategy[Any]:
    """Return the examples, about nobody or one of two, and with secrets that are kept as shown."""
    shown = [masked(kept(each)) for each in kind.examples] if kind.has_secrets else []
    found = st.sampled_from([*kind.examples, *shown])
    if not kind.persons:
        return found
    (field,) = kind.persons
    return st.builds(
        lambda each, who: replace(each, **{field: who}), found, st.sampled_from([None, *CLIENTS])
    )


def orders(kind: Kind[Any]) -> st.SearchStrategy[Any]:
    ids = st.sampled_from([f"{kind.one}-0198c0de-0000-7000-8000-00000000000{n}" for n in (1, 2)])
    valued = {"values": values(kind), "kind": st.just(kind.one), "id": ids}
    plain = {"kind": st.just(kind.one), "id": ids}
    also = [st.builds(AnswerComplaint, id=ids, answer=st.just("Zoé Dupont was told"))]
    return st.one_of(
        st.builds(CreateRecord, **valued),
        st.builds(ChangeRecord, **valued),
        *(st.builds(each, **plain) for each in (RemoveRecord, RestoreRecord, PurgeRecord)),
        *(also if kind is COMPLAINTS else []),
        *([st.sampled_from(CLIENTS)] if kind.persons else []),
    )


def erasing(past: Sealing, client_id: ClientId) -> EraseClient:
    """Erase a client as those do who look for what speaks of them."""
    links: list[Any] = past.streams.get(links_of(client_id), [])
    owners = dict.fromkeys(each.owner for each in links)
    return EraseClient(client_id=client_id, streams=tuple(owners))


class Heard:
    """What was said in each record, and about whom."""

    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = {}
        self.persons: dict[str, set[str]] = {}

    def hear(self, kind: Kind[Any], order: Any) -> None:
        said = getattr(order, "values", None)
        told = [order.answer] if isinstance(order, AnswerComplaint) else texts(said)
        self.texts.setdefault(order.id, []).extend(told)
        persons = (getattr(said, field, None) for field in kind.persons)
        self.persons.setdefault(order.id, set()).update(each for each in persons if each)

    def refuse_told(self, past: Sealing) -> None:
        """See that nothing is told: by what is stored in the clear, or of who is erased by the list."""
        in_clear = past.in_clear
        for id_, said in self.texts.items():
            assert not any(text in in_clear for text in said)
            gone = any(past.of(CLIENT, each).erased for each in self.persons[id_])
            if gone or id_ in past.destroyed:
                assert not any(text in shown(past, id_) for text in said)


def shown(past: Sealing, id_: str) -> str:
    return msgspec.json.encode(past.rows.get(id_)).decode()


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.many)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_list_shows_what_the_log_says_and_nothing_else_says_it(
    monkeypatch: pytest.MonkeyPatch, kind: Kind[Any], data: st.DataObject
) -> None:
    monkeypatch.setitem(catalogue.BY_NAME, kind.one, kind)
    past, heard = Sealing(kind, USE_CASES, NOON), Heard()
    hushed = [each for example in kind.examples for each in secrets(example)]
    for client_id in CLIENTS:
        past.run(RegisterClient(client_id=client_id, contact=Contact("Somebody")))
    for order in data.draw(st.lists(orders(kind), max_size=25)):
        past.now += timedelta(days=data.draw(st.sampled_from([0, 1, 31])))
        try:
            done = past.run(erasing(past, ClientId(order)) if isinstance(order, str) else order)
        except DomainError:
            continue
        if done and not isinstance(order, str):
            heard.hear(kind, order)

        heard.refuse_told(past)
        assert not any(each in shown(past, id_) for each in hushed for id_ in past.rows)
        assert past.rows == past.rebuilt()
        for id_, row in past.rows.items():
            refuse_another(kind, row, past.of(kind.aggregate, id_))


def refuse_another(kind: Kind[Any], row: Any, record: Record[Any]) -> None:
    """See that a row is a record, written out as far as it may be shown."""
    if row is None:
        assert record.values is None
        return
    names = kind.values.__struct_fields__
    assert kind.values(**{name: getattr(row, name) for name in names}) == masked(record.values)
    assert (row.active, row.removed_at) == (record.active, record.removed_at)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.many)
def test_an_event_of_its_own_is_read_as_what_it_set_once_it_is_erased(kind: Kind[Any]) -> None:
    """Or the list, where values are erased, would show something else than the log, where events are."""
    for example in kind.examples:
        for event in kind.also.values():
            record = Record(values=example, active=True)
            live = without_persons(kind.evolve(record, event))
            assert live == kind.evolve(without_persons(record), erased(event)), type(event)


def test_a_log_that_is_not_sealed_would_be_seen() -> None:
    first, _ = COMPLAINTS.examples

    assert [*texts(first)] == [
        "Zoé Dupont plays the drums",
        "the Martins",
        "Ines Neighbour",
        "Karl Cousin",
    ]
    assert [*texts(GATEWAYS.examples[0])] == ["sk-live-0198c0de7a51", "open sesame"]


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.many)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_said_to_become_of_a_record_becomes_of_it(
    monkeypatch: pytest.MonkeyPatch, kind: Kind[Any], data: st.DataObject
) -> None:
    monkeypatch.setitem(catalogue.BY_NAME, kind.one, kind)
    past = Sealing(kind, USE_CASES, NOON)
    for order in data.draw(
        st.lists(orders(kind).filter(lambda it: not isinstance(it, str)), max_size=15)
    ):
        past.now += timedelta(days=data.draw(st.sampled_from([0, 1, 31])))
        said = fate(order.id, past)
        try:
            done = past.run(order)
        except DomainError:
            continue
        if isinstance(order, PurgeRecord):
            due = said is not None and said.due_at < past.now
            goes = due and said is not None and not said.for_good
            assert [each.wholly for each in done] == ([not said.stays] if goes and said else [])


@pytest.mark.parametrize("kind", [COMPLAINTS, GATEWAYS], ids=lambda kind: kind.many)
def test_of_what_others_refer_to_nothing_is_kept_that_is_personal(
    monkeypatch: pytest.MonkeyPatch, kind: Kind[Any]
) -> None:
    monkeypatch.setitem(catalogue.BY_NAME, kind.one, kind)
    past, id_ = Sealing(kind, USE_CASES, NOON), f"{kind.one}-0198c0de-0000-7000-8000-000000000001"
    link: Any = {"link_id": links_of(id_), "target": id_, "owner": "shelf-1"}
    past.run(CreateRecord(kind=kind.one, id=id_, values=kind.examples[0]))
    past.record(links_of(id_), ReferenceMade(**link))
    past.run(RemoveRecord(kind=kind.one, id=id_))
    past.now += timedelta(days=31)
    told = fate(id_, past)

    past.run(PurgeRecord(kind=kind.one, id=id_))

    assert told is not None
    assert told.says.endswith("what is personal in it is gone")
    assert not any(text in shown(past, id_) for text in texts(kind.examples[0]))
    assert past.rows == past.rebuilt()
    refuse_another(kind, past.rows[id_], past.of(kind.aggregate, id_))
    past.record(links_of(id_), ReferenceLost(**link))
    past.run(PurgeRecord(kind=kind.one, id=id_))
    assert past.rows == past.rebuilt() == {id_: None}


def test_a_secret_is_not_shown_by_whoever_writes_it_down() -> None:
    secret = Secret(value="sk-live-0198c0de7a51")
    (first, _) = GATEWAYS.examples

    for written in (
        repr(secret),
        str(secret),
        f"{first}",
        repr(GATEWAYS.created(id="g", values=first)),
    ):
        assert "sk-live" not in written
        assert "7a51" in written
    assert repr(Secret(value="open sesame")) == "Secret(ends_with=None, version=0)"
