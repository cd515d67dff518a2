"""Use cases of submissions. That somebody has answered a form, and that they are a lead, is recorded at once."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from application.files import files
from application.sales import leads
from application.transact import Changes, Past, Since, UseCase, one_by_one
from domain.business.users import USER, UserStatus
from domain.messages import Command
from domain.records import Record
from domain.sales import submissions
from domain.sales.answers import company_in, filled
from domain.sales.forms import FORMS, Form
from domain.sales.leads import LEAD, OpenLead
from domain.sales.questions import Fills
from domain.sales.submissions import SUBMISSION, FormSubmitted, SubmissionStatus
from domain.values import ClientId, FormId, LeadId, SubmissionId, UserId


def submit(command: submissions.SubmitForm, past: Past) -> Changes:
    """Take what somebody has answered. What may be a robot's is held, and makes nobody a lead."""
    form = submissions.published(_form(command.form_id, past))
    if submission_of(command, past) is not None:
        return {}
    submitted = FormSubmitted(
        submission_id=command.submission_id,
        form_id=command.form_id,
        form_version=command.version,
        at=past.now,
        language=command.language,
        status=_status(command, form),
        answers=command.answers,
        contact=command.contact,
        guest_identities=command.identities,
        touch=replace(command.touch, form_id=command.form_id),
        held=command.held,
        files=tuple(each.file_id for each in command.files),
    )
    kept = one_by_one(command.files, past, files.upload)
    if submitted.status is not SubmissionStatus.ACCEPTED:
        return {command.submission_id: [submitted], **kept}
    lead_id, client_id, won = _won(submitted, command.seed, past)
    known = replace(submitted, lead_id=lead_id, client_id=client_id)
    return {command.submission_id: [known], **kept, **won}


def submission_of(command: submissions.SubmitForm, past: Past) -> SubmissionId | None:
    """Return the submission that the same answers have been already, within a minute."""
    named = (command.earlier_id, command.submission_id)
    return next(
        (each for each in named if submissions.is_same(past.of(SUBMISSION, each), past.now)), None
    )


def release(command: submissions.ReleaseSubmission, past: Past) -> Changes:
    """Let it be answered like any other: it makes a lead, or its sender confirms it."""
    id_, submission = command.submission_id, past.of(SUBMISSION, command.submission_id)
    if not submissions.waits(submission, SubmissionStatus.HELD) or submission.submitted is None:
        return {}
    form = _form(submission.submitted.form_id, past)
    if form.values is not None and form.values.double_opt_in:
        return {id_: [submissions.SubmissionReleased(submission_id=id_, at=past.now)]}
    lead_id, client_id, won = _won(submission.submitted, id_, past)
    released = submissions.SubmissionReleased(
        submission_id=id_, at=past.now, lead_id=lead_id, client_id=client_id
    )
    return {id_: [released], **won}


def confirm(command: submissions.ConfirmSubmission, past: Past) -> Changes:
    """Let its sender be a lead, who has said that they want to be one."""
    id_, submission = command.submission_id, past.of(SUBMISSION, command.submission_id)
    waits = submissions.waits(submission, SubmissionStatus.UNCONFIRMED)
    if not waits or submission.submitted is None:
        return {}
    lead_id, client_id, won = _won(submission.submitted, id_, past)
    confirmed = submissions.SubmissionConfirmed(
        submission_id=id_, at=past.now, lead_id=lead_id, client_id=client_id
    )
    return {id_: [confirmed], **won}


def visit(command: submissions.CountVisit, past: Past) -> Changes:
    """Count that they are back, for the lead that they are; of who is none, or none any more, nothing is said."""
    lead_id = past.of(SUBMISSION, command.submission_id).lead_id
    client_id = None if lead_id is None else past.of(LEAD, lead_id).client_id
    return {} if client_id is None else leads.visited(client_id, command.day, past)


def discard(command: submissions.DiscardSubmission, past: Past) -> Changes:
    submission = past.of(SUBMISSION, command.submission_id)
    return {command.submission_id: submissions.discard(command, submission)}


def _status(command: submissions.SubmitForm, form: Form) -> SubmissionStatus:
    if command.held is not None:
        return SubmissionStatus.HELD
    return SubmissionStatus.UNCONFIRMED if form.double_opt_in else SubmissionStatus.ACCEPTED


def _won(submitted: FormSubmitted, seed: str, past: Past) -> tuple[LeadId, ClientId, Changes]:
    """Make a lead of whoever has submitted this, when they did."""
    form = _form(submitted.form_id, past).values
    touch = submitted.touch
    order = OpenLead(
        seed=seed,
        contact=submitted.contact,
        identities=submitted.guest_identities,
        touch=replace(touch, source=touch.source or (form.source if form else None)),
        message=filled(submitted.answers, Fills.MESSAGE),
        assignee_id=_present(form.assignee_id, past) if form else None,
        at=submitted.at,
        submission_id=submitted.submission_id,
        company=company_in(submitted.answers),
    )
    lead_id, changes = leads.opened(order, past)
    client_id = Since(past, changes).of(LEAD, lead_id).client_id
    assert client_id is not None, "a lead is about somebody"
    return lead_id, client_id, changes


def _form(form_id: FormId, past: Past) -> Record[Form]:
    return past.of(FORMS.aggregate, form_id)


def _present(user_id: UserId | None, past: Past) -> UserId | None:
    """Return who answers for leads of a form, if they still work here."""
    is_here = user_id is not None and past.of(USER, user_id).status is UserStatus.ACTIVE
    return user_id if is_here else None


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    submissions.SubmitForm: submit,
    submissions.ReleaseSubmission: release,
    submissions.ConfirmSubmission: confirm,
    submissions.CountVisit: visit,
    submissions.DiscardSubmission: discard,
}
