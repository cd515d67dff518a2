"""What was answered to forms, and what has become of it?"""

from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from domain.people.clients import ClientErased
from domain.personal import erased
from domain.sales.answers import Answer
from domain.sales.leads import Touch
from domain.sales.submissions import (
    SUBMISSION,
    FormSubmitted,
    Held,
    SubmissionConfirmed,
    SubmissionDiscarded,
    SubmissionEvent,
    SubmissionReleased,
    SubmissionStatus,
)
from domain.values import ClientId, FileId, FormId, LeadId, SubmissionId, kind_of
from projections.read_model import ReadModel, Row


class ListedSubmission(Row, frozen=True, kw_only=True):
    """`form_version` is that of the form that was filled in; each answer says to what it was given."""

    id: SubmissionId
    form_id: FormId
    form_version: int
    status: SubmissionStatus
    held: Held | None = None
    files: tuple[FileId, ...] = ()
    language: str
    answers: tuple[Answer, ...]
    touch: Touch
    lead_id: LeadId | None = None
    client_id: ClientId | None = None
    submitted_at: datetime
    decided_at: datetime | None = None


def _evolve(
    row: ListedSubmission | None, event: SubmissionEvent | ClientErased
) -> ListedSubmission | None:
    match event:
        case FormSubmitted():
            return _submitted(event)
        case SubmissionReleased(lead_id=None, at=at):
            return row and replace(row, status=SubmissionStatus.UNCONFIRMED, decided_at=at)
        case SubmissionReleased() | SubmissionConfirmed():
            return row and replace(
                row,
                status=SubmissionStatus.ACCEPTED,
                lead_id=event.lead_id,
                client_id=event.client_id,
                decided_at=event.at,
            )
        case SubmissionDiscarded():
            return None
        case ClientErased():
            return row and replace(row, answers=(), touch=erased(row.touch))
        case _:
            assert_never(event)


def _submitted(event: FormSubmitted) -> ListedSubmission:
    return ListedSubmission(
        id=event.submission_id,
        form_id=event.form_id,
        form_version=event.form_version,
        status=event.status,
        held=event.held,
        files=event.files,
        language=event.language,
        answers=event.answers,
        touch=event.touch,
        lead_id=event.lead_id,
        client_id=event.client_id,
        submitted_at=event.at,
    )


def _key(event: SubmissionEvent | ClientErased) -> list[str]:
    match event:
        case ClientErased(streams=streams):
            return [each for each in streams if kind_of(each) == SUBMISSION.kind]
        case _:
            return [event.submission_id]


SUBMISSIONS = ReadModel(
    name="submissions",
    version=1,
    row=ListedSubmission,
    subscribes_to=(
        FormSubmitted,
        SubmissionReleased,
        SubmissionConfirmed,
        SubmissionDiscarded,
        ClientErased,
    ),
    key=_key,
    evolve=_evolve,
    columns=("form_id", "status", "lead_id", "client_id", "submitted_at"),
    indexes=(
        ("submitted_at",),
        ("form_id", "submitted_at"),
        ("status", "submitted_at"),
        ("lead_id",),
        ("client_id",),
    ),
    owner=SUBMISSION.kind,
)
