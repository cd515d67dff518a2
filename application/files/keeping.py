"""Bytes and the log, kept in step: bytes are there before it is said that they are, and go after it was
said that they do. Whatever dies in between leaves bytes that nobody is given, and they are swept.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from application.files import store
from application.files.store import (
    Bytes,
    BytesMissingError,
    Ledger,
    StorageAwayError,
    StorageIsAway,
    reaching,
)
from application.ports import Answer, Clock, Recorded, StoreUnavailableError
from domain.files.files import (
    FILE,
    AbandonFile,
    Content,
    File,
    FileHasNotCome,
    FileIsGone,
    Status,
)
from domain.files.purposes import LARGEST, MediaType, Purpose, understood
from domain.messages import Command, DomainError, StreamErased
from domain.values import FileId

SWEPT_AFTER: Final = timedelta(hours=1)
"""So old, what is not recorded never will be: whoever records it waits for seconds."""


def content_of(content: bytes, purpose: Purpose) -> Content:
    """Describe bytes by what they are. Raises FileIsEmpty, DrawingNotTaken, FileTypeNotTaken."""
    return _described(content, understood(content, purpose))


def _described(content: bytes, media_type: MediaType) -> Content:
    digest = sha256(content).hexdigest()
    return Content(media_type=media_type, size=len(content), sha256=digest)


def _folded(history: Sequence[Recorded]) -> File:
    events: list[Any] = [past.event for past in history if past.event is not None]
    return FILE.fold(events)


class Keeping:
    """Keeps bytes of files, for all tenants."""

    def __init__(
        self,
        bytes_: Bytes,
        ledger: Ledger,
        history: Callable[[str, str], Sequence[Recorded]],
        order: Callable[[str, Command], object],
        clock: Clock,
    ) -> None:
        self.bytes = bytes_
        self.ledger = ledger
        self._history = history
        self._order = order
        self._clock = clock

    def receive(
        self,
        tenant: str,
        file_id: str,
        bytes_: bytes,
        content: Content,
        record: Callable[[], Answer],
    ) -> Answer:
        """Keep what came, and have it recorded; nothing of what is refused, or came before."""
        self.ledger.reserve(tenant, file_id, content.size)
        with self._unless_refused(tenant, file_id):
            key = store.private(tenant, file_id, content)
            self.bytes.put(key, bytes_, content.media_type)
            return record()

    def await_(
        self, tenant: str, file_id: str, content: Content, record: Callable[[], Answer]
    ) -> Answer:
        """Make room for what is announced."""
        self.ledger.reserve(tenant, file_id, content.size)
        with self._unless_refused(tenant, file_id):
            return record()

    @contextmanager
    def _unless_refused(self, tenant: str, file_id: str) -> Iterator[None]:
        """Keep what is recorded here, and nothing else: what is refused, or was done before under another
        id, leaves nothing. Of what nobody knows whether it was recorded, the sweep finds out.
        """
        try:
            with reaching():
                yield
        except (StorageIsAway, StoreUnavailableError):
            raise
        except DomainError:
            self._destroy_unrecorded(tenant, file_id)
            raise
        self._destroy_unrecorded(tenant, file_id)

    def put_there(self, tenant: str, file_id: str, bytes_: bytes, content: Content) -> None:
        """Keep what somebody puts where they were told, until they say that it is complete; nothing of
        what was taken in already. Raises FileIsGone.
        """
        file = self.kept(tenant, file_id)
        if file is not None and file.status is Status.AWAITED:
            with reaching():
                key = store.incoming(tenant, file_id)
                self.bytes.put(key, bytes_, content.media_type)
        if self._destroy_ended(tenant, file_id):
            raise FileIsGone

    def take_in(
        self, tenant: str, file_id: str, file: File, record: Callable[[Content], Answer]
    ) -> Answer:
        """Keep what somebody put there, if it is what was announced: it is read here, and put where
        nobody else can put anything. Raises FileHasNotCome, FileDiffers.
        """
        assert file.file is not None
        if file.status is not Status.AWAITED:
            return record(file.file.content)
        came = self._came(tenant, file_id)
        content = content_of(came, file.file.purpose)
        try:
            if content == file.file.content:
                with reaching():
                    key = store.private(tenant, file_id, content)
                    self.bytes.put(key, came, content.media_type)
            answer = record(content)
        finally:
            self._destroy_ended(tenant, file_id)
        with suppress(StorageAwayError):  # the sweep comes by
            self.bytes.remove(store.incoming_of(tenant, file_id))
        return answer

    def _came(self, tenant: str, file_id: str) -> bytes:
        """Return what is there, and no more than a file may have."""
        try:
            with reaching():
                return b"".join(self.bytes.read(store.incoming(tenant, file_id), 0, LARGEST))
        except BytesMissingError:
            raise FileHasNotCome from None

    def state(self, tenant: str, file_id: str) -> File:
        """Return a file as the log has it now."""
        return _folded(self._history(tenant, file_id))

    def kept(self, tenant: str, file_id: str) -> File | None:
        """Return the same; None where nothing may be kept of it: it was erased or purged, or never
        recorded.
        """
        history = self._history(tenant, file_id)
        erased = any(isinstance(past.event, StreamErased) for past in history)
        file = _folded(history)
        return None if erased or file.status in (Status.NONE, Status.PURGED) else file

    def destroy(self, tenant: str, file_id: str) -> None:
        """Destroy all bytes of a file, in every size and place, and then count it no more."""
        for prefix in store.all_of(tenant, file_id):
            self.bytes.remove(prefix)
        self.ledger.release(tenant, file_id)

    def _destroy_unrecorded(self, tenant: str, file_id: str) -> None:
        if self.state(tenant, file_id).file is None:
            self.destroy(tenant, file_id)

    def _destroy_ended(self, tenant: str, file_id: str) -> bool:
        """Destroy what was put here while a file ended: whoever destroyed it then saw nothing of this.
        Return whether it has ended.
        """
        file = self.kept(tenant, file_id)
        ended = file is None or file.status is Status.REFUSED
        if ended:
            with reaching():
                self.destroy(tenant, file_id)
        return ended

    def moved_to(self, path: str) -> tuple[FileId, Content | None] | None:
        """Return which file was at an old address, and its largest picture, if everybody is given it."""
        found = self.ledger.moved_to(path)
        file = None if found is None else self.kept(*found)
        if found is None or file is None:
            return None
        largest = file.pictures[0].content if file.is_public and file.pictures else None
        return FileId(found[1]), largest

    def sweep(self) -> int:
        """Destroy bytes of which the log never came to know; return of how many files. First it is recorded
        that they never come, so that whoever is about to record that they did, by whichever clock, is refused.
        """
        swept = 0
        for tenant, file_id in self.ledger.unsettled(self._clock() - SWEPT_AFTER):
            state = self.state(tenant, file_id)
            if state.file is None:
                self._order(tenant, AbandonFile(file_id=FileId(file_id)))
                state = self.state(tenant, file_id)
            if state.file is None:
                self.destroy(tenant, file_id)
                swept += 1
            elif state.status is not Status.AWAITED:
                self.bytes.remove(store.incoming_of(tenant, file_id))
                self.ledger.settle(tenant, file_id)
        return swept
