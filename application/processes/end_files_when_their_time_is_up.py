"""A file that was announced is awaited for a while; one that was removed or refused is kept for a while."""

from datetime import timedelta
from typing import Final

from application.ports import Recorded
from application.processes.process import Do, Orders, Process, Withdraw
from domain.files.files import (
    ExpireUpload,
    FileAnnounced,
    FileRefused,
    FileRemoved,
    FileRestored,
    FileUploaded,
    PurgeFile,
)
from domain.records import RESTORABLE

AFTER: Final = RESTORABLE + timedelta(seconds=1)


def _end_it_in_time(past: Recorded) -> Orders:
    match past.event:
        case FileAnnounced(file_id=file, expires_at=until):
            return [Do(ExpireUpload(file_id=file), about=file, at=until)]
        case FileUploaded(file_id=file):
            return [Withdraw(ExpireUpload, about=file)]
        case FileRemoved(file_id=file, at=at):
            return [Do(PurgeFile(file_id=file), about=file, at=at + AFTER)]
        case FileRefused(file_id=file):
            return [Do(PurgeFile(file_id=file), about=file, at=past.recorded_at + AFTER)]
        case FileRestored(file_id=file):
            return [Withdraw(PurgeFile, about=file)]
        case _:
            return []


END_FILES_WHEN_THEIR_TIME_IS_UP: Final = Process(
    name="end-files-when-their-time-is-up",
    when=(FileAnnounced, FileUploaded, FileRefused, FileRemoved, FileRestored),
    then=_end_it_in_time,
)
