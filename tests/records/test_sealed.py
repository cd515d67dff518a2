"""What a kind says of people: every table of every schema is searched for it."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from fastapi.testclient import TestClient

from adapters.consumers import checkpoints
from adapters.erasure import PostgresErasures
from adapters.event_store.bundle import export, revealing
from adapters.event_store.personal_data import MasterKeys
from adapters.read_models.difference import compare
from adapters.read_models.fold import Failure
from adapters.read_models.rebuild import Rebuilder
from domain.catalogue import KINDS
from domain.personal import ERASED, erased
from domain.records import RESTORABLE, Kind
from projections.records import RECORDS
from tests.people.clients.dump import found
from tests.records.any_kind import bodies, code, create, of_those, unlike
from tests.records.hidden import secrets, texts
from tests.records.telling import on_kafka, tell_everything
from tests.running import Running

pytestmark = pytest.mark.postgres

about_persons = of_those([kind for kind in KINDS if kind.persons])
sealed_kinds = of_those([kind for kind in KINDS if kind.is_personal])


BESIDES = {"live.client_timeline"}
"""Tables that may show a record of a person besides the list of its kind."""


def must_say_something(kind: Kind[Any]) -> bool:
    """Whether there is something personal in all of them: what is left out is read as left out."""
    return ERASED in msgspec.json.encode(erased(kind.examples[0])).decode()


@pytest.fixture
def zoe(http: TestClient) -> str:
    client_id: str = http.post("/v1/clients", json={"name": "Zoé"}).json()["id"]
    return client_id


def said(kind: Kind[Any]) -> list[str]:
    return [text for example in kind.examples for text in texts(example)]


def equals_the_fold(running: Running, kind: Kind[Any]) -> None:
    system = running.system
    rebuilder = Rebuilder(database=system.database, reader=system.reader)
    rebuilder.rebuild(RECORDS[kind.one], anew=True)
    differs = compare(rebuilder, RECORDS[kind.one])
    assert (differs.added, differs.changed, differs.removed) == (0, 0, 0)


@about_persons
def test_of_a_person_who_is_erased_no_table_says_anything_any_more(
    running: Running, dsn: str, http, zoe, kind, capfd
) -> None:
    where = tell_everything(running, http, kind, **dict.fromkeys(kind.persons, zoe))
    then = http.get("/v1/history").json()["data"][0]["position"]
    before = found(dsn, said(kind))

    erased = http.delete(f"/v1/clients/{zoe}/personal-data")
    at_once = found(dsn, said(kind))
    running.settle()

    own = {f"{schema}.{kind.many}" for schema in ("live", "next", "previous")}
    assert own <= {*before} <= own | BESIDES
    assert (erased.status_code, at_once, found(dsn, said(kind))) == (204, {}, {})
    as_of = f"/v1/history/streams/{where.rpartition('/')[2]}"
    for shown in (where, f"{where}/history", f"{where}?as_of={then}", as_of):
        assert ERASED in http.get(shown).text or not must_say_something(kind)
        assert not any(text in http.get(shown).text for text in said(kind))
    assert not any(text in on_kafka(running) for text in said(kind))
    assert not any(text in "".join(capfd.readouterr()) for text in said(kind))
    equals_the_fold(running, kind)


@about_persons
def test_it_is_found_although_it_is_about_somebody_else_by_now_or_was_removed(
    running: Running, dsn: str, http, zoe, kind
) -> None:
    first, _ = bodies(kind)
    (field,) = kind.persons
    moved, removed = (
        create(http, kind, {**body, field: zoe}) for body in (first, unlike(kind, first))
    )
    http.put(moved, json=first)
    http.delete(removed)
    running.settle()
    assert running.system.jobs.find(None, about=zoe, limit=1) == [], "nobody purges a person"

    http.delete(f"/v1/clients/{zoe}/personal-data")
    running.settle()

    assert found(dsn, said(kind)) == {}
    assert code(http.post(f"/v1/{kind.many}", json={**first, field: zoe})) == (
        410,
        "client-is-erased",
    )


@about_persons
def test_what_was_removed_before_its_person_was_erased_goes_all_the_same(
    running: Running, http, zoe, kind
) -> None:
    where = create(http, kind, {**bodies(kind)[0], **dict.fromkeys(kind.persons, zoe)})
    http.delete(where)
    running.settle()
    http.delete(f"/v1/clients/{zoe}/personal-data")
    running.settle()

    running.system.walk(running.clock() + RESTORABLE + timedelta(minutes=1))

    assert code(http.get(where)) == (404, "not-found")


@about_persons
def test_what_is_said_of_them_while_one_looks_is_erased_too(
    running: Running, dsn: str, http, zoe, kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = bodies(kind)
    erasures, looked = running.system.erasures, PostgresErasures.left

    def slowly(*asked: Any) -> Any:
        monkeypatch.undo()
        left = looked(erasures, *asked)
        create(http, kind, {**first, **dict.fromkeys(kind.persons, zoe)})
        running.settle()
        return left

    monkeypatch.setattr(PostgresErasures, "left", lambda _, *asked: slowly(*asked))
    http.delete(f"/v1/clients/{zoe}/personal-data")
    running.settle()

    assert found(dsn, said(kind)) == {}


@about_persons
def test_what_is_not_personal_can_still_be_changed_and_nothing_personal_added(
    running: Running, http, zoe, kind
) -> None:
    first, second = bodies(kind)
    where = create(http, kind, {**first, **dict.fromkeys(kind.persons, zoe)})
    http.delete(f"/v1/clients/{zoe}/personal-data")
    name = kind.columns[0]

    changed = http.patch(where, json={name: second[name]})
    whole = http.put(where, json=second)
    running.settle()

    assert (changed.status_code, changed.json()[name]) == (200, second[name])
    assert code(whole) == (410, "personal-data-erased")
    assert http.get(where).json()[name] == second[name]
    equals_the_fold(running, kind)


@sealed_kinds
def test_once_it_is_purged_no_table_says_anything_any_more(
    running: Running, dsn: str, http, kind
) -> None:
    where = tell_everything(running, http, kind)
    http.delete(where)
    running.settle()
    late = running.clock() + RESTORABLE

    running.system.walk(late + timedelta(minutes=1))

    assert found(dsn, said(kind)) == {}
    assert code(http.get(where)) == (404, "not-found")


@sealed_kinds
def test_nor_does_a_row_that_is_set_aside(running: Running, dsn: str, http, kind) -> None:
    where = tell_everything(running, http, kind)
    http.delete(where)
    running.settle()
    row = (running.tenant, where.rpartition("/")[2])
    with running.system.database.as_worker() as connection:
        checkpoints.park(connection, kind.many, [Failure(row, 1, "ValueError")])

    running.system.walk(running.clock() + RESTORABLE + timedelta(minutes=1))

    assert found(dsn, said(kind)) == {}


@sealed_kinds
def test_a_history_that_is_taken_away_reveals_what_is_personal_and_no_secret(
    running: Running, http, kind
) -> None:
    create(http, kind, bodies(kind)[0])
    keys = MasterKeys(running.system.settings.master_keys)
    hushed = [*secrets(kind.examples[0])]

    with running.system.database.as_worker() as connection:
        reveal = revealing(keys, running.system.mapper)
        lines = b"".join(export(connection, running.tenant, reveal=reveal)).decode()

    for text in texts(kind.examples[0]):
        assert (text in lines) == (text not in hushed)
    assert "revealed" in lines
