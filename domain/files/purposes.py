"""What a file is for. By that, what it may be, how large, of what, and whether the public may see it.

Types are told from content. What a caller says a file is, is a wish.
"""

from collections.abc import Mapping
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

    @property
    def ending(self) -> str:
        """How names of such files end.

        >>> MediaType.JPEG.ending
        'jpg'
        """
        return {"jpeg": "jpg"}.get(self.rpartition("/")[2], self.rpartition("/")[2])

    @property
    def is_picture(self) -> bool:
        """Whether it is shown to people, as smaller pictures that are made of it."""
        return self.startswith("image/")


PICTURES: Final = frozenset(each for each in MediaType if each.is_picture)
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


def type_of(content: bytes) -> MediaType | None:
    """Return what a file is, by how it begins; None for all that is not taken.

    >>> type_of(b"MZ the type of a program"), type_of(b"%PDF-1.7")
    (None, <MediaType.PDF: 'application/pdf'>)
    """
    if content.startswith(b"\xff\xd8\xff"):
        return MediaType.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return MediaType.PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return MediaType.WEBP
    return MediaType.PDF if content.startswith(b"%PDF-") else None


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
