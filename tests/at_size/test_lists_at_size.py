"""Whatever a list is asked, it reads about as many rows as it gives, or says where it goes on."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pytest

from api.people import clients
from api.requests.listing import Listing
from api.scheduling import bookings
from domain.business.users import Role
from projections.paging import LOOKED_AT, Op, Page, Place, Sort, Where, Within, page
from projections.people.client_visits import ADDED_UP
from tests.at_size.apart import BUSINESS, MANY, WALK_IN, professional
from tests.at_size.explained import Explaining, too_much
from tests.at_size.log import LARGE, numbered
from tests.running import Running

pytestmark = [pytest.mark.postgres, pytest.mark.thorough]

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
    for name in listing.filters:
        column = listing.meanings[name].column if name in listing.meanings else name
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


@pytest.mark.parametrize(
    "asked",
    [
        "/v1/bookings?status=cancelled&booking_type=a",
        f"/v1/bookings?status=cancelled&professional_id={professional(1)}",
        "/v1/bookings?status=cancelled,no_show&booking_type=a,c",
        "/v1/bookings?status=cancelled&booking_type=a&sort=-created_at",
        "/v1/bookings?status=declined&sort=created_at",
        f"/v1/clients/{WALK_IN}",
        f"/v1/clients/{WALK_IN}/timeline?kind=note",
        f"/v1/clients/{WALK_IN}/bookings?status=no_show,declined",
        "/booking?status=cancelled&page=1",
        "/appointments?status=cancelled&page=1",
    ],
)
@pytest.mark.parametrize("role", [Role.OWNER, Role.PROFESSIONAL, Role.CLIENT])
def test_what_never_comes_together_is_looked_for_among_so_many(
    grown: Running, explained: Explaining, role: Role, asked: str
) -> None:
    """By those who see everything, and by those who see their own: another's are not theirs."""
    whose = {Role.PROFESSIONAL: {"professional_id": professional(1)}}.get(role, {})
    http = grown.http(role, tenant=BUSINESS, **whose, client_id=NOBODY)

    assert http.get(asked).status_code in (200, 403, 404)

    assert too_much(explained.found) == []


@pytest.mark.parametrize("sort", ["starts_at", "-starts_at", "created_at", "-created_at"])
@pytest.mark.parametrize("asked", ["", "status=cancelled", "booking_type=b"])
def test_whoever_sees_their_own_reads_no_further_than_they_are_shown(
    grown: Running, explained: Explaining, asked: str, sort: str
) -> None:
    http = grown.http(Role.PROFESSIONAL, tenant=BUSINESS, professional_id=professional(1))

    assert http.get(f"/v1/bookings?{asked}&sort={sort}").status_code == 200

    assert too_much(explained.found) == []


def test_of_very_many_visits_the_latest_are_added_up_which_is_said(
    grown: Running, explained: Explaining
) -> None:
    visits = grown.http(tenant=BUSINESS).get(f"/v1/clients/{WALK_IN}").json()["visits"]

    assert (visits["bookings"], visits["completed"]) == (ADDED_UP, ADDED_UP // 2)
    assert visits["is_least"]
    assert too_much(explained.found, ADDED_UP + FEW) == []


def test_all_pages_together_are_what_was_looked_for(grown: Running) -> None:
    """Among twice as many others, wherever it lies."""
    http, found = grown.http(tenant=BUSINESS), []
    asked = {"status": "cancelled", "booking_type": "b", "sort": "created_at", "limit": "200"}
    page = http.get("/v1/bookings", params=asked).json()
    while page["has_more"]:
        found += page["data"]
        page = http.get("/v1/bookings", params={**asked, "cursor": page["next_cursor"]}).json()

    assert len([*found, *page["data"]]) == MANY // 2
