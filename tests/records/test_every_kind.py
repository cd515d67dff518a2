"""What is promised of every kind of record, over HTTP."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from adapters.read_models.difference import compare
from adapters.read_models.rebuild import Rebuilder
from api.requests.values import merged_with
from domain.business.users import Role
from domain.personal import erased
from domain.records import ChangeRecord, Kind
from projections.records import RECORDS
from tests.architecture.examples import UUID
from tests.contract import document
from tests.records.any_kind import (
    bodies,
    code,
    create,
    every_kind,
    going_kinds,
    has,
    kept_kinds,
    older_kinds,
    sent,
    told,
)
from tests.running import Running

pytestmark = [pytest.mark.postgres, pytest.mark.together]


@every_kind
def test_what_was_created_is_shown_at_once_and_listed(running, http, kind) -> None:
    first, _ = bodies(kind)
    where = create(http, kind, first)
    running.settle()

    shown = http.get(where)

    assert has(shown, {**first, "active": True, "version": 1})
    assert http.get(f"/v1/{kind.many}").json()["data"] == [shown.json()]


@every_kind
def test_it_is_changed_as_a_whole_on_the_version_that_was_seen(http, kind) -> None:
    first, second = bodies(kind)
    where = create(http, kind, first)
    seen = {"If-Match": http.get(where).headers["etag"]}

    changed = http.put(where, json=second, headers=seen)
    stale = http.put(where, json=first, headers=seen)

    assert has(changed, second)
    assert code(stale) == (412, "version-mismatch")


@every_kind
def test_a_part_of_it_is_changed_and_the_rest_stays(http, kind) -> None:
    first, second = bodies(kind)
    where = create(http, kind, first)
    name = kind.columns[0]

    changed = http.patch(where, json={name: second[name]})
    nothing = http.patch(where, json={})
    stale = http.patch(where, json={name: first[name]}, headers={"If-Match": '"1"'})

    assert has(changed, {**first, name: second[name]})
    assert nothing.json()["version"] == changed.json()["version"] == 2
    assert code(stale) == (412, "version-mismatch")


@every_kind
def test_null_takes_away_what_may_be_missing_and_nothing_else(http, kind) -> None:
    first, _ = bodies(kind)
    where = create(http, kind, first)
    fields = msgspec.structs.fields(kind.values)

    for field in fields:
        answer = http.patch(where, json={field.name: None})
        if field.required or field.name in kind.ours:
            assert code(answer) == (422, "validation-failed")
            assert answer.json()["errors"][0]["pointer"] == f"#/{field.name}"
        else:
            assert answer.json()[field.name] == sent(field.default)


@every_kind
def test_two_who_change_different_parts_at_once_both_have_their_way(running, http, kind) -> None:
    first, second = bodies(kind)
    where = create(http, kind, first)
    wanted = [{name: second[name]} for name in first if first[name] != second[name]]

    with ThreadPoolExecutor(len(wanted)) as threads:
        answers = [*threads.map(lambda part: http.patch(where, json=part), wanted)]

    assert {answer.status_code for answer in answers} == {200}
    assert has(http.get(where), second)


@every_kind
@pytest.mark.apart
def test_what_was_removed_is_hidden_and_can_be_restored_for_thirty_days(
    running: Running, http, kind
) -> None:
    first, second = bodies(kind)
    where, other = create(http, kind, first), create(http, kind, second)
    name = kind.many

    assert http.delete(where).status_code == 204
    assert http.delete(where).status_code == 204
    http.delete(other)
    assert code(http.put(where, json=second)) == (409, f"{kind.one}-is-removed")
    running.settle()
    assert http.get(f"/v1/{name}").json()["data"] == []
    assert len(http.get(f"/v1/{name}?include_deleted=true").json()["data"]) == 2
    running.clock.set(running.clock() + timedelta(days=29))
    restored = http.post(f"{where}/restoration")
    assert has(restored, {**first, "active": True, "removed_at": None})
    running.clock.set(running.clock() + timedelta(days=2))
    assert code(http.post(f"{other}/restoration")) == (410, f"{kind.one}-is-gone")


@every_kind
def test_who_may_not_change_it_does_not_see_what_was_removed(running: Running, http, kind) -> None:
    for role in set(Role) - kind.writers - kind.own_writers:
        for question in ("include_deleted=true", "active=false", "active=true"):
            asked = running.http(role).get(f"/v1/{kind.many}?{question}")
            assert code(asked) == (403, "permission-missing")


@every_kind
def test_it_is_shown_as_it_was_and_what_happened_to_it(running: Running, http, kind) -> None:
    first, second = bodies(kind)
    where = create(http, kind, first)
    position = http.get("/v1/history").json()["data"][0]["position"]
    http.put(where, json=second)

    [made, changed] = http.get(f"{where}/history").json()["data"]

    assert has(http.get(f"{where}?as_of={position}"), first)
    assert (made["type"], changed["type"]) == tuple(kind.events)[:2]
    differs = [name for name in first if first[name] != second[name]]
    for name in differs:
        shown = [told(each) for each in changed["changes"][name]]
        assert shown == [told(first[name]), told(second[name])]


@every_kind
def test_the_same_key_makes_one(running: Running, http, kind) -> None:
    first, _ = bodies(kind)
    key = {"Idempotency-Key": "7"}

    made = [http.post(f"/v1/{kind.many}", json=first, headers=key) for _ in range(2)]

    assert made[0].json() == made[1].json()
    assert made[1].headers["idempotent-replayed"] == "true"


@every_kind
def test_what_is_not_of_the_declared_form_is_refused(http, kind) -> None:
    first, _ = bodies(kind)

    for body in ({**first, "colour": "red"}, {**first, next(iter(first)): {}}, {}):
        assert code(http.post(f"/v1/{kind.many}", json=body)) == (422, "validation-failed")


@every_kind
def test_what_never_was_is_not_there(http, kind) -> None:
    first, _ = bodies(kind)
    nowhere = f"/v1/{kind.many}/{kind.one}-{UUID}"

    assert code(http.get(nowhere)) == (404, "not-found")
    assert code(http.put(nowhere, json=first)) == (404, f"{kind.one}-not-found")
    assert code(http.delete(nowhere)) == (404, f"{kind.one}-not-found")


@every_kind
def test_others_do_not_see_it_and_who_may_not_cannot(running: Running, http, kind) -> None:
    first, _ = bodies(kind)
    where = create(http, kind, first)
    stranger = running.http(Role.OWNER, Role.OPERATOR, tenant=UUID)

    assert stranger.get(where).status_code == 404
    assert stranger.delete(where).status_code == 404
    for role in set(Role) - kind.writers - kind.own_readers:
        client = running.http(role)
        assert client.post(f"/v1/{kind.many}", json=first).status_code == 403
        seen = client.get(where).status_code
        assert seen == (200 if role in kind.readers else 403)
        assert client.get(f"{where}/history").status_code == 403
    http.delete(where)
    for role in kind.readers - kind.writers:
        assert code(running.http(role).get(where)) == (404, "not-found")


@every_kind
def test_it_is_filtered_and_sorted_by_every_column(running: Running, http, kind) -> None:
    first, second = bodies(kind)
    create(http, kind, first)
    create(http, kind, second)
    running.settle()

    for column in kind.columns:
        sought = [row for row in (first, second) if row.get(column) == first.get(column)]
        if first.get(column) is not None:
            found = http.get(f"/v1/{kind.many}", params={column: first[column]}).json()["data"]
            assert len(found) == len(sought)
        for sort in (column, f"-{column}"):
            assert len(http.get(f"/v1/{kind.many}?sort={sort}").json()["data"]) == 2


@older_kinds
def test_the_old_path_is_the_same_and_says_where_to_go(running: Running, http, kind) -> None:
    first, _ = bodies(kind)
    made = http.post(kind.old_path, json=first)
    running.settle()

    assert made.status_code == 201
    assert made.headers["link"] == f'</v1/{kind.many}>; rel="successor-version"'
    assert http.get(kind.old_path).json()["data"] == [http.get(made.headers["location"]).json()]


@every_kind
def test_another_business_may_have_the_same(running: Running, http, kind) -> None:
    first, _ = bodies(kind)
    create(http, kind, first)

    create(running.http(Role.OWNER, Role.OPERATOR, tenant=UUID), kind, first)


@every_kind
def test_several_are_made_at_once_or_none(running: Running, http, kind) -> None:
    first, second = bodies(kind)
    where = f"/v1/{kind.many}/batch"
    key = {"Idempotency-Key": "7"}

    made = http.post(where, json={"items": [first, second]}, headers=key)
    again = http.post(where, json={"items": [first, second]}, headers=key)
    running.settle()

    assert made.status_code == 201
    assert again.json() == made.json()
    listed = http.get(f"/v1/{kind.many}?sort=created_at").json()["data"]
    assert sorted(map(str, listed)) == sorted(map(str, made.json()["data"]))


@going_kinds
@pytest.mark.apart
def test_what_can_be_restored_no_more_is_gone_for_good(running: Running, http, kind) -> None:
    first, second = bodies(kind)
    where, other = create(http, kind, first), create(http, kind, second)
    http.delete(where)
    http.delete(other)
    running.settle()
    running.clock.set(running.clock() + timedelta(days=20))
    http.post(f"{other}/restoration")
    running.settle()
    running.clock.set(running.clock() + timedelta(days=11))
    running.settle()

    assert code(http.get(where)) == (404, "not-found")
    assert code(http.post(f"{where}/restoration")) == (404, f"{kind.one}-not-found")
    listed = http.get(f"/v1/{kind.many}?include_deleted=true").json()["data"]
    assert [row["id"] for row in listed] == [other.rpartition("/")[2]]
    stream = where.rpartition("/")[2]
    happened = http.get(f"/v1/history?stream={stream}").json()["data"]
    assert happened[0]["type"] == kind.stored_as.purged


@kept_kinds
@pytest.mark.apart
def test_what_others_than_records_refer_to_stays(running: Running, http, kind) -> None:
    first, _ = bodies(kind)
    where = create(http, kind, first)
    http.delete(where)
    running.settle()
    running.clock.set(running.clock() + timedelta(days=31))
    running.settle()

    assert has(http.get(where), {**first, "active": False})
    assert code(http.post(f"{where}/restoration")) == (410, f"{kind.one}-is-gone")


@every_kind
def test_the_document_shows_its_examples(kind) -> None:
    schemas = document()["components"]["schemas"]

    said = [without_nothing(body) for body in bodies(kind)]
    assert schemas[f"{kind.values.__name__}Body"]["examples"] == said


def without_nothing(value: Any) -> Any:
    if isinstance(value, list):
        return [*map(without_nothing, value)]
    if not isinstance(value, dict):
        return value
    return {name: without_nothing(each) for name, each in value.items() if each is not None}


@every_kind
def test_whatever_stands_in_if_match_nobody_undoes_what_another_did(
    running: Running, http, kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody is faster, once, in between."""
    first, second = bodies(kind)
    where = create(http, kind, first)
    mine, theirs = [name for name in first if first[name] != second[name]][:2]
    values = msgspec.convert({**first, theirs: second[theirs]}, kind.values)
    faster = ChangeRecord(kind=kind.one, id=where.rpartition("/")[2], values=values)

    def slowly(*merging: Any) -> Any:
        monkeypatch.setattr("api.records.answering.merged_with", merged_with)
        running.order(faster)
        return merged_with(*merging)

    monkeypatch.setattr("api.records.answering.merged_with", slowly)
    changed = http.patch(where, json={mine: second[mine]}, headers={"If-Match": "*"})

    assert has(changed, {mine: second[mine], theirs: second[theirs]})


@every_kind
@pytest.mark.apart
def test_a_repeated_change_is_answered_as_the_first_time_also_when_it_is_gone(
    running: Running, http, kind
) -> None:
    first, second = bodies(kind)
    where, name, key = create(http, kind, first), kind.columns[0], {"Idempotency-Key": "7"}
    changed = http.patch(where, json={name: second[name]}, headers=key)
    http.delete(where)
    running.settle()
    running.clock.set(running.clock() + timedelta(days=31))
    running.settle()

    again = http.patch(where, json={name: second[name]}, headers=key)
    another = http.patch(where, json={name: second[name]})

    told_again = {**again.json(), **dict.fromkeys(hushed(kind))}
    assert told_again == {**changed.json(), **dict.fromkeys(hushed(kind))}
    is_kept = (409, f"{kind.one}-is-removed")
    assert code(another) == (is_kept if kind.for_good else (404, f"{kind.one}-not-found"))


def hushed(kind: Kind[Any]) -> list[str]:
    """Name the fields of which something is erased by then."""
    first, _ = kind.examples
    left = erased(first)
    return [n for n in first.__struct_fields__ if getattr(left, n) != getattr(first, n)]


@every_kind
def test_who_asks_what_was_sees_what_was_removed_then(running: Running, http, kind) -> None:
    first, _ = bodies(kind)
    where = create(http, kind, first)
    http.delete(where)
    position = http.get("/v1/history").json()["data"][0]["position"]
    auditor = running.http(Role.AUDITOR)

    assert has(auditor.get(f"{where}?as_of={position}"), {**first, "active": False})
    assert code(auditor.get(where)) == (404, "not-found")


@every_kind
def test_rebuilt_it_is_as_it_was(running: Running, http, kind) -> None:
    first, second = bodies(kind)
    where = create(http, kind, first)
    http.put(where, json=second)
    http.delete(create(http, kind, first))
    running.settle()
    listed = http.get(f"/v1/{kind.many}?include_deleted=true").json()["data"]
    system, model = running.system, RECORDS[kind.one]
    rebuilder = Rebuilder(database=system.database, reader=system.reader)

    rebuilder.rebuild(model, anew=True)

    assert len(listed) == 2
    found = compare(rebuilder, model)
    assert (found.added, found.changed, found.removed) == (0, 0, 0)
