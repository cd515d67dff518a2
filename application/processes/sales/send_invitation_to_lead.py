"""A lead that is invited is mailed a link."""

from typing import Final

from application.ports import Recorded
from application.processes.effects.sales import SendInvitation
from application.processes.process import Do, Orders, Process
from domain.sales.leads import LeadInvited


def _mail_it(past: Recorded) -> Orders:
    match past.event:
        case LeadInvited(lead_id=lead, number=number, page=page):
            return [Do(SendInvitation(lead_id=lead, number=number, page=page), about=lead)]
        case _:
            return []


SEND_INVITATION_TO_LEAD: Final = Process(
    name="send-invitation-to-lead", when=(LeadInvited,), then=_mail_it
)
