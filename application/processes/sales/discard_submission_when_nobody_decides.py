"""Of a submission that became no lead nothing personal is kept for longer than somebody may decide."""

from datetime import datetime, timedelta
from typing import Final

from application.ports import Recorded
from application.processes.process import Do, Orders, Process, Withdraw
from domain.sales.submissions import (
    CONFIRMABLE,
    HELD_FOR,
    DiscardSubmission,
    FormSubmitted,
    SubmissionConfirmed,
    SubmissionReleased,
    SubmissionStatus,
)
from domain.values import SubmissionId

KEPT: Final = {SubmissionStatus.HELD: HELD_FOR, SubmissionStatus.UNCONFIRMED: CONFIRMABLE}


def _discard_it_in_time(past: Recorded) -> Orders:
    match past.event:
        case FormSubmitted(submission_id=id_, at=at, status=status) if status in KEPT:
            return [_discard(id_, at, KEPT[status])]
        case SubmissionReleased(submission_id=id_, at=at, lead_id=None):
            return [_discard(id_, at, CONFIRMABLE)]
        case SubmissionReleased(submission_id=id_) | SubmissionConfirmed(submission_id=id_):
            return [Withdraw(DiscardSubmission, about=id_)]
        case _:
            return []


def _discard(submission_id: SubmissionId, at: datetime, kept: timedelta) -> Do:
    order = DiscardSubmission(submission_id=submission_id, decided=False)
    return Do(order, about=submission_id, at=at + kept)


DISCARD_SUBMISSION_WHEN_NOBODY_DECIDES: Final = Process(
    name="discard-submission-when-nobody-decides",
    when=(FormSubmitted, SubmissionReleased, SubmissionConfirmed),
    then=_discard_it_in_time,
)
