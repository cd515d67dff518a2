"""Submissions of forms over HTTP: what was answered, and what may be a robot's."""

from typing import Annotated, Final

import msgspec
from fastapi import Response

from api.operations.history import Steps
from api.problems.reasons import WINNING
from api.requests import ids
from api.requests.answers import Listed, Made, Row, answers, of
from api.requests.caller import JSON, Caller
from api.requests.forms import After
from api.requests.listing import Listing
from api.requests.meanings import PERSON
from api.requests.moments import instant
from api.requests.parsing import one_of, text
from api.web.gate import may
from api.web.routing import Router
from api.web.turns import heavy
from application.permissions import Permission
from domain.sales import submissions
from domain.sales.submissions import DiscardSubmission, ReleaseSubmission, SubmissionStatus
from projections.sales.submissions import SUBMISSIONS

MayRead = Annotated[Caller, may(Permission.LEADS_READ)]
MayWrite = Annotated[Caller, may(Permission.LEADS_WRITE)]

router: Final = Router(prefix="/v1/submissions", tags=["lead-forms"])

LISTING: Final = Listing(
    model=SUBMISSIONS,
    filters={
        "form_id": text,
        "status": one_of(SubmissionStatus),
        "lead_id": text,
        "client_id": text,
        "submitted_at": instant,
    },
    spans=("submitted_at",),
    sorts=("submitted_at",),
    default_sort="-submitted_at",
    meanings={"client_id": PERSON},
    changes=True,
)


@router.get("")
@answers(Listed(LISTING))
def list_submissions(caller: MayRead) -> Response:
    """List what was answered to forms, the newest first. `status=held` is what may be a robot's."""
    return LISTING.answer(caller)


@router.get("/{submission_id}")
@answers(Row(SUBMISSIONS))
def get_submission(submission_id: ids.Submission, caller: MayRead) -> Response:
    """Show what somebody answered, to the form as it was then."""
    return caller.shown(SUBMISSIONS, submission_id)


@router.get("/{submission_id}/history")
@answers(Made(Steps))
@heavy
def show_submission_history(
    submission_id: ids.Submission, caller: MayRead, after: After = 0
) -> Response:
    """Show what happened to a submission `after` a version: when, and by whom. With `has_more` it goes on
    after the last.
    """
    steps = caller.steps(SUBMISSIONS, submission_id, after=after)
    return Response(msgspec.json.encode(steps), media_type=JSON)


@router.post("/{submission_id}/release")
@answers(Row(SUBMISSIONS), refuses=(*of(submissions), *WINNING))
def release_submission(submission_id: ids.Submission, caller: MayWrite) -> Response:
    """Say that it is no robot's: whoever sent it is a lead since they did."""
    return caller.changed(
        SUBMISSIONS, submission_id, ReleaseSubmission(submission_id=submission_id)
    )


@router.delete("/{submission_id}", status_code=204)
@answers(refuses=of(submissions))
def discard_submission(submission_id: ids.Submission, caller: MayWrite) -> Response:
    """Let nothing be left of what was said in a submission that has become no lead."""
    return caller.done(
        caller.order(DiscardSubmission(submission_id=submission_id), on=submission_id)
    )
