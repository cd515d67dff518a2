"""Files that came with a submission are gone with it."""

from typing import Final

from application.ports import Recorded
from application.processes.process import Do, Orders, Process
from domain.files.files import PurgeFile
from domain.sales.submissions import SubmissionDiscarded


def _purge_its_files(past: Recorded) -> Orders:
    match past.event:
        case SubmissionDiscarded(files=files):
            return [Do(PurgeFile(file_id=each, erased=True), about=each) for each in files]
        case _:
            return []


PURGE_FILES_WHEN_SUBMISSION_IS_DISCARDED: Final = Process(
    name="purge-files-when-submission-is-discarded",
    when=(SubmissionDiscarded,),
    then=_purge_its_files,
)
