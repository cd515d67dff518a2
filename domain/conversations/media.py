"""Media: what somebody sends with a message on another channel. There it has a name, under which it is fetched."""

from enum import StrEnum

from domain.messages import Value


class MediaKind(StrEnum):
    """What it is, as the channel tells."""

    IMAGE = "image"
    DOCUMENT = "document"
    AUDIO = "audio"
    VOICE = "voice"
    VIDEO = "video"
    STICKER = "sticker"


class MediaStatus(StrEnum):
    """Whether its file is on the way, there, or cannot be had."""

    AWAITED = "awaited"
    FETCHED = "fetched"
    FAILED = "failed"


class Media(Value, frozen=True, kw_only=True):
    """`id` is what the provider calls it, `name` what whoever sent it does. `sha256`, in hexadecimal digits, is what its
    bytes are held against. It came by this `number` of the business.
    """

    kind: MediaKind
    id: str
    name: str | None = None
    sha256: str | None = None
    number: str = ""
