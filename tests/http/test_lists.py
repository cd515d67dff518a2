"""What every list can do, whatever it lists."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.compat import CALLED
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]

ZOE = {"name": "Zoé", "email": "zoe@example.org"}


@pytest.fixture
def found(running: Running) -> Callable[[str], Any]:
    """Ask for clients, of whom Zoé is the only one."""
    http = running.http()
    http.post("/v1/clients", json=ZOE)
    running.settle()
    return lambda question: http.get(f"/v1/clients?{question}")


def test_a_list_gives_only_the_fields_that_are_asked_for(found: Callable[[str], Any]) -> None:
    (client,) = found("").json()["data"]

    (chosen,) = found("fields=id,email").json()["data"]

    assert chosen == {"id": client["id"], "email": "zoe@example.org"}
    assert len(client) > 5


def test_a_field_nobody_knows_cannot_be_asked_for(found: Callable[[str], Any]) -> None:
    refused = found("fields=id,password")

    assert (refused.status_code, refused.json()["parameter"]) == (400, "fields")
    assert refused.json()["unknown"] == ["password"]


def test_the_document_of_the_api_is_served_and_can_be_read_by_people(running: Running) -> None:
    anybody = TestClient(running.app)

    document, pages = anybody.get("/openapi.json"), anybody.get("/docs")

    assert document.json()["openapi"].startswith("3.1.")
    assert "/v1/bookings" in document.json()["paths"]
    assert (pages.status_code, pages.headers["content-type"][:9]) == (200, "text/html")


def test_older_products_have_documents_of_their_own_and_each_says_where_the_others_are(
    running: Running,
) -> None:
    anybody = TestClient(running.app)
    today = anybody.get("/openapi.json").json()

    for product, called in CALLED.items():
        document, page = anybody.get(f"/openapi/{product}.json"), anybody.get(f"/docs/{product}")
        assert f"[docs/{product}](docs/{product})" in today["info"]["description"]
        assert f"`/openapi/{product}.json`" in today["info"]["description"]
        assert called in document.json()["info"]["title"]
        assert "[docs](../docs)" in document.json()["info"]["description"]
        assert not document.json()["paths"].keys() & today["paths"].keys()
        assert (page.status_code, page.headers["content-type"][:9]) == (200, "text/html")
        assert f"/openapi/{product}.json" in page.text
    assert anybody.get("/openapi/nobody.json").json()["code"] == "path-unknown"


def test_what_is_asked_and_not_understood_is_refused_wherever_it_is_asked(
    running: Running,
) -> None:
    http = running.http()
    salon = Salon.opened(running)
    where = salon.book(http).headers["location"]

    asked = [
        http.get(where, params={"as_of_": 1}),
        http.get(f"{where}/history", params={"as_of": 1}),
        http.post(f"{where}/confirm", params={"dry_run": "true"}),
        http.get("/v1/availability", params={"professional": salon.professional_id}),
        http.get("/v1/bookings", params={"state": "pending"}),
    ]

    for refused, name in zip(
        asked, ["as_of_", "as_of", "dry_run", "professional", "state"], strict=True
    ):
        assert (refused.status_code, refused.json()["code"]) == (400, "query-invalid"), name
        assert refused.json()["parameter"] == name
    assert http.get(where).json()["status"] == "pending"


def test_what_is_looked_for_has_two_hundred_characters_at_most(running: Running) -> None:
    http = running.http()

    looked = [http.get("/v1/services", params={"name": "x" * number}) for number in (200, 201)]

    assert [each.status_code for each in looked] == [200, 400]


def test_no_version_is_higher_than_any_that_there_can_be(running: Running) -> None:
    http = running.http()
    where = Salon.opened(running).book(http).headers["location"]

    looked = [http.get(f"{where}/history", params={"after": 2**31 - each}) for each in (1, 0)]

    assert [each.status_code for each in looked] == [200, 422]


def test_pages_reach_rows_without_a_sort_value(running: Running) -> None:
    http = running.http()
    for n, category in enumerate(["A", "B", None, None]):
        offer = {"name": f"S{n}", "category": category, "duration_minutes": 5}
        http.post("/v1/services", json=offer)
    running.settle()

    names, where = [], "/v1/services?sort=category&limit=1"
    while where:
        page = http.get(where).json()
        names += [service["name"] for service in page["data"]]
        cursor = page["next_cursor"]
        where = cursor and f"/v1/services?sort=category&limit=1&cursor={cursor}"

    assert names == ["S0", "S1", "S2", "S3"]
