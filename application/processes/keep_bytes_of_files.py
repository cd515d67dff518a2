"""What came is looked through, what is published is shown, and what is gone is destroyed."""

from typing import Final

from application.ports import Recorded
from application.processes.effects.files import DestroyFile, PrepareFile, ShowFile
from application.processes.process import Do, Orders, Process
from domain.files.files import (
    FilePublished,
    FilePurged,
    FileReady,
    FileRefused,
    FileRemoved,
    FileRestored,
    FileUploaded,
    FileWithdrawn,
)

SEEN_OTHERWISE: Final = (FileReady, FilePublished, FileWithdrawn, FileRemoved, FileRestored)


def _see_to_its_bytes(past: Recorded) -> Orders:
    match past.event:
        case FileUploaded(file_id=file):
            return [Do(PrepareFile(file_id=file), about=file)]
        case FileRefused(file_id=file):
            return [Do(DestroyFile(file_id=file, wholly=False), about=file)]
        case FilePurged(file_id=file):
            return [Do(DestroyFile(file_id=file), about=file)]
        case event if isinstance(event, SEEN_OTHERWISE):
            return [Do(ShowFile(file_id=event.file_id), about=event.file_id)]
        case _:
            return []


KEEP_BYTES_OF_FILES: Final = Process(
    name="keep-bytes-of-files",
    when=(FileUploaded, FileRefused, FilePurged, *SEEN_OTHERWISE),
    then=_see_to_its_bytes,
)
