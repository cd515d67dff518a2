"""What is done to files when nobody waits: they are looked through, pictures are made of them, published
and destroyed.
"""

from typing import Final

import structlog

from application.files import store
from application.files.keeping import Keeping
from application.files.store import Painter, Pictures, Scanner, TooManyPointsError, UnreadableError
from application.operations.jobs import Handled, Handlers, Job, Skipped
from application.people.erasure import ErasureHasToWaitError, Erasures
from application.processes.effects.files import DestroyFile, PrepareFile, ShowFile
from domain.files.files import (
    Content,
    Description,
    FilePurged,
    PassFile,
    RefuseFile,
    Status,
    Why,
)
from domain.values import FileId

log = structlog.get_logger()

NOTHING_TO_DO: Final = Skipped("it is not there to be looked through any more")


class Preparing:
    """Carries out what processes order of files."""

    def __init__(
        self, keeping: Keeping, painter: Painter, scanner: Scanner | None, erasures: Erasures
    ) -> None:
        self._keeping = keeping
        self._painter = painter
        self._scanner = scanner
        self._erasures = erasures

    @property
    def handlers(self) -> Handlers:
        """By the effect that each carries out."""
        return {PrepareFile: self.prepare, ShowFile: self.show, DestroyFile: self.destroy}

    def prepare(self, effect: PrepareFile, job: Job) -> Handled:
        """Look through what came, and make pictures of it."""
        tenant, file_id = job.tenant, effect.file_id
        file = self._keeping.state(tenant, file_id)
        if file.file is None or file.status is not Status.UPLOADED:
            return NOTHING_TO_DO
        came = self._read(tenant, file_id, file.file.content)
        if self._is_infected(came, file.file):
            return RefuseFile(file_id=file_id, why=Why.INFECTED)
        if not file.file.content.media_type.is_picture:
            return PassFile(file_id=file_id)
        try:
            pictures = self._painter(came)
        except TooManyPointsError:
            return RefuseFile(file_id=file_id, why=Why.TOO_MANY_POINTS)
        except UnreadableError:
            return RefuseFile(file_id=file_id, why=Why.UNREADABLE)
        return self._keep(tenant, file_id, pictures)

    def _is_infected(self, came: bytes, file: Description) -> bool:
        found = None if self._scanner is None else self._scanner(came)
        if found is not None:
            log.warning("a file is infected", sha256=file.content.sha256, with_=found)
        return found is not None

    def _keep(self, tenant: str, file_id: FileId, pictures: Pictures) -> Handled:
        """Keep the pictures, unless their file went meanwhile: then whoever destroyed it saw none."""
        for made in pictures.made:
            content = made.picture.content
            key = store.private(tenant, file_id, content)
            self._keeping.bytes.put(key, made.content, content.media_type)
        if self._keeping.kept(tenant, file_id) is None:
            self._keeping.destroy(tenant, file_id)
            return NOTHING_TO_DO
        return PassFile(
            file_id=file_id,
            pictures=tuple(made.picture for made in pictures.made),
            width=pictures.width,
            height=pictures.height,
        )

    def show(self, effect: ShowFile, job: Job) -> None:
        """Put its pictures where everybody is given them, or take them away from there."""
        tenant, file_id = job.tenant, effect.file_id
        for picture in self._pictures_for_all(tenant, file_id):
            key = store.public(file_id, picture)
            came = self._read(tenant, file_id, picture)
            self._keeping.bytes.put(key, came, picture.media_type)
        if not self._pictures_for_all(tenant, file_id):
            self._keeping.bytes.remove(store.published_of(file_id))

    def _pictures_for_all(self, tenant: str, file_id: str) -> list[Content]:
        """Return what the public may see of it, as the log has it now."""
        file = self._keeping.kept(tenant, file_id)
        if file is None or not file.is_public:
            return []
        return [each.content for each in file.pictures]

    def destroy(self, effect: DestroyFile, job: Job) -> None:
        """Destroy its bytes, and take what it was called out of all tables."""
        self._keeping.destroy(job.tenant, effect.file_id)
        if not effect.wholly:
            return
        purged = FilePurged(file_id=effect.file_id, streams=(effect.file_id,))
        if not self._erasures.finish_purge(job.tenant, purged):
            raise ErasureHasToWaitError

    def _read(self, tenant: str, file_id: str, content: Content) -> bytes:
        return b"".join(self._keeping.bytes.read(store.private(tenant, file_id, content)))
