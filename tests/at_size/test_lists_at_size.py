"""Whatever a list is asked, it reads about as many rows as it gives, or says where it goes on."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pytest

from api import bookings, clients
from api.listing import Listing
from projections.paging import LOOKED_AT, Op, Page, Place, Sort, Where, Within, page
from tests.at_size.explained import Explaining, too_much
from tests.at_size.log import LARGE, numbered
from tests.running import Running

pytestmark = pytest.mark.postgres

LONG: Final = {"bookings": bookings.LISTING, "clients": clients.LISTING}
PAGE: Final = 50
FEW: Final = 6 * PAGE
NOBODY: Final = "nobody"


def _sorts() -> Iterator[tuple[Listing, Sort]]:
    for listing in LONG.values():
        for column in listing.sorts:
            yield from ((listing, Sort(column, descending)) for descending in (False, True))


SORTS: Final = [*_sorts()]
NAMES: Final = [f"{each.model.name} by {sort.column} {sort.descending}" for each, sort in SORTS]


def ask(
    grown: Running,
    listing: Listing,
    sort: Sort,
    *,
    place: Place | None = None,
    where: Sequence[Where] = (),
) -> Page:
    with grown.system.database.as_tenant(LARGE) as connection:
        return page(
            connection,
            listing.model,
            LARGE,
            within=Within(),
            where=where,
            sort=sort,
            place=place,
            limit=PAGE,
        )


@pytest.mark.parametrize(("listing", "sort"), SORTS, ids=NAMES)
def test_a_page_is_read_from_where_it_begins(
    grown: Running, explained: Explaining, listing: Listing, sort: Sort
) -> None:
    last = ask(grown, listing, Sort(sort.column, not sort.descending)).first
    assert last is not None
    end = Place(last.value, last.key)

    found = [
        ask(grown, listing, sort),
        ask(grown, listing, sort, place=end),
        ask(grown, listing, sort, place=end._replace(backwards=True)),
    ]

    assert [len(each.documents) for each in found] == [PAGE, 0, PAGE]
    assert too_much(explained.found, FEW) == []


@pytest.mark.parametrize(("listing", "sort"), SORTS, ids=NAMES)
def test_a_filter_leaves_no_list_to_be_read_as_a_whole(
    grown: Running, explained: Explaining, listing: Listing, sort: Sort
) -> None:
    for column in listing.filters:
        for wanted in _values(grown, listing, column):
            ask(grown, listing, sort, where=[Where(column, Op.IS, wanted)])

    assert too_much(explained.found, LOOKED_AT + FEW) == []


def _values(grown: Running, listing: Listing, column: str) -> list[list[Any]]:
    """Return what many rows have, and what none has."""
    table, name = f'live."{listing.model.name}"', f'"{column}"'
    with grown.system.database.as_worker() as connection:
        [(often,)] = connection.execute(
            f"SELECT mode() WITHIN GROUP (ORDER BY {name}) FROM {table}".encode()
        ).fetchall()
    if not isinstance(often, str):
        return [] if often is None else [[often]]
    return [[often], [NOBODY], [often, NOBODY]]


@pytest.mark.parametrize("query", ["client 17", "nobody"])
def test_who_looks_for_a_client_looks_at_so_many(
    grown: Running, explained: Explaining, query: str
) -> None:
    assert grown.http().get("/v1/clients", params={"q": query}).status_code == 200
    assert too_much(explained.found, LOOKED_AT + FEW) == []


@pytest.mark.parametrize("numbered_page", [1, 2, 100])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_a_numbered_page_reads_no_further_than_its_number(
    grown: Running, explained: Explaining, numbered_page: int, order: str
) -> None:
    asked = f"page={numbered_page}&sortOrder={order}&limit=10"

    assert grown.http().get(f"/appointments?{asked}").status_code == 200
    assert too_much(explained.found, 10_001) == []


def test_what_a_client_brought_is_added_up_from_their_visits(
    grown: Running, explained: Explaining
) -> None:
    shown = grown.http().get(f"/v1/clients/{numbered('client', 1)}")

    assert shown.json()["visits"]["completed"] > 0
    assert too_much(explained.found, FEW) == []
