"""Files at a stand-in of Meta's Cloud API: what people sent lies there under an id, and is had at an address that is good
for a while; what is sent to them is put there first.
"""

from base64 import b64encode
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from itertools import count
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import msgspec
from multipart import MultipartParser, parse_options_header

ELSEWHERE: Final = "https://files.example.org/attachments?mid=1"


MEDIA: Final = ("image", "video", "audio", "document")


class MediaFault(StrEnum):
    """What it does instead of telling of a file, or giving it."""

    LIMIT = "a limit is reached: 429"
    GONE = "nothing lies under this id: 400, code 100"
    MISSING = "nothing lies under this id: 404"
    EXPIRED = "the address is good no more: 404"
    LEADS_AWAY = "it leads to another address: 302"
    NAMES_OTHERS = "the address is not one of Meta's"
    TOO_LARGE = "it says that there are 17 MB"
    GROWS = "it says that there is little, and gives 17 MB"
    ANOTHER = "it gives other bytes"
    HALF = "it gives half of it, and hangs up"


ON_GIVING: Final = (
    MediaFault.EXPIRED,
    MediaFault.LEADS_AWAY,
    MediaFault.GROWS,
    MediaFault.ANOTHER,
    MediaFault.HALF,
)


class Half(bytes):
    """What is said of something twice as long."""


@dataclass(frozen=True)
class Uploaded:
    """A file that was put there, for what is sent by a number."""

    id: str
    number: str
    name: str
    media_type: str
    content: bytes


@dataclass
class Library:
    """`files` are those that people sent, by id, and `uploads` those that were put there, in order; `asked` is how often
    somebody wanted to know of one, and `faults` are what it does next.
    """

    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    uploads: list[Uploaded] = field(default_factory=list)
    asked: int = 0
    given: int = 0
    faults: list[MediaFault] = field(default_factory=list)
    _ids: Any = field(default_factory=lambda: count(65_463_453))

    def sent(
        self, content: bytes, media_type: str = "application/pdf", **more: Any
    ) -> dict[str, Any]:
        """Let somebody send a file; return what a call says of it."""
        id_ = str(next(self._ids))
        self.files[id_] = (media_type, content)
        digest = b64encode(sha256(content).digest()).decode()
        return {"id": id_, "mime_type": media_type, "sha256": digest, **more}

    def lies(self, kind: str, said: dict[str, Any]) -> bool:
        """Whether a file lies here that is of such a kind."""
        found = next((each for each in self.uploads if each.id == said["id"]), None)
        return found is not None and ("filename" in said) == (kind == "document")

    def answer(
        self, method: str, origin: str, path: str, headers: Any, body: bytes, *, known: bool
    ) -> tuple[int, bytes]:
        """Return the status and what it says."""
        if not known:
            return 401, _refusal(190)
        if method == "POST":
            return self._taken(path.split("/")[2], headers["Content-Type"], body)
        where = urlsplit(path)
        if where.path == "/attachments":
            return self._given(parse_qs(where.query)["mid"][0])
        return self._told(origin, where.path.rpartition("/")[2])

    def _fault(self, *, giving: bool) -> MediaFault | None:
        if self.faults and (self.faults[0] in ON_GIVING) is giving:
            return self.faults.pop(0)
        return None

    def _told(self, origin: str, id_: str) -> tuple[int, bytes]:
        self.asked += 1
        fault = self._fault(giving=False)
        if fault is MediaFault.LIMIT:
            return 429, _refusal(80_007)
        if fault is MediaFault.MISSING:
            return 404, b"<html>Not Found</html>"
        if fault is MediaFault.GONE or id_ not in self.files:
            return 400, _refusal(100)
        kind, content = self.files[id_]
        url = f"{origin}/attachments?mid={id_}&ext=1700000000&hash=abc"
        told = {
            "messaging_product": "whatsapp",
            "url": ELSEWHERE if fault is MediaFault.NAMES_OTHERS else url,
            "mime_type": kind,
            "sha256": sha256(content).hexdigest(),
            "file_size": 17_000_000 if fault is MediaFault.TOO_LARGE else len(content),
            "id": id_,
        }
        return 200, msgspec.json.encode(told)

    def _given(self, id_: str) -> tuple[int, bytes]:
        self.given += 1
        _, content = self.files[id_]
        match self._fault(giving=True):
            case MediaFault.EXPIRED:
                return 404, b"URL signature expired"
            case MediaFault.LEADS_AWAY:
                return 302, ELSEWHERE.encode()
            case MediaFault.GROWS:
                return 200, content.ljust(17_000_000, b"\0")
            case MediaFault.ANOTHER:
                return 200, content + b"\0"
            case MediaFault.HALF:
                return 200, Half(content[: len(content) // 2])
            case _:
                return 200, content

    def _taken(self, number: str, kind: str, body: bytes) -> tuple[int, bytes]:
        if self._fault(giving=False) is MediaFault.LIMIT:
            return 429, _refusal(80_007)
        _, options = parse_options_header(kind)
        parts = {each.name: each for each in MultipartParser(_Once(body), options["boundary"])}
        if parts["messaging_product"].value != "whatsapp":
            return 400, _refusal(131_008)
        id_ = str(next(self._ids))
        file = parts["file"]
        self.uploads.append(Uploaded(id_, number, file.filename, parts["type"].value, file.raw))
        return 200, msgspec.json.encode({"id": id_})


class _Once:
    """Bytes that are read as a file is."""

    def __init__(self, body: bytes) -> None:
        self._left = body

    def read(self, most: int) -> bytes:
        """Return what comes next."""
        part, self._left = self._left[:most], self._left[most:]
        return part


def _refusal(code: int) -> bytes:
    return msgspec.json.encode({"error": {"message": "no", "type": "OAuthException", "code": code}})
