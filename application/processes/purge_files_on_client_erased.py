"""Files of who is erased are gone with them. (Their bytes are destroyed by the erasure itself.)"""

from typing import Final

from application.ports import Recorded
from application.processes.process import Do, Orders, Process
from domain.files.files import FILE, PurgeFile
from domain.people.clients import ClientErased
from domain.values import FileId, kind_of


def _purge_their_files(past: Recorded) -> Orders:
    match past.event:
        case ClientErased(streams=streams):
            theirs = (FileId(each) for each in streams if kind_of(each) == FILE.kind)
            return [Do(PurgeFile(file_id=each, erased=True), about=each) for each in theirs]
        case _:
            return []


PURGE_FILES_ON_CLIENT_ERASED: Final = Process(
    name="purge-files-on-client-erased", when=(ClientErased,), then=_purge_their_files
)
