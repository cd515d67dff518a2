"""What was personal in a record or a lead that was purged, or a submission that was discarded, is taken out of
all tables, also of those that are kept for going back.
"""

from typing import Final

from application.ports import Recorded
from application.processes.effects.operations import ForgetRecord
from application.processes.process import Do, Orders, Process
from domain.catalogue import KINDS
from domain.records import Purged
from domain.sales.leads import LeadPurged
from domain.sales.submissions import SubmissionDiscarded


def _forget_it(past: Recorded) -> Orders:
    match past.event:
        case Purged(id=id_, wholly=wholly):
            return [Do(ForgetRecord(id=id_, wholly=wholly), about=id_)]
        case SubmissionDiscarded(submission_id=id_):
            return [Do(ForgetRecord(id=id_, wholly=True), about=id_)]
        case LeadPurged(lead_id=lead):
            return [Do(ForgetRecord(id=lead, wholly=True), about=lead)]
        case _:
            return []


FORGET_RECORD_WHEN_IT_WAS_PURGED: Final = Process(
    name="forget-record-when-it-was-purged",
    when=(LeadPurged, SubmissionDiscarded, *(kind.purged for kind in KINDS)),
    then=_forget_it,
)
