"""What processes may order about the bytes of files."""

from typing import ClassVar, Final

from application.processes.process import Effect
from domain.values import FileId


class AboutFile(Effect, frozen=True):
    """Something to be done with the bytes of a file, one after the other."""

    lane: ClassVar[str] = "files"

    file_id: FileId

    @property
    def ordering_key(self) -> str:
        """What is shown last is what was said last."""
        return f"file/{self.file_id}"


class PrepareFile(AboutFile, frozen=True):
    """Look through what came, and make pictures of it."""


class ShowFile(AboutFile, frozen=True):
    """See to it that the public is given its pictures if, and only if, it is published."""


class DestroyFile(AboutFile, frozen=True):
    """Destroy its bytes; `wholly`: also what it was called."""

    wholly: bool = True


OF_FILES: Final[tuple[type[Effect], ...]] = (
    PrepareFile,
    ShowFile,
    DestroyFile,
)
