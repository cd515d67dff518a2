"""What a route answers with where it does as it was asked."""

from collections.abc import Iterator, Sequence
from typing import Final

from api.openapi.schemas import JSON, Document, schema_of
from api.requests.answers import Bytes, Listed, Made, Nothing, Paged, Row, Shape, Tabled, tells_tag

CSV: Final = "text/csv"
STREAM: Final = "text/event-stream"
BODILESS: Final = frozenset({"204", "301", "302"})


def success(usual: Document, shape: Shape, method: str, status: str) -> Document:
    found = {"description": "Done.", **usual}
    found["description"] = DONE.get(status, "As asked.")
    if status in BODILESS:
        found.pop("content", None)
    elif not isinstance(shape, Nothing):
        types = _types(shape)
        found["content"] = {each: {"schema": schema_of(shape)} for each in types}
        if isinstance(shape, Made) and shape.streamed:
            found["content"][STREAM] = {"schema": {"type": "string"}}
    headers = dict(_headers(shape, method, status))
    return {**found, "headers": headers} if headers else found


def _types(shape: Shape) -> Sequence[str]:
    match shape:
        case Bytes(types):
            return types
        case Tabled():
            return (CSV,)
        case _:
            return (JSON,)


def _headers(shape: Shape, method: str, status: str) -> Iterator[tuple[str, Document]]:
    if isinstance(shape, Row) or (isinstance(shape, Made) and shape.tagged):
        yield "ETag", _said("The version, for If-Match and If-None-Match.")
    if isinstance(shape, Bytes) and shape.tagged:
        yield "ETag", _said("By content: other bytes have another.")
    if tells_tag(shape):
        yield "ETag", _said("For If-None-Match: of the list as it is; absent where it is behind.")
    if method != "GET":
        yield "Consistency-Token", _said("Shows you your own write: see the parameter.")
    if status in LOCATED and getattr(shape, "has_location", True):
        yield "Location", _said("Where it is.")
    if isinstance(shape, Listed | Paged):
        yield "Link", _said("The pages before and after this one (RFC 8288).")


LOCATED: Final = frozenset({"201", "202", "301", "302"})
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
