"""The channels on which we carry what a business says, and what can be said on each. Of others, somebody else carries it
and reports.

WhatsApp takes what is said freely for 24 hours after somebody wrote last, by the same number and from the same
account (developers.facebook.com/docs/whatsapp/conversation-types). It takes files of some types, each up to a size, one
in a message (developers.facebook.com/docs/whatsapp/cloud-api/reference/media, "Supported media types"; its megabytes
are read as millions of bytes, so that nothing is sent that it would refuse). An SMS is sent to a telephone number, also of
somebody who never wrote; of more than three parts some are lost on the way (labsmobile.com, concatenated SMS).
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from domain.conversations.choices import LONGEST_BODY, Choices, refuse_unclear_choices
from domain.conversations.texting import parts_of
from domain.files.files import Content
from domain.files.purposes import MEGABYTE, MediaType
from domain.messages import Invalid, Value
from domain.people.consents import ToldBy
from domain.values import FileId


class Carried(Value, frozen=True, kw_only=True):
    """How files of a type are carried: `kind` is what the channel calls them, and `is_captioned` whether words go with
    them.
    """

    kind: str
    most_bytes: int
    is_captioned: bool = True


class Channel(Value, frozen=True, kw_only=True):
    """`longest` is how many characters a text has at most, `longest_caption` the words that go with a file, and
    `most_parts` in how many SMS it goes; `open_for`, for how long after somebody wrote something can be said freely,
    where it cannot be at any time. What is made of a template that it `approves` can be. It `carries` which files. On
    some people can be given `choices`, and hear of reactions and of what was read (`is_rich`). Whoever writes is known
    `by_number`, where that is what it is for. `told_by` is what people consent to.
    """

    name: str
    longest: int
    told_by: ToldBy | None = None
    open_for: timedelta | None = None
    approves: bool = False
    most_parts: int | None = None
    by_number: bool = False
    is_rich: bool = False
    carries: Mapping[MediaType, Carried] = {}
    longest_caption: int = 0


_PICTURE: Final = Carried(kind="image", most_bytes=5 * MEGABYTE)
_VIDEO: Final = Carried(kind="video", most_bytes=16 * MEGABYTE)
_AUDIO: Final = Carried(kind="audio", most_bytes=16 * MEGABYTE, is_captioned=False)

WHATSAPP: Final = Channel(
    name="whatsapp",
    longest=4_096,
    told_by=ToldBy.WHATSAPP,
    open_for=timedelta(hours=24),
    approves=True,
    is_rich=True,
    carries={
        MediaType.JPEG: _PICTURE,
        MediaType.PNG: _PICTURE,
        MediaType.MP4: _VIDEO,
        MediaType.THREE_GP: _VIDEO,
        MediaType.AAC: _AUDIO,
        MediaType.AMR: _AUDIO,
        MediaType.MP3: _AUDIO,
        MediaType.M4A: _AUDIO,
        MediaType.OGG: _AUDIO,
        MediaType.PDF: Carried(kind="document", most_bytes=100 * MEGABYTE),
    },
    longest_caption=1_024,
)
SMS: Final = Channel(name="sms", longest=459, told_by=ToldBy.SMS, most_parts=3, by_number=True)

CHANNELS: Final[Mapping[str, Channel]] = {each.name: each for each in (WHATSAPP, SMS)}


class TooLongForChannel(Invalid):
    """So much can be said on this channel at once, and no more."""

    most: int


class TooManyParts(Invalid):
    """So many SMS are sent for one message, and no more."""

    parts: int
    most: int


class FilesNotCarried(Invalid):
    """Files are not sent on this channel."""


class ChoicesNotCarried(Invalid):
    """Nobody can choose from anything on this channel."""


class FileTypeNotCarried(Invalid):
    """Files of this type are not sent on this channel."""

    file_id: FileId
    taken: tuple[MediaType, ...]


class FileTooLargeForChannel(Invalid):
    """Files of this type have fewer bytes on this channel."""

    file_id: FileId
    most_bytes: int


Contents = Mapping[FileId, Content]
"""Of files, in the order in which they are sent."""


def refuse_uncarried(
    channel: Channel, text: str | None, files: Contents, choices: Choices | None = None
) -> None:
    """Refuse what could not be sent there. Raises TooLongForChannel, TooManyParts, ChoicesUnclear, FilesNotCarried,
    FileTypeNotCarried, FileTooLargeForChannel.
    """
    longest = LONGEST_BODY if choices else channel.longest
    if len(text or "") > longest:
        raise TooLongForChannel(most=longest)
    if channel.most_parts and (parts := len(parts_of(text or ""))) > channel.most_parts:
        raise TooManyParts(parts=parts, most=channel.most_parts)
    if choices is not None:
        refuse_unclear_choices(choices)
    _refuse_files(channel, files)


def refuse_choices(channel: Channel | None, choices: Choices | None) -> None:
    """Raise ChoicesNotCarried, where there are none to be had."""
    if choices is not None and not (channel and channel.is_rich):
        raise ChoicesNotCarried


def parts_on(channel: str, text: str | None) -> int | None:
    """Return in how many SMS a text goes on a channel; None where it goes otherwise."""
    known = CHANNELS.get(channel)
    return len(parts_of(text)) if text and known and known.most_parts else None


def _refuse_files(channel: Channel, files: Contents) -> None:
    if files and not channel.carries:
        raise FilesNotCarried
    for file_id, content in files.items():
        carried = channel.carries.get(content.media_type)
        if carried is None:
            raise FileTypeNotCarried(file_id=file_id, taken=tuple(sorted(channel.carries)))
        if content.size > carried.most_bytes:
            raise FileTooLargeForChannel(file_id=file_id, most_bytes=carried.most_bytes)


class Part(Value, frozen=True, kw_only=True):
    """One message there, of those that one of ours goes out as: a file, words, or a file with words."""

    file_id: FileId | None = None
    text: str | None = None


def parts_as_sent(text: str | None, files: Sequence[FileId], *, in_front: bool) -> Sequence[Part]:
    """Return as what a message goes out, in order: each file alone, and the words with the first one, or `in_front`."""
    if in_front:
        return [Part(text=text), *(Part(file_id=each) for each in files)]
    return [Part(file_id=each, text=None if number else text) for number, each in enumerate(files)]


def goes_in_front(
    channel: Channel, text: str | None, files: Contents, choices: Choices | None = None
) -> bool:
    """Whether the words are a message of their own: there is no file, they do not go with the first, or something can be
    chosen below them.
    """
    first = next(iter(files.values()), None)
    if first is None or not text:
        return first is None
    captioned = channel.carries[first.media_type].is_captioned
    return choices is not None or not captioned or len(text) > channel.longest_caption
