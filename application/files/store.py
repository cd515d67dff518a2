"""What files need from outside: a place for bytes, a book of what is in it, and who looks through them.

private/TENANT/FILE/SHA256.ENDING     what came, and the pictures made of it
incoming/TENANT/FILE/it               what somebody puts there themselves, until it was looked at
public/FILE/SHA256.ENDING             pictures that were published: the one prefix for everybody
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from application.operations.jobs import AwayError
from application.refusals import NotNow, TooMuch
from domain.files.files import Content, Picture
from domain.messages import Value


def all_of(tenant: str, file_id: str) -> tuple[str, ...]:
    """Return the prefixes below which everything of a file lies."""
    own = f"private/{tenant}/{file_id}/"
    return (incoming_of(tenant, file_id), own, published_of(file_id))


def incoming(tenant: str, file_id: str) -> str:
    """Return where somebody puts bytes themselves."""
    return f"{incoming_of(tenant, file_id)}it"


def incoming_of(tenant: str, file_id: str) -> str:
    """Return the prefix below which that is."""
    return f"incoming/{tenant}/{file_id}/"


def private(tenant: str, file_id: str, content: Content) -> str:
    """Return where bytes lie."""
    return f"private/{tenant}/{file_id}/{name_of(content)}"


def public(file_id: str, content: Content) -> str:
    """Return where bytes lie that are for everybody."""
    return f"{published_of(file_id)}{name_of(content)}"


def published_of(file_id: str) -> str:
    """Return the prefix below which what is for everybody of a file lies."""
    return f"public/{file_id}/"


def name_of(content: Content) -> str:
    """Return an address by content: other bytes have another."""
    return f"{content.sha256}.{content.media_type.ending}"


# --- Bytes ----------------------------------------------------------------------------


class StorageAwayError(AwayError):
    """Where bytes lie does not answer, or refuses us; it is tried again."""


class StorageIsAway(NotNow):
    """What is kept here cannot be reached at this moment; please try again."""


@contextmanager
def reaching() -> Iterator[None]:
    """Say to whoever waits that bytes cannot be reached now. Raises StorageIsAway."""
    try:
        yield
    except StorageAwayError as error:
        raise StorageIsAway from error


class BytesMissingError(Exception):
    """There is nothing under this key."""


class UploadTo(Value, frozen=True, kw_only=True):
    """Where bytes are to be put, and with which headers."""

    url: str
    headers: Mapping[str, str]


class Bytes(Protocol):
    """Where bytes lie, by key. What was put is there, and stays, whatever dies."""

    def put(self, key: str, content: bytes, media_type: str) -> None:
        """Put bytes there, all of them or none."""

    def read(self, key: str, first: int = 0, last: int | None = None) -> Iterator[bytes]:
        """Return the bytes from one place to another, inclusive, in parts. Raises BytesMissingError at
        once.
        """

    def size_of(self, key: str) -> int | None:
        """Return how many there are; None where there is nothing."""

    def remove(self, prefix: str) -> None:
        """Destroy all that is below a prefix; nothing may be."""

    def upload_to(self, key: str, content: Content, seconds: int) -> UploadTo | None:
        """Return where this content, and no other, can be put for so long; None where only we take it."""

    def address_of(self, key: str, headers: Mapping[str, str], seconds: int) -> str | None:
        """Return where everybody who knows it gets the bytes for so long, with these headers; None where
        only we give them.
        """


# --- Counting -------------------------------------------------------------------------


class StorageIsFull(TooMuch):
    """Your business keeps as much as it can; remove files for good, or ask for more room."""

    most_bytes: int


class Ledger(Protocol):
    """Of which files there may be bytes, and how many. What is about to come stands in it first."""

    def reserve(self, tenant: str, file_id: str, size: int) -> None:
        """Take room for a file, once. Raises StorageIsFull."""

    def release(self, tenant: str, file_id: str) -> None:
        """Count a file no more; its bytes are gone."""

    def unsettled(self, before: datetime) -> Sequence[tuple[str, str]]:
        """Return tenant and id of some that came before a time, and of which nobody has seen whether
        they were recorded.
        """

    def settle(self, tenant: str, file_id: str) -> None:
        """Note that it was recorded."""

    def used(self, tenant: str) -> int:
        """Return how many bytes a business has."""

    def moved_to(self, path: str) -> tuple[str, str] | None:
        """Return tenant and id of the file that was at an old address."""


# --- Looking through ------------------------------------------------------------------


class Made(Value, frozen=True):
    """A picture and its bytes."""

    picture: Picture
    content: bytes


class Pictures(Value, frozen=True, kw_only=True):
    """What was made of a picture that is so large as it is seen."""

    width: int
    height: int
    made: tuple[Made, ...]


class UnreadableError(Exception):
    """It is no picture, or breaks off, or takes more than a picture does."""


class TooManyPointsError(UnreadableError):
    """It is a picture, and larger than any that is looked at."""


class Painter(Protocol):
    """Makes pictures of pictures."""

    def __call__(self, content: bytes) -> Pictures:
        """Return them, the largest first. Raises UnreadableError, TooManyPointsError."""


class Scanner(Protocol):
    """Looks for viruses."""

    def __call__(self, content: bytes) -> str | None:
        """Return the name of what was found, if anything. Raises AwayError."""
