"""What is sent with bytes in it: a form (multipart/form-data, RFC 7578), or the bytes alone, with the rest
behind the question mark.
"""

from collections.abc import Mapping
from itertools import chain
from typing import Any, Final, NamedTuple, TypeVar

from fastapi.exceptions import RequestValidationError
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header
from pydantic import ValidationError

from api.problems.refused import Refused
from api.requests.caller import Caller
from api.requests.forms import Body
from domain.files.purposes import LARGEST
from domain.texts import shown

B = TypeVar("B", bound=Body)

FORM: Final = "multipart/form-data"
FILE: Final = "file"
MOST_FIELDS: Final = 10
AROUND: Final = 65_536
"""Bytes that a form may have besides what is in its file."""

MOST: Final = LARGEST + AROUND
LONGEST_NAME: Final = 200


class FormMalformed(Refused, status=400):
    """The body cannot be read as a form with one file in it."""


class Sent(NamedTuple):
    """What stands in a form besides, by name, and the bytes."""

    fields: Mapping[str, str]
    content: bytes


def sent(caller: Caller) -> Sent:
    """Read what was sent. Raises FormMalformed."""
    kind, options = parse_options_header(caller.request.headers.get("content-type", ""))
    asked = dict(caller.request.query_params)
    if kind.lower() != FORM:
        return Sent(asked, caller.body)
    fields, content = _parts(caller.body, options.get("boundary", ""))
    return Sent({**asked, **fields}, content)


def said(form: type[B], fields: Mapping[str, Any]) -> B:
    """Read the fields of a form. Raises RequestValidationError, as the framework does."""
    try:
        return form.model_validate(fields)
    except ValidationError as error:
        faults = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        raise RequestValidationError(faults, body=dict(fields)) from None


def _parts(body: bytes, boundary: str) -> tuple[dict[str, str], bytes]:
    fields: dict[str, str] = {}
    content: bytes | None = None
    try:
        for name, called, part in _segments(body, boundary):
            if name in fields or (name == FILE and content is not None):
                raise FormMalformed
            if name == FILE:
                content = part
                fields |= {"name": called} if called and "name" not in fields else {}
            else:
                fields[name] = part.decode()
    except (MultipartError, UnicodeDecodeError):
        raise FormMalformed from None
    if content is None:
        raise FormMalformed
    return fields, content


def _segments(body: bytes, boundary: str) -> list[tuple[str, str | None, bytes]]:
    """Return the name of each part, what its file is called, and its bytes."""
    found: list[tuple[str, str | None, bytearray]] = []
    if not boundary:
        raise FormMalformed
    with PushMultipartParser(
        boundary, content_length=len(body), max_segment_count=MOST_FIELDS, strict=True
    ) as parser:
        for event in chain(parser.parse(body), parser.parse(b"")):
            if isinstance(event, MultipartSegment):
                found.append((event.name, file_called(event.filename), bytearray()))
            elif event is not None:
                found[-1][2].extend(event)
    return [(name, called, bytes(part)) for name, called, part in found]


def file_called(filename: str | None) -> str | None:
    """Return what a file is called, as people see it; no folders, and no more than fits."""
    if filename is None:
        return None
    return shown(filename.replace("\\", "/").rpartition("/")[2])[-LONGEST_NAME:] or None
