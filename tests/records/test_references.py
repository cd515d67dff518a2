"""Who refers to a record is counted right, whatever happens to either of them."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from application import records as use_cases
from application.operations.retention import fate, policies
from application.processes.purge_record_when_it_can_be_restored_no_more import (
    PURGE_RECORD_WHEN_IT_CAN_BE_RESTORED_NO_MORE as PURGING,
)
from domain import catalogue
from domain.business.users import Role
from domain.messages import DomainError, Value
from domain.money.taxes import TAXES, Tax
from domain.records import (
    LINKS,
    ChangeRecord,
    CreateRecord,
    Kind,
    PurgeRecord,
    ReferenceLost,
    RemoveRecord,
    RestoreRecord,
    StoredAs,
    links_of,
    to,
)
from domain.texts import loosely
from tests.in_memory import InMemory

NOON: Final = datetime(2026, 11, 29, 12, tzinfo=UTC)
T: Final = [f"tax-0198c0de-0000-7000-8000-00000000000{n}" for n in (1, 2)]
S: Final = [f"shelf-0198c0de-0000-7000-8000-00000000000{n}" for n in (1, 2)]


class Shelf(Value, frozen=True, kw_only=True):
    """Refers to a tax in passing, and to another that it cannot do without."""

    tax_id: str | None = None
    other: str | None = None


SHELVES: Final = Kind(
    one="shelf",
    many="shelves",
    french="Étagère",
    values=Shelf,
    examples=(Shelf(), Shelf(tax_id=T[0])),
    stored_as=StoredAs(created="a", changed="b", removed="c", restored="d", purged="e"),
    columns=("tax_id",),
    writers=frozenset({Role.OWNER}),
    refers_to={"tax_id": to(TAXES), "other": to(TAXES, keeps=True)},
)


@pytest.fixture
def past(monkeypatch: pytest.MonkeyPatch) -> InMemory:
    monkeypatch.setitem(catalogue.BY_NAME, "shelf", SHELVES)
    return InMemory(use_cases.USE_CASES, NOON)


def tax(id_: str) -> CreateRecord:
    return CreateRecord(kind="tax", id=id_, values=Tax(name=id_, rate=1, country="FR"))


def shelf(kind: type[Any], id_: str, **values: str | None) -> Any:
    return kind(kind="shelf", id=id_, values=Shelf(**values))


def links(past: InMemory, id_: str) -> tuple[int, int]:
    found = past.of(LINKS, links_of(id_))
    return found.owners, found.keepers


held = st.sampled_from([None, *T])
shelved = st.builds(
    lambda kind, id_, tax_id, other: shelf(kind, id_, tax_id=tax_id, other=other),
    st.sampled_from([CreateRecord, ChangeRecord]),
    st.sampled_from(S),
    held,
    held,
)
plain = st.builds(
    lambda kind, id_: kind(kind=id_.partition("-")[0], id=id_),
    st.sampled_from([RemoveRecord, RestoreRecord, PurgeRecord]),
    st.sampled_from([*S, *T]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(orders=st.lists(shelved | plain, max_size=25), days=st.lists(st.sampled_from([0, 31])))
def test_they_are_as_many_as_refer_to_it(
    monkeypatch: pytest.MonkeyPatch, orders: list[Any], days: list[int]
) -> None:
    monkeypatch.setitem(catalogue.BY_NAME, "shelf", SHELVES)
    past = InMemory(use_cases.USE_CASES, NOON)
    for id_ in T:
        past.run(tax(id_))
    for place, order in enumerate(orders):
        past.now += timedelta(days=days[place % len(days)] if days else 0)
        try:
            past.run(order)
        except DomainError:
            continue

        shelves = [past.of(SHELVES.aggregate, id_) for id_ in S]
        used = [each.values for each in shelves if each.active and each.values]
        for id_ in T:
            owners = [each for each in used if id_ in (each.tax_id, each.other)]
            keepers = [each for each in used if id_ == each.other]
            assert links(past, id_) == (len(owners), len(keepers))
            assert not keepers or past.of(TAXES.aggregate, id_).active, "what is kept is in use"


def test_what_is_kept_once_is_kept_although_it_was_referred_to_before(past: InMemory) -> None:
    past.run(tax(T[0]))
    past.run(shelf(CreateRecord, S[0], tax_id=T[0]))
    past.run(shelf(ChangeRecord, S[0], tax_id=T[0], other=T[0]))

    with pytest.raises(TAXES.in_use):
        past.run(RemoveRecord(kind="tax", id=T[0]))

    past.run(shelf(ChangeRecord, S[0]))
    assert links(past, T[0]) == (0, 0)


def test_what_was_removed_is_kept_by_nobody_although_it_is_referred_to(past: InMemory) -> None:
    past.run(tax(T[0]))
    past.run(shelf(CreateRecord, S[0], tax_id=T[0]))
    past.run(RemoveRecord(kind="tax", id=T[0]))

    with pytest.raises(TAXES.is_removed):
        past.run(shelf(ChangeRecord, S[0], other=T[0]))

    past.run(shelf(ChangeRecord, S[0], tax_id=T[0]))
    assert links(past, T[0]) == (1, 0)


def test_what_something_refers_to_stays_until_the_last_has_gone(past: InMemory) -> None:
    past.run(tax(T[0]))
    past.run(shelf(CreateRecord, S[0], tax_id=T[0]))
    past.run(RemoveRecord(kind="tax", id=T[0]))
    past.now += timedelta(days=31)
    purge = PurgeRecord(kind="tax", id=T[0])
    told = fate(T[0], past)

    [purged] = past.run(purge)
    again = past.run(purge)
    events = past.run(RemoveRecord(kind="shelf", id=S[0]))
    [lost] = [event for event in events if isinstance(event, ReferenceLost)]
    [last] = past.run(purge)

    assert told is not None
    assert (told.stays, told.says) == (True, "stays: 1 still refer to it")
    assert replace(told, is_personal=True).says == (
        "stays: 1 still refer to it; what is personal in it is gone"
    )
    kept = {each.kind: (each.days, each.gone, each.stay) for each in policies([told])}
    assert kept == {**dict.fromkeys(catalogue.BY_NAME, (30, 0, 0)), "tax": (30, 0, 1)}
    assert fate(T[0], past) is None
    assert (purged.wholly, again, last.wholly) == (False, [], True)
    assert (lost.target, ReferenceLost in PURGING.when) == (T[0], True)


def test_what_was_referred_to_before_does_not_keep_it_from_being_restored(past: InMemory) -> None:
    past.run(tax(T[0]))
    past.run(shelf(CreateRecord, S[0], tax_id=T[0]))
    past.run(RemoveRecord(kind="shelf", id=S[0]))
    past.run(RemoveRecord(kind="tax", id=T[0]))

    past.run(RestoreRecord(kind="shelf", id=S[0]))

    assert past.of(SHELVES.aggregate, S[0]).active


def test_who_keeps_something_is_named_as_long_as_anybody_does(past: InMemory) -> None:
    past.run(tax(T[0]))
    shelves = [f"shelf-0198c0de-0000-7000-8000-0000000001{number:02}" for number in range(11)]
    for id_ in shelves:
        past.run(shelf(CreateRecord, id_, other=T[0]))
    for id_ in shelves[:10]:
        past.run(RemoveRecord(kind="shelf", id=id_))

    with pytest.raises(TAXES.in_use) as refused:
        past.run(RemoveRecord(kind="tax", id=T[0]))

    assert refused.value.facts == {"by": (shelves[10],), "of": 1}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Crème", " CREME ", True),
        ("Ærø", "aero", True),
        ("мой", "мои", False),
        ("バス", "ハス", False),
        ("ขาว", "ข่าว", False),
        ("x²", "x2", False),
    ],
)
def test_a_mark_makes_another_letter_but_in_latin(one: str, other: str, *, same: bool) -> None:
    assert (loosely(one) == loosely(other)) == same
