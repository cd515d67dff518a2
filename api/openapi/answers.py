"""What a route answers with, and why it may refuse."""

import re
from collections.abc import Sequence
from typing import Final

from fastapi.routing import APIRoute

from api.openapi.reasons import reasons
from api.openapi.schemas import JSON, REF, Document, schema_of
from api.problems.documents import PROBLEM, TYPE
from api.requests.answers import Listed, Made, Nothing, Paged, Row, Shape
from api.web.gate import permission_of


def success(usual: Document, shape: Shape, method: str, status: str) -> Document:
    found = {"description": "Done.", **usual} if status == "204" else {**usual}
    found["description"] = DONE.get(status, "As asked.")
    if not isinstance(shape, Nothing) and status != "204":
        found["content"] = {JSON: {"schema": schema_of(shape)}}
    headers = {}
    if isinstance(shape, Row) or (isinstance(shape, Made) and shape.tagged):
        headers["ETag"] = _said("The version, for If-Match and If-None-Match.")
    if method != "GET":
        headers["Consistency-Token"] = _said("Shows you your own write: see the parameter.")
    if status in ("201", "202"):
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


def refusals(route: APIRoute, method: str) -> Document:
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
