"""The OpenAPI documents: what the framework knows of the routes, and all that it cannot know. One is of
what is of today, and one of each older product.

Whatever is said here is held against every answer that any test gets (see `tests/running.py`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from api.openapi.addresses import about
from api.openapi.answers import success
from api.openapi.problems import problems, refusals
from api.openapi.questions import parameters
from api.openapi.routes import methods_of, product_of, query_of, shape_of
from api.openapi.schemas import Document, rows
from api.problems.documents import PROBLEM
from api.requests.answers import Bytes, Made, Row, Shape, is_row, said_of, tells_tag
from api.web.gate import permission_of

SECURITY: Final = {
    "accessToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "Given by `POST /v1/auth/login`, good for 15 minutes.",
    }
}


def described(app: FastAPI, products: Mapping[str, str], product: str | None = None) -> Document:
    """Make the document of what is of today, or of an older product."""
    routes = [
        r
        for r in app.routes
        if isinstance(r, APIRoute) and r.include_in_schema and product_of(r) == product
    ]
    title, description = about(app.title, products, product)
    document = get_openapi(
        title=title,
        version=app.version,
        summary=app.summary,
        description=description,
        routes=routes,
        separate_input_output_schemas=False,
    )
    schemas = document.setdefault("components", {}).get("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    # Enums are known to both; the framework gives their values in order.
    document["components"]["schemas"] = {
        **rows([shape_of(route) for route in routes]),
        **problems(routes),
        **schemas,
    }
    document["components"]["securitySchemes"] = SECURITY
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
    operation.setdefault("parameters", []).extend(parameters(route, method, shape))
    succeeds = str(route.status_code or 200)
    usual = operation["responses"].get(succeeds, {})
    operation["responses"] = {
        succeeds: success(usual, shape, method, succeeds),
        **refusals(route, method),
    }
    for status, other in _others(shape):
        operation["responses"][str(status)] = success({}, other, method, str(status))
    if "on_duplicate" in {each.name for each in query_of(route)}:
        operation["responses"]["200"] = success({}, shape, method, "200")
    if isinstance(shape, Bytes):
        operation["responses"]["206"] = success({}, shape, method, "206")
    if method == "GET" and (is_row(shape) or tells_tag(shape) or isinstance(shape, Bytes)):
        operation["responses"]["304"] = {"description": "It is as you have it."}
    if said_of(route.endpoint).moves:
        operation["responses"]["308"] = {
            "description": "It is called otherwise by now: see Location."
        }
    if not operation["parameters"]:
        del operation["parameters"]


def _others(shape: Shape) -> Iterator[tuple[int, Shape]]:
    """Return what is answered with other statuses than the usual one."""
    match shape:
        case Made():
            yield from ((s, replace(shape, kind=kind)) for s, kind in shape.others.items())
        case Row(also=also):
            yield from ((status, shape) for status in also)
        case _:
            pass


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
