"""The OpenAPI document: whole, valid, and the same tomorrow unless somebody means it."""

import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from openapi_spec_validator import validate
from starlette.routing import Route

from api import openapi
from api.app import ROUTERS
from api.openapi.routes import shape_of
from api.openapi.schemas import rows
from tests.contract import document
from tests.http.routes import GOLDEN, refusals, table
from tests.waiting import until

ELSEWHERE = {
    "path-unknown": "answers what is no operation",
    "method-not-allowed": "answers what is no operation",
    "request-unreadable": "answers what is no HTTP",
    "head-too-large": "answers before it is known what is asked",
    "request-too-slow": "answers before it is known what is asked",
    "chunks-too-small": "answers before it is known what is asked",
    "source-not-known": "answers facts on Kafka",
    "fact-type-not-known": "answers facts on Kafka",
    "fact-not-understood": "answers facts on Kafka",
}


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method.upper(), path, operation)
        for path, operations in document()["paths"].items()
        for method, operation in operations.items()
    ]


def answered(operation: dict[str, Any], status: str) -> dict[str, Any]:
    """Return what an operation answers with, wherever it is written down."""
    found: dict[str, Any] = operation["responses"][status]
    if "$ref" in found:
        return dict(document()["components"]["responses"][found["$ref"].rpartition("/")[2]])
    return found


def codes(operation: dict[str, Any]) -> set[str]:
    """Return the codes of all refusals of an operation."""
    problems = (answered(operation, status) for status in operation["responses"])
    parts = (p["content"]["application/problem+json"]["schema"] for p in problems if is_problem(p))
    links = [link["$ref"] for part in parts for link in part.get("oneOf", [part])]
    return {schema(link)["properties"]["code"]["const"] for link in links}


def schema(link: str) -> dict[str, Any]:
    return dict(document()["components"]["schemas"][link.rpartition("/")[2]])


def is_problem(response: dict[str, Any]) -> bool:
    return "application/problem+json" in response.get("content", {})


def test_it_is_a_valid_document() -> None:
    validate(document())


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]

    assert len(set(names)) == len(names)
    assert all(operation["description"] for _, _, operation in operations())


def test_every_operation_says_what_it_answers_with() -> None:
    for method, path, operation in operations():
        succeeds = [status for status in operation["responses"] if status.startswith("2")]
        assert succeeds, f"{method} {path}"
        for status in succeeds:
            said = answered(operation, status)
            assert (status == "204") == ("content" not in said), f"{method} {path}"


def test_routes_say_who_may_use_them() -> None:
    for method, path, operation in operations():
        guarded = "x-permission" in operation
        assert operation["security"] == ([{"accessToken": []}] if guarded else []), (
            f"{method} {path}"
        )
        assert guarded == ("token-missing" in codes(operation)), f"{method} {path}"


def test_every_refusal_there_is_can_be_looked_up() -> None:
    said = {code for _, _, operation in operations() for code in codes(operation)}

    assert {refusal.code for refusal in refusals()} - said == set(ELSEWHERE)


def test_each_refusal_says_what_its_facts_are() -> None:
    taken = schema("SlotTakenProblem")

    assert taken["properties"]["next_free_slots"]["items"] == {
        "$ref": "#/components/schemas/TimeSlot"
    }
    assert {"code", "next_free_slots", "has_more"} < {*taken["required"]}
    assert taken["properties"]["status"] == {"type": "integer", "const": 409}
    assert schema("VersionMismatchProblem")["properties"]["current_version"] == {"type": "integer"}


def test_refusals_of_one_status_are_told_apart_by_their_code() -> None:
    refused = answered(document()["paths"]["/v1/bookings"]["post"], "409")
    said = refused["content"]["application/problem+json"]["schema"]

    assert said["discriminator"]["propertyName"] == "code"
    assert [*said["discriminator"]["mapping"].values()] == [each["$ref"] for each in said["oneOf"]]


def test_what_is_made_says_what_can_be_done_with_it() -> None:
    made = document()["paths"]["/v1/bookings"]["post"]["responses"]["201"]

    assert {"get_booking", "cancel_booking", "reschedule_booking"} < set(made["links"])
    assert made["links"]["get_booking"]["parameters"] == {"booking_id": "$response.body#/id"}
    assert {"ETag", "Location", "Consistency-Token"} == set(made["headers"])


def test_every_answer_with_a_body_says_of_what_form_it_is() -> None:
    """What is prose, or bytes of no form that we know, says that."""
    unsaid = [
        f"{method} {path} {status}"
        for path, operations in document()["paths"].items()
        for method, operation in operations.items()
        for status, response in operation["responses"].items()
        if status not in ("204", "304") and "$ref" not in response
        for kind, content in response.get("content", {"nothing": {}}).items()
        if not content.get("schema")
    ]

    assert unsaid == []


def test_nothing_stops_who_makes_a_client_of_it() -> None:
    """Names are those of one thing each, arrays say what is in them, and what is always there is told."""
    schemas = document()["components"]["schemas"]

    assert [name for name in schemas if "__" in name] == []
    assert [
        each for each in parts(schemas) if each.get("type") == "array" and "items" not in each
    ] == []
    for name in ("KnownBooking", "ListedTax", "KnownClient"):
        assert {"id", "version", "created_at", "updated_at"} <= set(schemas[name]["required"])
    status = next(
        each
        for each in document()["paths"]["/v1/bookings"]["get"]["parameters"]
        if each["name"] == "status"
    )
    assert "confirmed" in status["schema"]["items"]["enum"]


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
    for part in schema.values() if isinstance(schema, dict) else schema:
        if isinstance(part, dict | list):
            yield from parts(part)


def test_two_things_do_not_share_a_name() -> None:
    schemas = document()["components"]["schemas"]
    routes = [each for router in ROUTERS for each in router.routes if isinstance(each, APIRoute)]
    found = rows([shape_of(each) for each in routes])

    for name, schema in found.items():
        assert schemas[name] == schema or set(schemas[name]["enum"]) == set(schema["enum"]), name


@pytest.mark.parametrize(
    ("path", "method", "header"),
    [
        ("/v1/bookings", "post", "Idempotency-Key"),
        ("/v1/clients/{client_id}", "put", "If-Match"),
        ("/v1/bookings/{booking_id}", "get", "If-None-Match"),
        ("/v1/bookings", "get", "Consistency-Token"),
    ],
)
def test_headers_that_matter_are_declared(path: str, method: str, header: str) -> None:
    parameters = document()["paths"][path][method]["parameters"]

    assert header in {each["name"] for each in parameters if each["in"] == "header"}


def test_whatever_a_list_can_be_asked_is_declared() -> None:
    parameters = document()["paths"]["/v1/bookings"]["get"]["parameters"]

    asked = {each["name"] for each in parameters if each["in"] == "query"}
    assert asked == {
        *("booking_type", "client_id", "professional_id", "series_id", "service_id", "status"),
        *(f"{span}{op}" for span in ("starts_at", "created_at") for op in OPS),
        *("from", "to", "sort", "limit", "cursor", "fields"),
    }


OPS = ("", ".gte", ".gt", ".lte", ".lt")


def test_old_paths_are_marked() -> None:
    old = document()["paths"]["/appointments/{booking_id}"]["put"]

    assert (old["deprecated"], old["tags"]) == (True, ["old paths: salon"])


def test_no_route_comes_or_goes_unnoticed() -> None:
    """Clients of ours are built on these; `make schemas` writes the table down as it is now."""
    assert table() == GOLDEN.read_text(encoding="utf-8")


def test_however_many_ask_for_it_first_it_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made, go_on = list[str](), threading.Event()

    def slowly(app: FastAPI) -> dict[str, str]:
        made.append(app.title)
        assert go_on.wait(30)
        return {}

    monkeypatch.setattr(openapi, "described", slowly)
    app = FastAPI(title="frontdesk")
    openapi.describe(app)
    [answer] = [
        each.endpoint
        for each in app.routes
        if isinstance(each, Route) and each.path == app.openapi_url
    ]
    asking = [threading.Thread(target=answer, args=(None,)) for _ in range(8)]
    for each in asking:
        each.start()
    until(lambda: all(_stands_in(each, answer.__name__, "slowly") for each in asking))
    go_on.set()
    for each in asking:
        each.join(30)

    assert made == ["frontdesk"]


def _stands_in(thread: threading.Thread, *functions: str) -> bool:
    frame = sys._current_frames().get(thread.ident or 0)
    while frame is not None and frame.f_code.co_name not in functions:
        frame = frame.f_back
    return frame is not None
