"""Who filled a form in, and is known again: by the link that was mailed to them, or by what they were told."""

from typing import NamedTuple

from api.sales.filling import FormVisit
from application.ports import Answer
from application.sales.confirmations import is_key, is_visitor
from domain.sales.submissions import (
    SUBMISSION,
    ConfirmationUnknown,
    ConfirmSubmission,
    CountVisit,
    Submission,
    SubmissionStatus,
    VisitorUnknown,
    waits,
)
from domain.values import SubmissionId


class Link(NamedTuple):
    """Of which submission it is, and what only its sender can know: it was mailed to them, or told."""

    submission: str
    key: str


def waiting(form: FormVisit, link: Link) -> bool:
    """Whether it still waits to be confirmed. Raises ConfirmationUnknown, SubmissionIsDiscarded."""
    return waits(_submission(form, link), SubmissionStatus.UNCONFIRMED)


def confirmed(form: FormVisit, link: Link) -> Answer:
    """Have it confirmed, once. Raises ConfirmationUnknown, SubmissionIsDiscarded."""
    _submission(form, link)
    return form.visitor().order(ConfirmSubmission(submission_id=SubmissionId(link.submission)))


def visited(form: FormVisit, link: Link) -> None:
    """Have it counted that whoever filled the form in is back. Raises VisitorUnknown."""
    visitor, id_ = form.visitor(), SubmissionId(link.submission)
    if not is_visitor(link.key, id_, visitor.backend.pepper.encode()):
        raise VisitorUnknown
    visitor.order(CountVisit(submission_id=id_, day=visitor.now.date()))


def _submission(form: FormVisit, link: Link) -> Submission:
    visitor, id_ = form.visitor(), SubmissionId(link.submission)
    if not is_key(link.key, id_, visitor.backend.pepper.encode()):
        raise ConfirmationUnknown
    found = visitor.ask(lambda past: past.of(SUBMISSION, id_))
    if found.submitted is None or found.submitted.form_id != form.form_id:
        raise ConfirmationUnknown
    return found
