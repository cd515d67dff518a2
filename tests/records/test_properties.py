"""Whatever is ordered of records, in whichever order: what holds all the while."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from application import records as use_cases
from application.records import claims_of
from domain.catalogue import KINDS
from domain.messages import DomainError
from domain.money.taxes import TAXES, Tax
from domain.records import (
    CLAIM,
    RESTORABLE,
    ChangeRecord,
    CreateRecord,
    Kind,
    PurgeRecord,
    Record,
    RemoveRecord,
    RestoreRecord,
    Unique,
)
from projections.records import RECORDS
from tests.architecture.golden import MAPPER
from tests.in_memory import InMemory

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
IDS = ("a", "b", "c")


def claims(kind: Kind[Any], values: Any) -> tuple[str, ...]:
    return claims_of(kind, values, tenant="t", pepper=b"pepper")


def orders(kind: Kind[Any]) -> st.SearchStrategy[Any]:
    ids = st.sampled_from([f"{kind.one}-{id_}" for id_ in IDS])
    valued = {"values": st.sampled_from(kind.examples), "kind": st.just(kind.one), "id": ids}
    plain = {"kind": st.just(kind.one), "id": ids}
    return st.one_of(
        st.builds(CreateRecord, **valued).map(lambda it: claiming(kind, it)),
        st.builds(ChangeRecord, **valued).map(lambda it: claiming(kind, it)),
        st.builds(RemoveRecord, **plain),
        st.builds(RestoreRecord, **plain),
        st.builds(PurgeRecord, **plain),
    )


def claiming(kind: Kind[Any], order: Any) -> Any:
    return type(order)(
        kind=order.kind, id=order.id, values=order.values, claims=claims(kind, order.values)
    )


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.many)
@given(data=st.data())
def test_one_has_what_is_unique_and_a_row_is_what_the_log_says(
    kind: Kind[Any], data: st.DataObject
) -> None:
    past = InMemory(use_cases.USE_CASES, NOON)
    model, rows = RECORDS[kind.one], dict[str, Any]()
    for order in data.draw(st.lists(orders(kind), max_size=30)):
        past.now += timedelta(days=data.draw(st.sampled_from([0, 1, 29, 31])))
        known, before = len(past.streams.get(order.id, ())), past.of(kind.aggregate, order.id)
        try:
            past.run(order)
        except DomainError:
            continue
        for event in past.streams.get(order.id, [])[known:]:
            rows[order.id] = model.evolve(rows.get(order.id), event)
            gone = rows[order.id] is None
            assert gone == past.of(kind.aggregate, order.id).gone
        assert past.run(order) == [], "what was done is not done again"
        if isinstance(order, PurgeRecord) and not before.gone:
            removed_at = before.removed_at
            late = removed_at is not None and past.now - removed_at > RESTORABLE
            assert past.of(kind.aggregate, order.id).gone == (late and not kind.for_good)

    rows = {id_: row for id_, row in rows.items() if row is not None}
    states = {id_: past.of(kind.aggregate, id_) for id_ in rows}
    for id_, row in rows.items():
        assert shown(kind, row) == shown(kind, states[id_])
    claimed = [each for state in states.values() if state.active for each in state.claims]
    assert len(claimed) == len(set(claimed))
    for id_, state in states.items():
        for each in state.claims if state.active else ():
            assert past.of(CLAIM, each).owner == id_


def shown(kind: Kind[Any], row: Any) -> Any:
    values = row.values if isinstance(row, Record) else row
    fields = [getattr(values, name) for name in kind.values.__struct_fields__]
    return [*fields, row.active, row.removed_at]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.many)
def test_a_claim_tells_nobody_of_what_it_is(kind: Kind[Any]) -> None:
    first, second = kind.examples
    one, other = claims(kind, first), claims_of(kind, first, tenant="u", pepper=b"pepper")
    keyed = claims_of(kind, first, tenant="t", pepper=b"other")

    assert one == claims(kind, first)
    assert not {*one} & {*other, *keyed, *claims(kind, second)}


def test_history_is_read_whatever_is_allowed_today() -> None:
    stored = '{"id": "tax-1", "values": {"name": "", "rate": 20001, "country": "Ruritania"}}'

    assert MAPPER.decode("tax-created.v1", stored) == TAXES.created(
        id="tax-1", values=Tax(name="", rate=20_001, country="Ruritania")
    )


def test_what_is_unique_to_the_letter_is_had_by_another_in_other_letters() -> None:
    to_the_letter = replace(TAXES, unique=(Unique(fields=("name",), loosely=False),))
    loosely = replace(TAXES, unique=(Unique(fields=("name",)),))
    one, other = (Tax(name=name, rate=1, country="FR") for name in ("VAT", "vat"))

    assert claims(loosely, one) == claims(loosely, other)
    assert not {*claims(to_the_letter, one)} & {*claims(to_the_letter, other)}
