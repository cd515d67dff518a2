"""One example of each message about caseloads; a test states only what differs."""

from typing import Final

from domain.sales.caseloads import LeadLeft, LeadTaken, caseload_of
from tests.sales.assignment.examples import ana
from tests.sales.leads.examples import lead_id

lead_taken: Final = LeadTaken(
    caseload_id=caseload_of(ana), assignee_id=ana, lead_id=lead_id, turn=3
)
lead_left: Final = LeadLeft(caseload_id=caseload_of(ana), assignee_id=ana, lead_id=lead_id)
