"""What a file is for. By that, what it may be, how large, of what, and whether the public may see it.

Types are told from content. What a caller says a file is, is a wish.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from domain.messages import DomainError, Invalid, Value

MEGABYTE: Final = 1_000_000


class MediaType(StrEnum):
    """What is taken. Each can be told by how it begins, and none runs where it is shown alone."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    PDF = "application/pdf"
    OGG = "audio/ogg"
    MP3 = "audio/mpeg"
    M4A = "audio/mp4"
    AAC = "audio/aac"
    AMR = "audio/amr"
    MP4 = "video/mp4"
    THREE_GP = "video/3gpp"

    @property
    def ending(self) -> str:
        """How names of such files end.

        >>> MediaType.JPEG.ending
        'jpg'
        """
        return ENDINGS.get(self, self.rpartition("/")[2])

    @property
    def is_picture(self) -> bool:
        """Whether it is shown to people, as smaller pictures that are made of it."""
        return self.startswith("image/")


ENDINGS: Final[Mapping[str, str]] = {
    MediaType.JPEG: "jpg",
    MediaType.MP3: "mp3",
    MediaType.M4A: "m4a",
    MediaType.THREE_GP: "3gp",
}
"""Where it is not the second half of the type."""

PICTURES: Final = frozenset(each for each in MediaType if each.is_picture)
PAPERS: Final = PICTURES | {MediaType.PDF}
"""What strangers may send: what is recorded or filmed comes from people who are known."""

ANY: Final = frozenset(MediaType)


class Purpose(StrEnum):
    """What a file is for."""

    ATTACHMENT = "attachment"
    PORTFOLIO = "portfolio"
    AVATAR = "avatar"
    LOGO = "logo"


class Shown(StrEnum):
    """Whether the public may see its pictures: never, if somebody says so, or as soon as they are there."""

    NEVER = "never"
    ON_ORDER = "on-order"
    ALWAYS = "always"


class Rule(Value, frozen=True, kw_only=True):
    """`owners` are kinds of things that may have it; none: all. `is_single`: the newest stands for it.
    `published_of` are those of which the public may see it.
    """

    types: frozenset[MediaType] = PICTURES
    most_bytes: int = 10 * MEGABYTE
    owners: frozenset[str] = frozenset()
    shown: Shown = Shown.NEVER
    published_of: frozenset[str] = frozenset()
    is_single: bool = False


STAFF: Final = frozenset({"professional", "user"})
RULES: Final[Mapping[Purpose, Rule]] = {
    Purpose.ATTACHMENT: Rule(types=ANY, most_bytes=16 * MEGABYTE),
    Purpose.PORTFOLIO: Rule(
        owners=frozenset({"professional", "service", "tenant"}),
        shown=Shown.ON_ORDER,
        published_of=frozenset({"professional", "service", "tenant"}),
    ),
    Purpose.AVATAR: Rule(
        owners=STAFF | {"client"}, shown=Shown.ON_ORDER, published_of=STAFF, is_single=True
    ),
    Purpose.LOGO: Rule(
        owners=frozenset({"tenant"}),
        shown=Shown.ALWAYS,
        published_of=frozenset({"tenant"}),
        is_single=True,
    ),
}

LARGEST: Final = max(rule.most_bytes for rule in RULES.values())
"""Bytes of any file."""


# --- Why a file is not taken ----------------------------------------------------------


class FileTypeNotTaken(DomainError):
    """Files of this type are not taken here; it is told by their bytes, not by what they are called."""

    taken: tuple[MediaType, ...]


class DrawingNotTaken(Invalid):
    """A drawing in SVG may hold programs, and is not taken. Send it as PNG."""


class FileIsEmpty(Invalid):
    """There is nothing in the file."""


# --- Looking --------------------------------------------------------------------------

LOOKED_AT: Final = 4096
"""Bytes by which a type is told."""

BEGINNINGS: Final[Sequence[tuple[bytes, MediaType]]] = (
    (b"\xff\xd8\xff", MediaType.JPEG),
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
    (b"%PDF-", MediaType.PDF),
    (b"OggS\x00", MediaType.OGG),
    (b"ID3", MediaType.MP3),
    (b"\xff\xfb", MediaType.MP3),  # MPEG-1 layer III (ISO 11172-3, 2.4.1.3)
    (b"\xff\xf3", MediaType.MP3),  # MPEG-2
    (b"\xff\xf1", MediaType.AAC),  # ADTS (ISO 13818-7, 6.2)
    (b"\xff\xf9", MediaType.AAC),
    (b"#!AMR", MediaType.AMR),  # RFC 4867, section 5
)
BRANDS: Final[Sequence[tuple[bytes, MediaType]]] = (
    (b"M4A ", MediaType.M4A),
    (b"3gp", MediaType.THREE_GP),
    (b"mp4", MediaType.MP4),
    (b"iso", MediaType.MP4),
    (b"avc1", MediaType.MP4),
    (b"MSNV", MediaType.MP4),
)
"""What a file of boxes says that it is for (ISO 14496-12, 4.3); of others, such as HEIC, nothing is taken."""


def type_of(content: bytes) -> MediaType | None:
    """Return what a file is, by how it begins; None for all that is not taken.

    >>> type_of(b"MZ the type of a program"), type_of(b"%PDF-1.7")
    (None, <MediaType.PDF: 'application/pdf'>)
    """
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return MediaType.WEBP
    if content[4:8] == b"ftyp":
        return _begun(content[8:], BRANDS)
    return _begun(content, BEGINNINGS)


def _begun(content: bytes, known: Sequence[tuple[bytes, MediaType]]) -> MediaType | None:
    return next((kind for start, kind in known if content.startswith(start)), None)


def understood(content: bytes, purpose: Purpose) -> MediaType:
    """Return what a file is. Raises FileIsEmpty, DrawingNotTaken, FileTypeNotTaken."""
    if not content:
        raise FileIsEmpty
    found, taken = type_of(content), RULES[purpose].types
    if found is None and b"<svg" in content[:LOOKED_AT].lower():
        raise DrawingNotTaken
    if found is None or found not in taken:
        raise FileTypeNotTaken(taken=tuple(sorted(taken)))
    return found
