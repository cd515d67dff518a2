"""What is sent with a message on WhatsApp."""

import re
from base64 import b64decode
from typing import Final

from application.conversations.whatsapp_contents import Content, Enclosed, Said, caption_of
from domain.conversations.media import Media, MediaKind
from domain.texts import shown

KINDS: Final = ("image", "document", "audio", "video", "sticker")
HEXADECIMAL: Final = re.compile("[0-9a-f]{64}")
LONGEST_NAME: Final = 200


def said_of_file(content: Content) -> Said | None:
    """Return what is said with a file, be it nothing; None, where there is none."""
    return Said(caption_of(content) or "") if _enclosed(content) else None


def media_in(content: Content, number: str) -> Media | None:
    """Return what came by a number of the business, if anything did."""
    kind, file = _enclosed(content) or ("", Enclosed())
    if file.id is None:
        return None
    name = shown(file.filename.replace("\\", "/").rpartition("/")[2]) if file.filename else ""
    return Media(
        kind=MediaKind.VOICE if file.voice else MediaKind(kind),
        id=file.id,
        name=name[-LONGEST_NAME:] or None,
        sha256=digest_in(file.sha256),
        number=number,
    )


def digest_in(said: str | None) -> str | None:
    """Return a SHA-256 in hexadecimal digits; None, where it is none. Calls say it in Base64.

    >>> digest_in("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    """
    if said is None or HEXADECIMAL.fullmatch(said):
        return said
    try:
        found = b64decode(said, validate=True).hex()
    except ValueError:
        return None
    return found if HEXADECIMAL.fullmatch(found) else None


def _enclosed(content: Content) -> tuple[str, Enclosed] | None:
    found = ((kind, getattr(content, kind)) for kind in KINDS)
    return next(((kind, each) for kind, each in found if each is not None), None)
