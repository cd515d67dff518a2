"""Whoever reaches only what is their own sees and changes that, of every kind that says whose it is."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace

from application.told import told
from domain.catalogue import KINDS
from domain.records import Kind
from domain.records.kind import OWNERS
from tests.architecture.test_told import AT, past
from tests.records.any_kind import bodies, code, create, of_those, unlike
from tests.running import Running

pytestmark = pytest.mark.postgres

own_kinds = of_those([kind for kind in KINDS if kind.own])
own_writers = of_those([kind for kind in KINDS if kind.own_writers])
NOBODY = "0198c0de-0000-7000-8000-0000000000ff"


def client(http: TestClient, name: str) -> str:
    made: str = http.post("/v1/clients", json={"name": name}).json()["id"]
    return made


def whose(kind: Kind[Any], http: TestClient, id_: str) -> list[str]:
    """Return the ids of two who may own one."""
    kinds = {"client_id": "client", "professional_id": "professional"}
    if id_ == "client_id":
        return [client(http, name) for name in ("Zoé", "Bob")]
    return [f"{kinds[id_]}-{NOBODY[:-1]}{n}" for n in (1, 2)]


@own_kinds
def test_of_all_there_are_one_is_shown_ones_own(running: Running, http, kind) -> None:
    first, second = bodies(kind)
    for id_, column in kind.own.items():
        mine, theirs = whose(kind, http, id_)
        own = create(http, kind, {**first, column: mine})
        other = create(http, kind, {**second, column: theirs})
        running.settle()
        me = running.http(OWNERS[id_], **{id_: mine})

        listed = me.get(f"/v1/{kind.many}").json()["data"]
        sought = me.get(f"/v1/{kind.many}?{column}={theirs}").json()["data"]

        assert [row["id"] for row in listed] == [own.rpartition("/")[2]]
        assert sought == []
        assert me.get(own).status_code == 200
        assert code(me.get(other)) == (404, "not-found")


@own_writers
def test_one_changes_ones_own_and_nobody_elses(running: Running, http, kind) -> None:
    first, second = bodies(kind)
    for role in kind.own_writers:
        (id_,) = (name for name, who in OWNERS.items() if who is role)
        column = kind.own[id_]
        mine, theirs = whose(kind, http, id_)
        other = create(http, kind, {**first, column: theirs})
        me = running.http(role, **{id_: mine})

        own = create(me, kind, {**unlike(kind, first), column: mine})

        assert me.put(own, json={**second, column: mine}).status_code == 200
        assert me.patch(own, json={column: theirs}).status_code == 404
        assert me.delete(own).status_code == 204
        assert me.get(own).json()["active"] is False
        running.settle()
        listed = me.get(f"/v1/{kind.many}?include_deleted=true").json()["data"]
        assert [row["id"] for row in listed] == [own.rpartition("/")[2]]
        assert len(http.get(f"{own}/history").json()["data"]) == 3
        for one in (own, other):  # it may have been another's before
            assert code(me.get(f"{one}/history")) == (403, "permission-missing")
        assert me.post(f"{own}/restoration").status_code == 200
        for given in (first, {**first, column: theirs}):
            assert me.post(f"/v1/{kind.many}", json=given).status_code == 404
            batch = {"items": [{**first, column: mine}, given]}
            assert me.post(f"/v1/{kind.many}/batch", json=batch).status_code == 404
        running.settle()
        assert len(http.get(f"/v1/{kind.many}?include_deleted=true").json()["data"]) == 2
        not_found = (404, f"{kind.one}-not-found")
        assert code(me.put(other, json={**second, column: mine})) == not_found
        assert me.patch(other, json={}).status_code == 404
        assert code(me.delete(other)) == not_found
        assert code(me.post(f"{other}/restoration")) == not_found


@own_kinds
def test_who_only_sees_their_own_changes_nothing(running: Running, http, kind) -> None:
    first, _ = bodies(kind)
    for id_, column in kind.own.items():
        if OWNERS[id_] not in kind.own_writers | kind.writers:
            mine, _ = whose(kind, http, id_)
            own = create(http, kind, {**first, column: mine})
            me = running.http(OWNERS[id_], **{id_: mine})
            assert code(me.delete(own)) == (403, "permission-missing")
            assert code(me.post(f"/v1/{kind.many}", json={**first, column: mine})) == (
                403,
                "permission-missing",
            )


@own_kinds
def test_whose_it_is_is_told_with_all_that_happens_to_it(kind) -> None:
    for id_, column in kind.own.items():
        mine = f"{id_.removesuffix('_id')}-{NOBODY}"
        values = replace(kind.examples[0], **{column: mine})
        created = kind.created(id=f"{kind.one}-{NOBODY}", values=values)
        state = kind.aggregate.fold([created])

        for event in (created, kind.removed(id=created.id, at=AT)):
            found = told(past(event), state)
            assert found is not None
            assert found.about[id_] == mine
