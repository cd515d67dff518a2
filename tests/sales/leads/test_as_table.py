"""Leads as a table for spreadsheets: all that the list shows, page by page, and never a formula."""

import csv
import tracemalloc
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from api.streamed import tables
from application.sales.imports.tables import table_of
from application.spreadsheets import BEGINS, FORMULAS, table, typed
from domain.business.users import Role
from domain.sales.imports import ImportLeads
from tests.running import Running
from tests.sales.imports.files import one
from tests.sales.leads.coming import ADVERT, BOTH, engage, opened


def rows(content: bytes, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    return [*csv.DictReader(StringIO(content.decode(encoding), newline=""))]


@pytest.fixture
def in_small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "AT_ONCE", 2)


# --- Cells ----------------------------------------------------------------------------

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), min_size=1))
def test_no_cell_is_a_formula_and_every_one_is_read_as_it_was_typed(cells: Any) -> None:
    cells = [["x", *each] for each in cells]
    written = table([["one", "two", "three"], *cells])

    read = [*csv.reader(StringIO(written, newline=""))][1:]

    assert not [cell for row in read for cell in row if cell[:1] and cell[0] in FORMULAS]
    taken_in = [[*each.cells] for each in table_of(written.encode()).records]
    assert taken_in == read
    for row, before in zip(read, cells, strict=True):
        assert [typed(cell) for cell in row] == [typed(cell) for cell in before]


# --- Over HTTP ------------------------------------------------------------------------

pytestmark = [pytest.mark.postgres, pytest.mark.together]


@pytest.mark.usefixtures("in_small_pages")
def test_all_leads_are_in_it_in_the_order_of_the_list_with_who_they_are(
    running: Running, http: TestClient
) -> None:
    for n in range(7):
        person = {**BOTH, "name": f"=Zoé {n}", "email": f"z{n}@example.org", "phone": None}
        engage(http, opened(http, person=person, touch=ADVERT), "booking", *"abcdefg"[: n + 1])
    running.settle()

    answer = http.get("/v1/leads.csv")
    listed = http.get("/v1/leads").json()["data"]

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="leads.csv"'
    assert answer.content.startswith(BEGINS.encode())
    told = rows(answer.content)
    assert [each["id"] for each in told] == [each["id"] for each in listed]
    assert {each["name"] for each in told} == {f"'=Zoé {n}" for n in range(7)}
    by_name = {each["name"]: each for each in told}
    assert (by_name["'=Zoé 6"]["email"], by_name["'=Zoé 6"]["phone"]) == ("z6@example.org", "")
    assert (told[0]["source"], told[0]["campaign"]) == ("instagram", "advent")
    assert [int(each["score"]) for each in told] == [each["score"] for each in listed]


def test_it_is_asked_as_the_list_is(running: Running, http: TestClient) -> None:
    cold = opened(http, touch={"source": "google"})
    warm = opened(http, person={"name": "Noor", **BOTH, "email": "noor@example.org"}, touch=ADVERT)
    running.settle()

    def ids(**asked: str) -> list[str]:
        answer = http.get("/v1/leads.csv", params=asked)
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in rows(answer.content)]

    assert ids() == [warm["id"], cold["id"]]
    assert ids(sort="score") == [cold["id"], warm["id"]]
    assert ids(source="google") == [cold["id"]]
    assert ids(status="qualified") == []


@pytest.mark.parametrize(
    "asked", [{"cursor": "x"}, {"limit": "2"}, {"sort": "name"}, {"status": "asleep"}]
)
def test_what_a_table_cannot_be_asked_is_refused(http: TestClient, asked: Any) -> None:
    refused = http.get("/v1/leads.csv", params=asked)

    assert (refused.status_code, refused.json()["code"]) == (400, "query-invalid")


@pytest.mark.parametrize(("encoding", "name"), [("utf-8", "Zoé \u0141"), ("windows-1252", "Zoé ?")])
def test_it_is_written_in_the_letters_that_are_asked_for(
    running: Running, http: TestClient, encoding: str, name: str
) -> None:
    opened(http, person={"name": "Zoé \u0141", "email": "zoe@example.org"})
    running.settle()

    answer = http.get("/v1/leads.csv", params={"encoding": encoding})

    assert answer.headers["content-type"] == f"text/csv; charset={encoding}"
    [row] = rows(answer.content, encoding)
    assert row["name"] == name


def test_of_whoever_is_erased_it_stays_that_there_was_a_lead(
    running: Running, http: TestClient
) -> None:
    lead = opened(http, message="Hello")
    http.delete(f"/v1/clients/{lead['client_id']}/personal-data")
    running.settle()

    [row] = rows(http.get("/v1/leads.csv").content)

    assert (row["id"], row["name"], row["email"], row["message"]) == (lead["id"], "", "", "")


def test_whoever_sees_no_leads_has_no_table_of_them(running: Running, http: TestClient) -> None:
    opened(http)
    running.settle()
    stranger = running.http(tenant=str(uuid4()))

    assert running.http(Role.PROFESSIONAL).get("/v1/leads.csv").status_code == 403
    assert rows(stranger.get("/v1/leads.csv").content) == []


def test_however_many_there_are_a_page_of_them_is_in_memory(
    running: Running, http: TestClient
) -> None:
    """Of two thousand, which have 20 MB together, the next are read when those before them were taken."""
    message = "Hello " * 1_600
    for begin in range(0, 2_000, 100):
        people = [one(f"Zoé;;z{begin + n}@example.org;;;;") for n in range(100)]
        running.order(ImportLeads(rows=tuple(replace(each, message=message) for each in people)))
    running.settle()
    sizes: list[int] = []

    async def take() -> None:
        async def send(message: Any) -> None:
            sizes.append(len(message.get("body", b"")))

        await running.app(asking("/v1/leads.csv", http), nothing_more, send)

    tracemalloc.start()
    try:
        running.app.state.portal.call(take)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert sum(sizes) > 2 * most


def asking(path: str, http: TestClient) -> dict[str, Any]:
    """Return a request as a server has it."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"authorization", http.headers["Authorization"].encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }


async def nothing_more() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


@pytest.mark.usefixtures("in_small_pages")
def test_clients_are_had_as_a_table_too(running: Running, http: TestClient) -> None:
    for n in range(5):
        http.post("/v1/clients", json={"name": f"Zoé {n}", "email": f"z{n}@example.org"})
    running.settle()

    def names(**asked: str) -> list[str]:
        return [each["name"] for each in rows(http.get("/v1/clients.csv", params=asked).content)]

    assert names() == [f"Zoé {n}" for n in range(5)]
    assert names(q="z3@") == names(email="Z3@example.org") == ["Zoé 3"]
    assert names(sort="-sort_name", status="lead")[0] == "Zoé 4"
