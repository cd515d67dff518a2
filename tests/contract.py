"""Holds every answer that a test gets against the OpenAPI documents."""

import functools
import json
import re
from collections import defaultdict
from typing import Any, Final
from unittest.mock import Mock

import httpx2 as httpx
import jsonschema_rs

from api.app import create_app
from api.compat import CALLED
from api.openapi import described

OUTSIDE: Final = frozenset({"path-unknown", "method-not-allowed", "body-too-large"})
"""Answers of the edge, before anybody knows which operation was meant."""

TABLES: Final = ('"leads.csv"', '"clients.csv"')
"""What comes as long as somebody takes it."""

BODILESS: Final = frozenset({204, 304})


@functools.cache
def document(product: str | None = None) -> dict[str, Any]:
    """Return a document of the application as it is shipped: of what is of today, or of an older product."""
    return described(create_app(Mock(most_body_bytes=0)), CALLED, product)


@functools.cache
def documents() -> list[dict[str, Any]]:
    """Return all of them."""
    return [document(product) for product in (None, *CALLED)]


@functools.cache
def _paths() -> dict[int, list[tuple[re.Pattern[str], str]]]:
    """Return what tells paths apart, by how many parts they have; fixed ones first, as the routes are
    declared.
    """
    paths = sorted({p for each in documents() for p in each["paths"]}, key=lambda p: p.count("{"))
    found: dict[int, list[tuple[re.Pattern[str], str]]] = defaultdict(list)
    for path in paths:
        known = re.compile(re.sub(r"{\w+}", "[^/]+", path) + "$")
        found[path.count("/")].append((known, path))
    return found


@functools.cache
def _document_with(path: str, method: str) -> dict[str, Any] | None:
    """Return the document that an operation is in."""
    return next((each for each in documents() if method in each["paths"].get(path, ())), None)


@functools.cache
def _response(path: str, method: str, status: str) -> dict[str, Any] | None:
    document = _document_with(path, method)
    assert document is not None
    found = document["paths"][path][method]["responses"].get(status)
    if found and "$ref" in found:
        name = found["$ref"].rpartition("/")[2]
        return dict(document["components"]["responses"][name])
    return dict(found) if found else None


@functools.cache
def _validator(path: str, method: str, status: str, kind: str, *, in_part: bool = False) -> Any:
    response, document = _response(path, method, status), _document_with(path, method)
    assert response is not None
    assert document is not None
    schemas = _reached(response["content"][kind]["schema"], document["components"]["schemas"])
    if in_part:  # of rows there is only what was asked for
        schemas = {n: {**each, "required": []} for n, each in schemas.items()}
    whole = {**response["content"][kind]["schema"], "components": {"schemas": schemas}}
    return jsonschema_rs.Draft202012Validator(whole)


def _reached(schema: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    """Return those schemas that this one is made of: to read all of them for each takes long."""
    reached: dict[str, Any] = {}
    new = _named(schema)
    while new:
        reached |= {name: schemas[name] for name in new}
        new = {name for each in new for name in _named(schemas[each])} - reached.keys()
    return reached


def _named(schema: Any) -> set[str]:
    return set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(schema)))


@functools.cache
def _said_of_problems() -> dict[str, set[str]]:
    """Return what the documents say that each refusal says, by its code."""
    schemas = [s for each in documents() for s in each["components"]["schemas"].values()]
    said = [each.get("properties", {}) for each in schemas]
    return {each["code"]["const"]: {*each} for each in said if "const" in each.get("code", {})}


def check_length(response: httpx.Response) -> None:
    """Fail where a server would hang up, or leave the next answer out of step: clients in the same
    process take any length.
    """
    told = response.headers.get_list("content-length")
    if response.status_code in BODILESS:
        assert (response.content, told) == (b"", []), response.request.url
    elif response.headers.get("content-disposition", "").endswith(TABLES):
        assert told == [] or "transfer-encoding" in response.headers, response.request.url
    elif response.request.method != "HEAD":
        assert told == [str(len(response.content))], response.request.url


def check(response: httpx.Response) -> None:
    """Fail unless its document says that this may be answered, and its length is what it says."""
    check_length(response)
    where = f"{response.request.method} {response.request.url.path} → {response.status_code}"
    method = {"HEAD": "GET"}.get(response.request.method, response.request.method).lower()
    asked = response.request.url.path
    alike = _paths()[asked.count("/")]
    path = next((path for regex, path in alike if regex.match(asked)), None)
    if path is None or _document_with(path, method) is None:
        return
    kind = response.headers.get("content-type", "").partition(";")[0]
    status = str(response.status_code)
    if kind == "application/problem+json" and response.json()["code"] in OUTSIDE:
        return
    said = _response(path, method, status)
    assert said is not None, f"{where} is not in the document: {response.text[:300]}"
    if not response.content:
        return
    assert kind in said.get("content", {}), f"{where}: {kind} is not in the document"
    if kind.endswith("json"):
        in_part = "fields" in response.request.url.params
        _validator(path, method, status, kind, in_part=in_part).validate(response.json())
    if kind == "application/problem+json":
        undeclared = {*response.json()} - _said_of_problems()[response.json()["code"]]
        assert not undeclared, f"{where}: the document knows nothing of {undeclared}"
