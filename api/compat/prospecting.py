"""The paths of the product for prospects: people of companies, how likely each is to buy, and what was done.

There each was a user's: `userId` is who looks after them. What makes a score is no longer said by whoever
makes a prospect. The ideal customer profiles are at `/icps`, as at `/v1/icps`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Response
from pydantic import Field

from api.compat import OldRouter, Product
from api.compat.pages import OldListing, OldPage
from api.compat.setter.shapes import CAMEL, reshaped
from api.compat.winning import OldLead
from api.problems.reasons import PEOPLE, WINNING
from api.requests import ids
from api.requests.answers import Listed, Made, answers
from api.requests.caller import JSON, Caller
from api.requests.forms import Body, ContactBody, Email, Line, Phone, Text, held
from api.requests.including import referred
from api.sales import activities, leads, pipeline
from application.permissions import Permission
from application.reach import NotFound
from application.sales.mails import person_of
from domain.messages import Command
from domain.sales.companies import DOMAIN, MOST_PEOPLE, Company
from domain.sales.leads import ContactWay, LeadStatus, TellCompany
from domain.values import Contact
from projections.sales.activities import Activity
from projections.sales.leads import LEADS, ListedLead

WHERE: Final = "/prospects"

prospects: Final = OldRouter(Product.PROSPECTS, prefix=WHERE, successor="/v1/leads")
old_activities: Final = OldRouter(Product.PROSPECTS, prefix="/activities", successor="/v1/leads")

LISTING: Final = OldListing(
    listing=replace(
        leads.LISTING,
        also=(),
        includes={},
        changes=False,
        aliases={
            "companyDomain": "company_domain",
            "companySize": "company_size",
            "userId": "assignee_id",
        },
    ),
    sorts={"createdAt": "opened_at"},
)

NAMED: Final = {
    "company": "name",
    "company_domain": "domain",
    "title": "title",
    "industry": "industry",
    "company_size": "size",
}
"""Under which name the company has what is said of it here."""


class OldProspect(msgspec.Struct, kw_only=True, rename="camel"):
    id: str
    user_id: str | None
    name: str
    email: str | None
    phone: str | None
    company: str | None
    company_domain: str | None
    title: str | None
    industry: str | None
    company_size: int | None
    score: int
    status: LeadStatus
    source: str | None
    version: int
    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None


NOBODY: Final = Contact("")

# --- What is said of them -----------------------------------------------------------------

Domain = Annotated[str, held(DOMAIN)]
People = Annotated[int, Field(strict=True, ge=1, le=MOST_PEOPLE)]


class OfCompany(Body):
    """What is said of the company of a prospect."""

    model_config = CAMEL

    company: Line | None = None
    company_domain: Domain | None = None
    title: Line | None = None
    industry: Line | None = None
    company_size: People | None = None

    def of_company(self) -> dict[str, Any]:
        """Return what is named of the company, as `/v1` calls it."""
        named = self.model_dump(include={*NAMED}, exclude_unset=True)
        return {NAMED[name]: value for name, value in named.items()}


class ChangedProspect(OfCompany):
    """What is not named stays. Whoever goes back, or gives them up, says why."""

    user_id: ids.User | None = None
    status: LeadStatus | None = None
    reason: Text | None = None

    def orders(self, lead: ListedLead) -> list[Command]:
        """Return what it orders."""
        moves = OldLead(status=self.status, reason=self.reason, assignee_id=self.user_id)
        told = Company(**{**msgspec.structs.asdict(lead.company), **self.of_company()})
        if told == lead.company:
            return moves.orders(lead.id)
        return [TellCompany(lead_id=lead.id, company=told), *moves.orders(lead.id)]


class NewProspect(OfCompany):
    """A person with an address or a number."""

    name: Line
    email: Email | None = None
    phone: Phone | None = None
    user_id: ids.User | None = None
    source: Line | None = None
    message: Text | None = None

    def lead(self) -> leads.NewLead:
        """Return the same as `/v1` wants it."""
        company = {name: value for name, value in self.of_company().items() if value is not None}
        return leads.NewLead(
            person=ContactBody(name=self.name, email=self.email, phone=self.phone),
            message=self.message,
            touch=leads.TouchBody(source=self.source),
            assignee_id=self.user_id,
            company=leads.CompanyBody(**company) if company else None,
        )


@prospects.post("", status_code=201)
@answers(Made(OldProspect, tagged=True), refuses=WINNING)
def create_prospect(body: NewProspect, caller: leads.MayWrite) -> Response:
    """Make somebody a prospect. Whoever is one already stays that one."""
    return _reshaped(caller, leads.open_lead(body.lead(), caller))


@prospects.get("")
@answers(Listed(LISTING, always_numbered=True))
def list_prospects(caller: leads.MayRead) -> Response:
    """List prospects: `?email=&companyDomain=&score.gte=&userId=&page=&limit=&sortBy=&sortOrder=`."""
    response = LISTING.numbered(caller, where=leads.THERE)
    page = msgspec.json.decode(response.body, type=OldPage)
    listed = [msgspec.json.decode(each, type=ListedLead) for each in page.data]
    page.data = [msgspec.Raw(each) for each in _shaped(listed, _people(listed, caller))]
    return Response(msgspec.json.encode(page), media_type=JSON)


@prospects.get("/{lead_id}")
@answers(Made(OldProspect, tagged=True))
def get_prospect(lead_id: ids.Lead, caller: leads.MayRead) -> Response:
    """Show a prospect, unless it was deleted."""
    document = caller.document(LEADS, lead_id)
    if msgspec.json.decode(document.json, type=ListedLead).removed_at is not None:
        raise NotFound
    return _reshaped(caller, caller.show(document))


@prospects.put("/{lead_id}")
@answers(Made(OldProspect, tagged=True), refuses=WINNING)
def change_prospect(lead_id: ids.Lead, body: ChangedProspect, caller: leads.MayWrite) -> Response:
    """Change what is named of a prospect."""
    caller.refuse_outdated()
    known = caller.folded(LEADS, lead_id)
    orders = body.orders(msgspec.json.decode(known.json, type=ListedLead))
    if not orders:
        return get_prospect(lead_id, caller)
    return _reshaped(caller, caller.changed(LEADS, lead_id, *orders, seen=known.version))


prospects.delete("/{lead_id}", status_code=204)(pipeline.remove_lead)


@prospects.post("/{lead_id}/restore")
@answers(Made(OldProspect, tagged=True), refuses=WINNING)
def restore_prospect(lead_id: ids.Lead, caller: leads.MayWrite) -> Response:
    """Take back that a prospect was deleted, within thirty days."""
    return _reshaped(caller, pipeline.restore_lead(lead_id, caller))


def _reshaped(caller: Caller, response: Response) -> Response:
    """Return it with the person as they are known at this moment."""

    def shape(document: bytes) -> bytes:
        lead = msgspec.json.decode(document, type=ListedLead)
        may = caller.principal.may(Permission.CLIENTS_READ)
        person = caller.ask(lambda past: person_of(lead.client_id, past)) if may else None
        return _shaped([lead], {lead.client_id: person or NOBODY})[0]

    return reshaped(response, shape, WHERE)


def _people(listed: Sequence[ListedLead], caller: Caller) -> Mapping[str, Contact]:
    """Return who they are, as the list of clients has it."""
    named = [{"client_id": each.client_id} for each in listed]
    found = referred(caller, leads.INCLUDES["client"], named)
    return {key: msgspec.json.decode(raw, type=Contact) for key, raw in found.items()}


def _shaped(listed: Sequence[ListedLead], people: Mapping[str, Contact]) -> list[bytes]:
    return [msgspec.json.encode(_prospect(e, people.get(e.client_id, NOBODY))) for e in listed]


def _prospect(lead: ListedLead, person: Contact) -> OldProspect:
    return OldProspect(
        id=lead.id,
        user_id=lead.assignee_id,
        name=person.name,
        email=person.email,
        phone=person.phone,
        company=lead.company.name,
        company_domain=lead.company.domain,
        title=lead.company.title,
        industry=lead.company.industry,
        company_size=lead.company.size,
        score=lead.score,
        status=lead.status,
        source=lead.source,
        version=lead.version,
        created_at=lead.created_at,
        updated_at=lead.updated_at,
        deleted_at=lead.removed_at,
    )


# --- What was done about them -------------------------------------------------------------


class ActivityType(StrEnum):
    """What was done."""

    NOTE = "note"
    CALL = "call"
    EMAIL = "email"
    MESSAGE = "message"
    MEETING = "meeting"


WAYS: Final = {
    ActivityType.CALL: ContactWay.CALL,
    ActivityType.EMAIL: ContactWay.MAIL,
    ActivityType.MESSAGE: ContactWay.MESSAGE,
    ActivityType.MEETING: ContactWay.VISIT,
}
"""How somebody turned to them; a note is something else."""


class NewActivity(Body):
    model_config = CAMEL

    prospect_id: ids.Lead
    type: ActivityType
    text: Text

    def activity(self) -> activities.ActivityBody:
        """Return the same as `/v1` wants it."""
        if self.type is ActivityType.NOTE:
            return activities.NoteActivity(kind="note", text=self.text)
        return activities.ContactActivity(kind=WAYS[self.type], text=self.text)


@old_activities.post("", status_code=201)
@answers(Made(Activity, has_location=False), refuses=(*WINNING, *PEOPLE))
def create_activity(body: NewActivity, caller: leads.MayWrite) -> Response:
    """Write down what was done about a prospect: it is on their timeline."""
    return activities.record_activity_of_lead(body.prospect_id, body.activity(), caller)


prospects.get("/{lead_id}/activities")(activities.list_activities_of_lead)


ROUTERS: Final[tuple[APIRouter, ...]] = (prospects, old_activities)
