"""Who looks after a lead, or else who owns the business, is told of it when it is new, comes again or is
given to them. Of whoever comes quietly nobody is told.
"""

from typing import Final

from application.ports import Recorded
from application.processes.effects.sales import TellOfLead
from application.processes.process import Do, Orders, Process
from domain.sales.leads import LeadAssigned, LeadOpened, LeadTouched
from domain.values import LeadId


def _tell_of_it(past: Recorded) -> Orders:
    match past.event:
        case LeadOpened(lead_id=lead, quietly=False) | LeadTouched(lead_id=lead, quietly=False):
            return [_tell(lead, past)]
        case LeadAssigned(lead_id=lead, assignee_id=user, quietly=False) if user is not None:
            return [_tell(lead, past)]
        case _:
            return []


def _tell(lead_id: LeadId, past: Recorded) -> Do:
    return Do(TellOfLead(lead_id=lead_id, version=past.version), about=lead_id)


TELL_OF_LEAD: Final = Process(
    name="tell-of-lead", when=(LeadOpened, LeadTouched, LeadAssigned), then=_tell_of_it
)
