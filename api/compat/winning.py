"""The salon's paths of leads, their forms and what there is to do about them."""

from typing import Annotated, Final

from fastapi import APIRouter, Response
from pydantic import AliasChoices, Field

from api.business.auth import PUBLIC
from api.compat import OldRouter, Product
from api.compat.pages import OldListing
from api.problems.reasons import WINNING
from api.requests import ids
from api.requests.answers import Listed, Row, answers
from api.requests.caller import Caller
from api.requests.forms import Body, Text
from api.sales import activities, forms, invitations, leads
from api.web.gate import may
from domain.messages import Command
from domain.sales.forms import FORMS
from domain.sales.leads import AssignLead, LeadStatus
from domain.sales.tasks import TASKS, CompleteTask
from domain.values import LeadId
from projections.records import RECORDS
from projections.sales.leads import LEADS

MayWriteTasks = Annotated[Caller, may(TASKS.writing)]

old_leads: Final = OldRouter(Product.BEAUTY, prefix="/leads", successor="/v1/leads")
old_forms: Final = OldRouter(Product.BEAUTY, prefix="/lead-forms", successor=f"/v1/{FORMS.many}")
old_tasks: Final = OldRouter(Product.BEAUTY, prefix="/tasks", successor=f"/v1/{TASKS.many}")

LISTED: Final = OldListing(listing=leads.LISTING, sorts={"createdAt": "opened_at"})


class OldLead(Body):
    """How far a lead has come, by whom it is looked after, or both."""

    status: LeadStatus | None = None
    reason: Text | None = None
    assignee_id: ids.User | None = Field(
        None, validation_alias=AliasChoices("assigned_to", "assignee_id")
    )

    def orders(self, lead_id: LeadId) -> list[Command]:
        """Return what it orders."""
        found: list[Command] = []
        if self.status is not None:
            found.append(leads.moving(lead_id, self.status, self.reason))
        if self.assignee_id is not None:
            found.append(AssignLead(lead_id=lead_id, assignee_id=self.assignee_id))
        return found


@old_leads.get("")
@answers(Listed(LISTED))
def list_old_leads(caller: leads.MayRead) -> Response:
    """List leads."""
    return LISTED.answer(caller, where=leads.THERE)


@old_leads.put("/{lead_id}")
@answers(Row(LEADS), refuses=WINNING)
def change_old_lead(lead_id: ids.Lead, body: OldLead, caller: leads.MayWrite) -> Response:
    """Say how far a lead has come, and who looks after it."""
    orders = body.orders(lead_id)
    if not orders:
        return leads.get_lead(lead_id, caller)
    return caller.changed(LEADS, lead_id, *orders)


old_leads.post("", status_code=201)(leads.open_lead)
old_leads.get("/{lead_id}")(leads.get_lead)
old_leads.post("/{lead_id}/convert")(leads.convert_lead)
old_leads.get("/{lead_id}/activities")(activities.list_activities_of_lead)
old_leads.post("/{lead_id}/invite", status_code=202)(invitations.invite_lead)

old_forms.get("/{form_id}/public", openapi_extra=PUBLIC)(forms.show_public_form)
old_forms.post("/{form_id}/submit", status_code=201, openapi_extra=PUBLIC)(forms.submit_form)


@old_tasks.put("/{task_id}/complete")
@answers(Row(RECORDS[TASKS.one]), refuses=TASKS.refusals)
def complete_old_task(task_id: ids.Task, caller: MayWriteTasks) -> Response:
    """Say that a task is done; once."""
    return caller.changed(RECORDS[TASKS.one], task_id, CompleteTask(id=task_id))


ROUTERS: Final[tuple[APIRouter, ...]] = (old_leads, old_forms, old_tasks)
