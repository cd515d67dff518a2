"""The OpenAPI document: what the framework knows of the routes, and all that it cannot know.

Whatever is said here is held against every answer that any test gets (see `tests/running.py`).
"""

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from api.conditions import LONGEST_KEY, needs_if_match
from api.listing import LONGEST_TEXT, MOST, USUAL, Listing, OneOf, boolean
from api.moments import AS_OF, instant
from api.problems import PROBLEM, TYPE
from api.reasons import reasons
from api.shapes import ANSWERS, NEVER_CONFLICT, NO_COMMANDS, Listed, Made, Paged, Row, Shape

Document = dict[str, Any]

REF: Final = "#/components/schemas/"
JSON: Final = "application/json"
SECURITY: Final = {
    "accessToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "Given by `POST /v1/auth/login`, good for 15 minutes.",
    }
}
INSTANT: Final = re.compile(r"^(at|[a-z_]+_at)$")
ON_THE_WALL: Final = frozenset({"Recurrence", "OnceOnTheClock"})
"""Schemas whose times are read off a clock on the wall, and have no zone."""


def describe(app: FastAPI) -> None:
    """Let the application give this document, made when it is first asked for."""

    def document() -> Document:
        app.openapi_schema = app.openapi_schema or described(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def described(app: FastAPI) -> Document:
    """Make the document."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        routes=app.routes,
        separate_input_output_schemas=False,
    )
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    # Enums are known to both; the framework gives their values in order.
    document["components"]["schemas"] = {**rows(), **schemas, "Problem": PROBLEM_SCHEMA}
    document["components"]["securitySchemes"] = SECURITY
    routes = [route for route in app.routes if isinstance(route, APIRoute)]
    for route, method, operation in _operations(document, routes):
        _complete(operation, route, method)
    _link(document, routes)
    _share(document, routes)
    return document


def operation_id(route: APIRoute) -> str:
    """Name an operation after its function; on an old path, after the path too."""
    if not route.deprecated:
        return route.name
    words = re.findall("[a-z]+", route.path_format)
    return "_".join(["old", *methods_of(route), *words]).lower()


def methods_of(route: APIRoute) -> list[str]:
    """Give the methods of a route."""
    return sorted(route.methods or ())


def permission_of(route: APIRoute) -> str | None:
    """Give the permission that a route demands; None for what is for everybody."""
    gates = (getattr(each.call, "permission", None) for each in route.dependant.dependencies)
    return next((str(permission) for permission in gates if permission), None)


def shape_of(route: APIRoute) -> Shape | None:
    """Tell what a route answers with, where its function does not say so itself."""
    return ANSWERS.get(inspect.unwrap(route.endpoint))


def _operations(
    document: Document, routes: Sequence[APIRoute]
) -> Iterator[tuple[APIRoute, str, Document]]:
    for route in routes:
        for method in methods_of(route):
            yield route, method, document["paths"][route.path_format][method.lower()]


def _complete(operation: Document, route: APIRoute, method: str) -> None:
    permission, shape = permission_of(route), shape_of(route)
    operation["operationId"] = operation_id(route)
    if permission is not None:
        operation["security"] = [{"accessToken": []}]
        operation["x-permission"] = permission
    operation.setdefault("parameters", []).extend(_parameters(route, method, shape))
    succeeds = str(route.status_code or 200)
    usual = operation["responses"].get(succeeds, {})
    operation["responses"] = {
        succeeds: _success(usual, shape, method, succeeds),
        **_refusals(route, method),
    }
    for status in shape.also if isinstance(shape, Made) else ():
        operation["responses"][str(status)] = _success({}, shape, method, str(status))
    if "on_duplicate" in {each.name for each in route.dependant.query_params}:
        operation["responses"]["200"] = _success({}, shape, method, "200")
    if method == "GET" and _is_row(shape):
        operation["responses"]["304"] = {"description": "It is as you have it."}
    if not operation["parameters"]:
        del operation["parameters"]


# --- Questions ----------------------------------------------------------------------------


def _parameters(route: APIRoute, method: str, shape: Shape | None) -> Iterator[Document]:
    if isinstance(shape, Listed):
        yield from _filters(shape)
    if isinstance(shape, Paged) and shape.filters:
        yield from (_query(name, TEXT) for name in shape.filters)
        yield from _marks()
    if permission_of(route) is not None:
        yield from _when_reading(shape) if method == "GET" else _when_writing(route, method)


def _when_reading(shape: Shape | None) -> Iterator[Document]:
    if _is_row(shape):
        yield _query(AS_OF, MOMENT, "Show it as it was at a time, or a position of the history.")
        yield _header("If-None-Match", {"type": "string"}, "The ETag that you have.")
    yield _header("Consistency-Token", {"type": "string"}, TOKEN)


def _when_writing(route: APIRoute, method: str) -> Iterator[Document]:
    function = inspect.unwrap(route.endpoint)
    if function in NO_COMMANDS:
        return
    yield _header("Idempotency-Key", KEY, "The same key again is answered as the first time.")
    required = needs_if_match(method, route.path_format)
    if required or ("{" in route.path_format and function not in NEVER_CONFLICT):
        yield _header("If-Match", TAG, "The ETag of what you have seen.", required=required)


def _filters(shape: Listed) -> Iterator[Document]:
    old = None if isinstance(shape.asked, Listing) else shape.asked
    asked = shape.asked if isinstance(shape.asked, Listing) else shape.asked.listing
    for name, parse in asked.filters.items():
        yield _query(name, _of(parse))
        if name in asked.spans:
            yield from (_query(f"{name}.{op}", _of(parse)) for op in ("gte", "gt", "lte", "lt"))
    for name, column in asked.aliases.items():
        yield _query(name, _of(asked.filters[column.partition(".")[0]]), f"The same as `{column}`.")
    if old is None or not shape.always_numbered:
        sorts = [way + name for name in asked.sorts for way in ("", "-")]
        yield _query("sort", {"type": "string", "enum": sorts, "default": asked.default_sort})
        yield _query("fields", {"type": "string"}, "Of each row only these, separated by commas.")
        yield _query("cursor", {"type": "string"}, CURSOR)
    yield _query("limit", LIMIT)
    if old is not None:
        yield _query("page", {"type": "integer", "minimum": 1})
        sorts = sorted({*old.sorts, *asked.sorts})
        yield _query("sortBy", {"type": "string", "enum": sorts})
        yield _query("sortOrder", {"type": "string", "enum": ["asc", "desc"]})


def _marks() -> Iterator[Document]:
    yield _query("limit", LIMIT)
    yield _query("cursor", {"type": "string"}, CURSOR)


def _of(parse: Any) -> Document:
    """Give the schema of what a filter takes: several values are separated by commas."""
    if parse is instant:
        return {"type": "string", "format": "date-time"}
    if parse is boolean:
        return {"type": "boolean"}
    if isinstance(parse, OneOf):
        one = "|".join(parse.kind)
        return {"type": "string", "pattern": f"^({one})(,({one}))*$"}
    return TEXT


def _query(name: str, schema: Document, description: str = "") -> Document:
    return _parameter("query", name, schema, description)


def _header(name: str, schema: Document, description: str, *, required: bool = False) -> Document:
    return _parameter("header", name, schema, description, required=required)


def _parameter(
    where: str, name: str, schema: Document, description: str, *, required: bool = False
) -> Document:
    found = {"name": name, "in": where, "required": required, "schema": schema}
    return {**found, "description": description} if description else found


TEXT: Final = {"type": "string", "maxLength": LONGEST_TEXT, "pattern": "^[^\\x00]*$"}
LIMIT: Final = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
MOMENT: Final = {
    "anyOf": [{"type": "string", "format": "date-time"}, {"type": "integer", "minimum": 0}]
}
KEY: Final = {
    "type": "string",
    "minLength": 1,
    "maxLength": LONGEST_KEY,
    "pattern": "^[ -~]+$",
}
TAG: Final = {"type": "string", "pattern": '^(\\*|(W/)?"[0-9]{1,9}")$'}
CURSOR: Final = "From `next_cursor` or `prev_cursor` of a page of the same list."
TOKEN: Final = "Of an answer to what you wrote: you are shown at least that."  # noqa: S105

# --- Answers ------------------------------------------------------------------------------


def _success(usual: Document, shape: Shape | None, method: str, status: str) -> Document:
    found = {"description": "Done.", **usual} if status == "204" else {**usual}
    found["description"] = DONE.get(status, "As asked.")
    if shape is not None:
        found["content"] = {JSON: {"schema": _schema(shape)}}
    headers = {}
    if isinstance(shape, Row) or (isinstance(shape, Made) and shape.tagged):
        headers["ETag"] = _said("The version, for If-Match and If-None-Match.")
    if method != "GET":
        headers["Consistency-Token"] = _said("Shows you your own write: see the parameter.")
    if status == "201":
        headers["Location"] = _said("Where it is.")
    if isinstance(shape, Listed | Paged):
        headers["Link"] = _said("The pages before and after this one (RFC 8288).")
    return {**found, "headers": headers} if headers else found


DONE: Final = {
    "201": "It was made.",
    "202": "It will be done.",
    "204": "It was done.",
    "503": "As asked, and nothing good.",
}


def _said(description: str) -> Document:
    return {"description": description, "schema": {"type": "string"}}


def _is_row(shape: Shape | None) -> bool:
    return isinstance(shape, Row) or (isinstance(shape, Made) and shape.tagged)


def _refusals(route: APIRoute, method: str) -> Document:
    found = reasons(route, method, permission_of(route))
    return {str(status): _problem(status, codes) for status, codes in sorted(found.items())}


def _problem(status: int, codes: Sequence[str]) -> Document:
    code = {"properties": {"code": {"enum": sorted(codes)}, "status": {"const": status}}}
    schema = {"allOf": [{"$ref": f"{REF}Problem"}, code]}
    return {
        "description": ", ".join(sorted(codes)) + ".",
        "content": {PROBLEM: {"schema": schema}},
    }


PROBLEM_SCHEMA: Final = {
    "title": "Problem",
    "description": "RFC 9457. `code` is stable; what else there is depends on it.",
    "type": "object",
    "properties": {
        "type": {"type": "string", "format": "uri", "pattern": f"^{re.escape(TYPE)}"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string"},
        "trace_id": {"type": ["string", "null"]},
        "errors": {"type": "array", "items": {"$ref": f"{REF}Fault"}},
    },
    "required": ["type", "title", "status", "detail", "instance", "code", "trace_id"],
}
FAULT_SCHEMA: Final = {
    "title": "Fault",
    "description": "One place that is not of the declared form; `pointer` is a JSON pointer.",
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("pointer", "in", "code", "detail")},
    "required": ["pointer", "code", "detail"],
}

# --- Schemas ------------------------------------------------------------------------------


def _schema(shape: Shape) -> Document:
    match shape:
        case Row(model):
            return _reference(model.row)
        case Listed(asked):
            old = not isinstance(asked, Listing)
            listing = asked if isinstance(asked, Listing) else asked.listing
            item = {} if old else {"$ref": f"{REF}{listing.model.row.__name__}"}
            return _page({**item}, numbered=old)
        case Paged(item):
            return _page(_reference(item))
        case Made(kind):
            return _reference(kind)


def _page(item: Document, *, numbered: bool = False) -> Document:
    part = {"type": "object", "description": "With `fields`, only those."}
    items = {"anyOf": [item, part]} if item else {"type": "object"}
    cursor = {"type": ["string", "null"]}
    page = {
        "type": "object",
        "properties": {
            "data": {"type": "array", "items": items},
            "next_cursor": cursor,
            "prev_cursor": cursor,
            "has_more": {"type": "boolean"},
        },
        "required": ["data"] if numbered else ["data", "next_cursor", "has_more"],
    }
    if numbered:
        counts = ("total", "page", "limit", "pages")
        page["properties"] |= {name: {"type": "integer"} for name in counts}  # type: ignore[operator]
    return page


def _reference(kind: Any) -> Document:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=REF + "{name}")
    return dict(schema)


def rows() -> Document:
    """Give the schemas of what is answered, by name."""
    kinds = [kind for shape in ANSWERS.values() for kind in _kinds(shape)]
    _, found = msgspec.json.schema_components(kinds, ref_template=REF + "{name}")
    for name, schema in found.items():
        if name not in ON_THE_WALL:
            _say_what_is_an_instant(schema)
    plain: Document = msgspec.json.decode(msgspec.json.encode(found))  # defaults may be tuples
    return {**plain, "Fault": FAULT_SCHEMA}


def _kinds(shape: Shape) -> Iterator[Any]:
    match shape:
        case Row(model):
            yield model.row
        case Listed(asked):
            yield (asked if isinstance(asked, Listing) else asked.listing).model.row
        case Paged(item):
            yield item
        case Made(kind):
            yield kind


def _say_what_is_an_instant(schema: Document) -> None:
    for name, field in schema.get("properties", {}).items():
        if INSTANT.match(name):
            for option in field.get("anyOf", [field]):
                if option.get("type") == "string":
                    option["format"] = "date-time"


# --- Links --------------------------------------------------------------------------------


def _link(document: Document, routes: Sequence[APIRoute]) -> None:
    """Say of everything that is made what can be done with it."""
    for route, _, operation in _operations(document, routes):
        if route.status_code == 201 and isinstance(shape_of(route), Row):
            links = {operation_id(r): _to(r) for r in routes if _is_about_one(r, route)}
            operation["responses"]["201"]["links"] = links


def _is_about_one(other: APIRoute, made: APIRoute) -> bool:
    rest = other.path_format.removeprefix(made.path_format)
    return rest != other.path_format and re.fullmatch(r"/{\w+}(/[a-z-]+)?", rest) is not None


def _to(route: APIRoute) -> Mapping[str, Any]:
    (name,) = re.findall(r"{(\w+)}", route.path_format)
    return {"operationId": operation_id(route), "parameters": {name: "$response.body#/id"}}


def _share(document: Document, routes: Sequence[APIRoute]) -> None:
    """Say what many operations answer with once: it is the better part of the document."""
    shared: dict[str, Document] = {}
    names: dict[str, str] = {}
    for _, _, operation in _operations(document, routes):
        for status, response in operation["responses"].items():
            if status >= "400" and PROBLEM in response["content"]:
                text = response["description"]
                name = names.setdefault(status + text, f"Problem{status}n{len(names)}")
                shared[name] = response
                operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    document["components"]["responses"] = shared
