"""The OpenAPI documents: whole, valid, and the same tomorrow unless somebody means it."""

import json
import re
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from openapi_spec_validator import validate
from starlette.routing import Route

from api.app import ROUTERS
from api.compat import CALLED
from api.openapi import served
from api.openapi.routes import methods_of, product_of, shape_of
from api.openapi.schemas import rows
from api.requests.answers import of
from application.sales.imports import refusals as imports
from tests.contract import document, documents
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
    "address-not-allowed": "answers whoever says where to send something: no operation asks that yet",
    "practice-page-not-found": "is told on a page",
    "operation-failed": "is told as the `problem` of an operation",
    "operation-result-too-large": "is told as the `problem` of an operation",
    "sent-rows-gone": "is told as the `problem` of an operation",
    **{
        each.code: "is told beside a row of a file" for each in {*of(imports)} - {*imports.OF_FILES}
    },
}


BODILESS = {"204", "301", "302", "304", "308"}
"""There is nothing to say, or it is somewhere else."""


def operations(*, of: dict[str, Any] | None = None) -> list[tuple[str, str, dict[str, Any]]]:
    """Return the operations of a document, or of all; each with its answers written out."""
    return [
        (method.upper(), path, written_out(operation, each))
        for each in ([of] if of else documents())
        for path, operations in each["paths"].items()
        for method, operation in operations.items()
    ]


def written_out(operation: dict[str, Any], within: dict[str, Any]) -> dict[str, Any]:
    shared = within["components"].get("responses", {})
    responses = {
        status: shared[said["$ref"].rpartition("/")[2]] if "$ref" in said else said
        for status, said in operation["responses"].items()
    }
    return {**operation, "responses": responses}


def codes(operation: dict[str, Any]) -> set[str]:
    """Return the codes of all refusals of an operation."""
    problems = operation["responses"].values()
    parts = (p["content"]["application/problem+json"]["schema"] for p in problems if is_problem(p))
    links = [link["$ref"] for part in parts for link in part.get("oneOf", [part])]
    return {schema(link)["properties"]["code"]["const"] for link in links}


def schema(link: str) -> dict[str, Any]:
    """Return a schema, of whatever document: they are the same."""
    name = link.rpartition("/")[2]
    return next(
        dict(s[name]) for each in documents() if name in (s := each["components"]["schemas"])
    )


def is_problem(response: dict[str, Any]) -> bool:
    return "application/problem+json" in response.get("content", {})


@pytest.mark.thorough
@pytest.mark.parametrize("product", [None, *CALLED])
def test_it_is_a_valid_document(product: str | None) -> None:
    validate(document(product))


def test_every_route_is_in_one_document_old_ones_in_that_of_their_product() -> None:
    documented = [f"{method} {path}" for method, path, _ in operations()]
    every = [each for router in ROUTERS for each in router.routes if isinstance(each, APIRoute)]
    routes = [route for route in every if route.include_in_schema]

    assert {route.path.partition("/{")[0] for route in every if route not in routes} == {
        "/f",
        "/practice",
    }
    assert sorted(documented) == sorted(
        f"{method} {route.path_format}" for route in routes for method in methods_of(route)
    )
    for product in CALLED:
        found = operations(of=document(product))
        assert {operation["deprecated"] for _, _, operation in found} == {True}
    assert not any("deprecated" in operation for _, _, operation in operations(of=document()))
    assert "/appointments" in document("beauty")["paths"]
    assert "/booking" in document("setter")["paths"]
    assert "/taxes" in document("desk")["paths"]


def test_a_document_has_no_schema_that_only_another_needs() -> None:
    for each in documents():
        schemas = each["components"]["schemas"]
        used = set(re.findall(r"#/components/schemas/([\w.-]+)", json.dumps(each)))
        assert schemas.keys() - {"Problem"} == used, each["info"]["title"]


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]

    assert len(set(names)) == len(names)
    assert all(operation["description"] for _, _, operation in operations())


def test_every_operation_says_what_it_answers_with() -> None:
    for method, path, operation in operations():
        succeeds = [status for status in operation["responses"] if status < "400"]
        assert {*succeeds} - {"304"}, f"{method} {path}"
        for status in {*succeeds} - {"304"}:
            said = operation["responses"][status]
            assert (status in BODILESS) == ("content" not in said), f"{method} {path}"


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
    booking = written_out(document()["paths"]["/v1/bookings"]["post"], document())
    refused = booking["responses"]["409"]
    said = refused["content"]["application/problem+json"]["schema"]

    assert said["discriminator"]["propertyName"] == "code"
    assert [*said["discriminator"]["mapping"].values()] == [each["$ref"] for each in said["oneOf"]]


def test_what_is_made_says_what_can_be_done_with_it() -> None:
    made = document()["paths"]["/v1/bookings"]["post"]["responses"]["201"]

    assert {"get_booking", "cancel_booking", "reschedule_booking"} < set(made["links"])
    assert made["links"]["get_booking"]["parameters"] == {"booking_id": "$response.body#/id"}
    assert {"ETag", "Location", "Consistency-Token"} == set(made["headers"])


def test_what_a_guest_is_told_says_of_no_address_that_is_not_there() -> None:
    """Whoever logs in nowhere can look at no booking: the answer is all they get."""
    holds = "/v1/public/{business}/holds"
    leads = {
        path: "Location" in document()["paths"][path]["post"]["responses"][status]["headers"]
        for path, status in (
            (holds, "201"),
            (f"{holds}/{{hold_id}}/guest", "202"),
            (f"{holds}/{{hold_id}}/booking", "201"),
        )
    }

    assert [*leads.values()] == [True, False, False]


def test_whoever_reads_the_document_is_told_first_how_to_ask() -> None:
    said = document()["info"]["description"]

    for word in ("/v1/auth/login", "/v1/public/{business}", "If-Match", "Consistency-Token"):
        assert word in said


def test_every_answer_with_a_body_says_of_what_form_it_is() -> None:
    """What is prose, or bytes of no form that we know, says that."""
    unsaid = [
        f"{method} {path} {status}"
        for method, path, operation in operations()
        for status, response in operation["responses"].items()
        if status not in BODILESS
        for kind, content in response.get("content", {"nothing": {}}).items()
        if not content.get("schema")
    ]

    assert unsaid == []


def test_what_is_answered_in_bytes_says_so() -> None:
    content = document()["paths"]["/v1/contents/{token}"]["get"]["responses"]["200"]["content"]

    assert "image/png" in content
    binary = {"type": "string", "format": "binary"}
    assert [each["schema"] for each in content.values()] == [binary] * len(content)


def test_nothing_stops_who_makes_a_client_of_it() -> None:
    """Names are those of one thing each, arrays say what is in them, and what is always there is told."""
    for each in documents():
        schemas = each["components"]["schemas"]
        arrays = [part for part in parts(schemas) if part.get("type") == "array"]
        assert [name for name in schemas if "__" in name] == []
        assert [array for array in arrays if "items" not in array] == []

    schemas = document()["components"]["schemas"]
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


@pytest.mark.parametrize("product", [None, *CALLED])
def test_two_things_do_not_share_a_name(product: str | None) -> None:
    schemas = document(product)["components"]["schemas"]
    every = [each for router in ROUTERS for each in router.routes if isinstance(each, APIRoute)]
    routes = [each for each in every if product_of(each) == product]
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
        ("/v1/bookings", "get", "If-None-Match"),
        ("/v1/public/{business}/services", "get", "If-None-Match"),
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
        *("from", "to", "include", "changed_after", "sort", "limit", "cursor", "fields"),
    }


def test_a_list_that_is_asked_for_a_state_says_which_there_are() -> None:
    [state] = [
        each["schema"]
        for each in document()["paths"]["/v1/receipts"]["get"]["parameters"]
        if each["name"] == "state"
    ]

    assert {"waiting", "parked", "not_understood_yet"} < {*state["enum"]}


OPS = ("", ".gte", ".gt", ".lte", ".lt")


def test_old_paths_are_marked() -> None:
    old = document("beauty")["paths"]["/appointments/{booking_id}"]["put"]

    assert (old["deprecated"], old["tags"]) == (True, ["old paths: salon"])


def test_no_route_comes_or_goes_unnoticed() -> None:
    """Clients of ours are built on these; `make schemas` writes the table down as it is now."""
    assert table() == GOLDEN.read_text(encoding="utf-8")


def test_however_many_ask_for_it_first_it_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made, go_on = list[str](), threading.Event()

    def slowly(app: FastAPI, *_: object) -> dict[str, str]:
        made.append(app.title)
        assert go_on.wait(30)
        return {}

    monkeypatch.setattr(served, "described", slowly)
    app = FastAPI(title="frontdesk")
    served.describe(app, {})
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
