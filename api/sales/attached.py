"""Files that come with a form: looked at, named after what they come with, kept with it or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import chain
from typing import Any, Final

from fastapi import Request
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from api.backend import Backend
from api.files.sent import AROUND, FormMalformed, file_called
from api.problems.refusals import BodyTooLarge
from application.files.keeping import content_of
from domain.files.files import Content, Description, UploadFile
from domain.files.purposes import MEGABYTE, PAPERS, FileTypeNotTaken, Purpose
from domain.sales.questions import MOST_FILES, MOST_QUESTIONS
from domain.values import FileId, SubmissionId, derived_id

LARGEST: Final = 8 * MEGABYTE
"""Bytes of one file, and of all that come with one form."""

MOST: Final = LARGEST + AROUND * 2
"""Bytes of a body with files in it."""

MOST_PARTS: Final = MOST_QUESTIONS * 4 + MOST_FILES


@dataclass(frozen=True, kw_only=True)
class Attached:
    """A file that came in answer to the question by this key."""

    key: str
    name: str | None
    bytes: bytes

    def called(self, key: str) -> "Attached":
        """Return it as the answer to the question by this key."""
        return Attached(key=key, name=self.name, bytes=self.bytes)

    @property
    def digest(self) -> str:
        """Return what tells its bytes from others."""
        return sha256(self.bytes).hexdigest()

    @cached_property
    def content(self) -> Content:
        """Return what it is, by its bytes. Raises FileIsEmpty, DrawingNotTaken, FileTypeNotTaken."""
        found = content_of(self.bytes, Purpose.ATTACHMENT)
        if found.media_type not in PAPERS:
            raise FileTypeNotTaken(taken=tuple(sorted(PAPERS)))
        return found

    def id_in(self, submission_id: SubmissionId) -> FileId:
        """Name the file: whoever sends the same form twice sends one file."""
        return FileId(derived_id("file", submission_id, self.key))

    def order(self, submission_id: SubmissionId) -> UploadFile:
        """Return the order to keep it."""
        described = Description(
            owner_id=submission_id,
            purpose=Purpose.ATTACHMENT,
            content=self.content,
            name=self.name,
        )
        return UploadFile(file_id=self.id_in(submission_id), file=described)


Fields = Mapping[str, Sequence[str]]


def parts_of(request: Request, body: bytes) -> tuple[Fields, Sequence[Attached]]:
    """Return what stands in a form (RFC 7578), by name, and the files in it. Raises FormMalformed,
    BodyTooLarge.
    """
    _, options = parse_options_header(request.headers.get("content-type", ""))
    fields: dict[str, list[str]] = {}
    files: list[Attached] = []
    try:
        for segment, content in _segments(body, options.get("boundary", "")):
            if segment.filename is None:
                fields.setdefault(segment.name, []).append(content.decode())
            elif content or segment.filename:
                name = file_called(segment.filename)
                files.append(Attached(key=segment.name, name=name, bytes=content))
    except (MultipartError, UnicodeDecodeError):
        raise FormMalformed from None
    if sum(len(each.bytes) for each in files) > LARGEST:
        raise BodyTooLarge(most_bytes=LARGEST)
    return fields, files


def _segments(body: bytes, boundary: str) -> Sequence[tuple[MultipartSegment, bytes]]:
    found: list[tuple[Any, bytearray]] = []
    if not boundary:
        raise FormMalformed
    with PushMultipartParser(
        boundary, content_length=len(body), max_segment_count=MOST_PARTS, strict=True
    ) as parser:
        for event in chain(parser.parse(body), parser.parse(b"")):
            if isinstance(event, MultipartSegment):
                found.append((event, bytearray()))
            elif event is not None:
                found[-1][1].extend(event)
    return [(segment, bytes(content)) for segment, content in found]


def keeping(
    backend: Backend,
    tenant: str,
    submission_id: SubmissionId,
    files: Sequence[Attached],
    record: Any,
) -> Any:
    """Keep the bytes of all files, and then have them recorded; nothing of what is refused."""
    if not files:
        return record()
    first, *others = files
    return backend.files.receive(
        tenant,
        first.id_in(submission_id),
        first.bytes,
        first.content,
        lambda: keeping(backend, tenant, submission_id, others, record),
    )
