"""Bytes in a folder that all processes see: one machine, or a file system that several share."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from errno import errorcode
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from application.files.store import BytesMissingError, StorageAwayError, UploadTo
from domain.files.files import Content

PART: Final = 65_536


class Folder:
    """Keeps bytes in files of their own, which nobody else on the machine may read."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, content: bytes, media_type: str) -> None:  # noqa: ARG002 - its name says it
        """Put bytes there, all of them or none: also if the machine goes down in the next moment."""
        place = self._root / key
        written = place.parent / f".{uuid4()}"
        with _reaching():
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                _write(written, content)
                written.rename(place)
            except OSError:
                written.unlink(missing_ok=True)
                raise
            for folder in place.relative_to(self._root).parents:
                _sync(self._root / folder)

    def read(self, key: str, first: int = 0, last: int | None = None) -> Iterator[bytes]:
        """Return the bytes from one place to another. Raises BytesMissingError at once."""
        try:
            size = (self._root / key).stat().st_size
            file = (self._root / key).open("rb")
        except (FileNotFoundError, NotADirectoryError):
            raise BytesMissingError(key) from None
        end = size if last is None else min(size, last + 1)

        def parts() -> Iterator[bytes]:
            with file:
                file.seek(first)
                left = end - first
                while left > 0 and (part := file.read(min(PART, left))):
                    left -= len(part)
                    yield part

        return parts()

    def size_of(self, key: str) -> int | None:
        """Return how many there are; None where there is nothing."""
        try:
            return (self._root / key).stat().st_size
        except (FileNotFoundError, NotADirectoryError):
            return None

    def remove(self, prefix: str) -> None:
        """Destroy all that is below a prefix, which is a folder."""
        folder = self._root / prefix
        with _reaching():
            if folder.is_dir():
                shutil.rmtree(folder, onerror=_refuse_but_gone)
                _sync(folder.parent)

    def upload_to(self, key: str, content: Content, seconds: int) -> UploadTo | None:  # noqa: ARG002
        """Return None: nobody but us takes bytes for a folder."""
        return None

    def address_of(self, key: str, headers: Mapping[str, str], seconds: int) -> str | None:  # noqa: ARG002
        """Return None: nobody but us gives bytes of a folder."""
        return None


@contextmanager
def _reaching() -> Iterator[None]:
    """Say of a disk that is full, or not there, what is said of a bucket. Raises StorageAwayError."""
    try:
        yield
    except OSError as error:
        raise StorageAwayError(errorcode.get(error.errno or 0, type(error).__name__)) from error


def _write(place: Path, content: bytes) -> None:
    with place.open("xb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _refuse_but_gone(_: object, __: str, why: tuple[type[BaseException], Any, object]) -> None:
    """Raise what is in the way of destroying something, if it is not that another did so meanwhile."""
    if not isinstance(why[1], FileNotFoundError):
        raise why[1]


def _sync(folder: Path) -> None:
    """See to it that a name in a folder stays: see fsync(2)."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
