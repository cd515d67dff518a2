"""What a route answers with where it does as it was asked."""

from typing import Final

from api.openapi.schemas import JSON, Document, schema_of
from api.requests.answers import Bytes, Listed, Made, Nothing, Paged, Row, Shape

BODILESS: Final = frozenset({"204", "301", "302"})


def success(usual: Document, shape: Shape, method: str, status: str) -> Document:
    found = {"description": "Done.", **usual}
    if status in BODILESS:
        found.pop("content", None)
    found["description"] = DONE.get(status, "As asked.")
    if isinstance(shape, Bytes):
        found["content"] = {type_: {"schema": schema_of(shape)} for type_ in shape.types}
    elif not isinstance(shape, Nothing) and status not in BODILESS:
        found["content"] = {JSON: {"schema": schema_of(shape)}}
    headers = {}
    if isinstance(shape, Bytes):
        headers["ETag"] = _said("By content: other bytes have another.")
    if status in ("301", "302"):
        headers["Location"] = _said("Where it is.")
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
    "206": "The part that was asked for.",
    "301": "It is elsewhere now.",
    "302": "It is there, for a while.",
    "503": "As asked, and nothing good.",
}


def _said(description: str) -> Document:
    return {"description": description, "schema": {"type": "string"}}
