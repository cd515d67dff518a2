"""What a route answers with where it does as it was asked."""

from typing import Final

from api.openapi.schemas import JSON, Document, schema_of
from api.requests.answers import Listed, Made, Nothing, Paged, Row, Shape, tells_tag


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
    if tells_tag(shape):
        headers["ETag"] = _said(
            "For If-None-Match: of the list as it is; absent where it is behind."
        )
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
