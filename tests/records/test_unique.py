"""What only one may have, one has: of every kind that says so, whoever else wants it and when."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.records.any_kind import bodies, code, create, unique_kinds
from tests.running import Running

pytestmark = [pytest.mark.postgres, pytest.mark.together]


@unique_kinds
def test_what_is_unique_is_had_by_one_and_freed_with_it(running: Running, http, kind) -> None:
    for unique in kind.unique:
        first, second = bodies(kind)
        first |= {field: "one" for field in unique.fields if first[field] is None}
        where = create(http, kind, first)
        written = {field: f" {first[field].lower()} " for field in unique.fields}
        again = {**second, **{f: written[f] if unique.loosely else first[f] for f in written}}
        again = {**again, **{f: first[f] for f in ("country",) if f in again}}

        refused = http.post(f"/v1/{kind.many}", json=again)
        assert code(refused) == (409, f"{kind.one}-value-taken")
        assert where.endswith(refused.json()["by"])
        http.delete(where)
        other = create(http, kind, again)
        assert code(http.post(f"{where}/restoration")) == (409, f"{kind.one}-value-taken")
        http.delete(other)
        assert http.post(f"{where}/restoration").status_code == 200
        http.delete(where)


@unique_kinds
def test_of_twelve_who_want_one_value_at_once_one_has_it(running: Running, http, kind) -> None:
    first, _ = bodies(kind)

    with ThreadPoolExecutor(12) as threads:
        answers = [*threads.map(lambda _: http.post(f"/v1/{kind.many}", json=first), range(12))]

    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 11]


@unique_kinds
def test_of_several_the_one_that_is_refused_is_named_and_none_is_made(
    running: Running, http, kind
) -> None:
    first, second = bodies(kind)
    where = f"/v1/{kind.many}/batch"

    refused = http.post(where, json={"items": [second, first, first]})
    wrong = http.post(where, json={"items": [second, {}]})
    none = http.post(where, json={"items": []})
    running.settle()

    assert (*code(refused), refused.json()["at"]) == (409, f"{kind.one}-value-taken", 2)
    assert wrong.json()["errors"][0]["pointer"].startswith("#/items/1/")
    assert none.json()["errors"][0]["pointer"] == "#/items"
    assert http.get(f"/v1/{kind.many}").json()["data"] == []


@unique_kinds
def test_of_twelve_in_two_processes_who_want_one_value_one_has_it(two_systems, kind) -> None:
    first, _ = bodies(kind)
    desks = [each.http() for each in two_systems]

    with ThreadPoolExecutor(12) as threads:
        answers = [
            *threads.map(lambda n: desks[n % 2].post(f"/v1/{kind.many}", json=first), range(12))
        ]

    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 11]
