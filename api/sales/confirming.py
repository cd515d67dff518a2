"""By the link that was mailed to them, somebody says that it was they who filled a form in."""

from typing import NamedTuple

from api.sales.filling import FormVisit
from application.ports import Answer
from application.sales.confirmations import is_key
from domain.sales.submissions import (
    SUBMISSION,
    ConfirmationUnknown,
    ConfirmSubmission,
    Submission,
    SubmissionStatus,
    waits,
)
from domain.values import SubmissionId


class Link(NamedTuple):
    """What stands in the link: of which submission it is, and what only who reads the mail can know."""

    submission: str
    key: str


def waiting(form: FormVisit, link: Link) -> bool:
    """Whether it still waits to be confirmed. Raises ConfirmationUnknown, SubmissionIsDiscarded."""
    return waits(_submission(form, link), SubmissionStatus.UNCONFIRMED)


def confirmed(form: FormVisit, link: Link) -> Answer:
    """Have it confirmed, once. Raises ConfirmationUnknown, SubmissionIsDiscarded."""
    _submission(form, link)
    return form.visitor().order(ConfirmSubmission(submission_id=SubmissionId(link.submission)))


def _submission(form: FormVisit, link: Link) -> Submission:
    visitor, id_ = form.visitor(), SubmissionId(link.submission)
    if not is_key(link.key, id_, visitor.backend.pepper.encode()):
        raise ConfirmationUnknown
    found = visitor.ask(lambda past: past.of(SUBMISSION, id_))
    if found.submitted is None or found.submitted.form_id != form.form_id:
        raise ConfirmationUnknown
    return found
