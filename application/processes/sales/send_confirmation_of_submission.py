"""Who has submitted a form that asks for it is mailed a link: following it, they say that it was them."""

from typing import Final

from application.ports import Recorded
from application.processes.effects.sales import SendConfirmation
from application.processes.process import Do, Orders, Process
from domain.sales.submissions import FormSubmitted, SubmissionReleased, SubmissionStatus


def _mail_it(past: Recorded) -> Orders:
    match past.event:
        case FormSubmitted(submission_id=id_, status=SubmissionStatus.UNCONFIRMED):
            return [Do(SendConfirmation(submission_id=id_), about=id_)]
        case SubmissionReleased(submission_id=id_, lead_id=None):
            return [Do(SendConfirmation(submission_id=id_), about=id_)]
        case _:
            return []


SEND_CONFIRMATION_OF_SUBMISSION: Final = Process(
    name="send-confirmation-of-submission",
    when=(FormSubmitted, SubmissionReleased),
    then=_mail_it,
)
