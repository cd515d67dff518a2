"""Leads over HTTP: who may become a client, how likely, and what is done about it."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from fastapi import Response
from pydantic import Field

from api.operations.history import Steps
from api.problems.reasons import PEOPLE, WINNING
from api.records.answering import Included
from api.requests import ids
from api.requests.answers import Listed, Made, Row, Tabled, answers
from api.requests.caller import JSON, Caller, new_id
from api.requests.forms import After, Body, ContactBody, Line, Text, identities
from api.requests.including import Includes, Referred, shown_with
from api.requests.listing import Listing
from api.requests.meanings import DOMAIN, INDUSTRY, PERSON, WHOSE_ADDRESS
from api.requests.moments import instant
from api.requests.parsing import number, one_of, text
from api.requests.values import form_of
from api.streamed.tables import Encoding, Spreadsheet
from api.web.gate import may
from api.web.routing import Router
from api.web.turns import heavy
from application.permissions import Permission, PermissionMissing
from application.ports import Answer, Document
from application.reach import NotFound
from domain.messages import Command
from domain.sales.companies import Company
from domain.sales.leads import (
    AssignLead,
    ContactWay,
    ConvertLead,
    LeadOpened,
    LeadStatus,
    LeadTouched,
    MoveLead,
    OpenLead,
    RecordContact,
    RecordEngagement,
    Touch,
)
from domain.sales.scores import EngagementSource, Temperature
from domain.sales.stages import STAGES
from domain.values import LeadId
from projections.paging import Op, Where
from projections.people.clients import CLIENTS
from projections.records import RECORDS
from projections.sales.leads import LEADS, ListedLead

MayRead = Annotated[Caller, may(Permission.LEADS_READ)]
MayWrite = Annotated[Caller, may(Permission.LEADS_WRITE)]

router: Final = Router(prefix="/v1/leads", tags=["leads"])

INCLUDES: Final[Includes] = {
    "client": Referred("client_id", CLIENTS, stands_for="merged_into"),
    "stage": Referred("stage_id", RECORDS[STAGES.one]),
}
LISTING: Final = Listing(
    model=LEADS,
    filters={
        "status": one_of(LeadStatus),
        "temperature": one_of(Temperature),
        "score": number,
        "source": text,
        "assignee_id": text,
        "client_id": text,
        "email": text,
        "stage_id": text,
        "company_domain": text,
        "company_size": number,
        "industry": text,
        "opened_at": instant,
    },
    spans=("score", "company_size", "opened_at"),
    sorts=("score", "company_size", "opened_at"),
    default_sort="-score",
    also=("include_deleted",),
    meanings={
        "client_id": PERSON,
        "email": WHOSE_ADDRESS,
        "company_domain": DOMAIN,
        "industry": INDUSTRY,
    },
    includes=INCLUDES,
    changes=True,
)

TABLE: Final = Spreadsheet(
    LISTING,
    {
        "id": "id",
        "name": "client.name",
        "email": "client.email",
        "phone": "client.phone",
        "status": "status",
        "reason": "reason",
        "score": "score",
        "temperature": "temperature",
        "source": "source",
        "medium": "first.medium",
        "campaign": "first.campaign",
        "term": "first.term",
        "content": "first.content",
        "referrer": "first.referrer",
        "latest_source": "latest.source",
        "message": "message",
        "opened_at": "opened_at",
        "answered_after": "answered_after",
        "follow_up_at": "follow_up_at",
        "assignee_id": "assignee_id",
        "client_id": "client_id",
        "company": "company.name",
        "company_domain": "company.domain",
        "job_title": "company.title",
        "industry": "company.industry",
        "company_size": "company.size",
    },
)

THERE: Final = (Where("removed_at", Op.MISSING), Where("merged_into", Op.MISSING))
"""What was not removed, and not merged into another."""

TouchBody: Any = form_of(Touch, {}, without=("form_id",))
CompanyBody: Any = form_of(Company, {})


class NewLead(Body):
    """Who it is: a client, or a person with an address or a number. `source` says where they came from."""

    client_id: ids.Client | None = None
    person: ContactBody | None = None
    message: Text | None = None
    touch: TouchBody = Field(default_factory=TouchBody)
    assignee_id: ids.User | None = None
    company: CompanyBody | None = None


class Step(Body):
    """Where the lead goes. Whoever goes back, or gives it up, says why."""

    status: LeadStatus
    reason: Text | None = None


class Assignment(Body):
    assignee_id: ids.User | None


class ContactMade(Body):
    """How somebody turned to the lead, and what was said."""

    way: ContactWay
    note: Text | None = None


class Engagement(Body):
    """What the lead did. The same `key` of a source counts once."""

    source: EngagementSource
    key: Line


@router.post("", status_code=201)
@answers(Row(LEADS), refuses=WINNING)
def open_lead(body: NewLead, caller: MayWrite) -> Response:
    """Make somebody a lead. Who is known already, by an address or number, is that client, and whoever is
    a lead already stays that lead: they came once more.
    """
    contact = body.person.contact(caller) if body.person else None
    command = OpenLead(
        seed=new_id("client"),
        client_id=body.client_id,
        contact=contact,
        identities=identities(contact, caller) if contact else (),
        touch=Touch(**body.touch.model_dump()),
        message=body.message,
        assignee_id=body.assignee_id,
        company=company_of(body.company) if body.company else None,
    )
    answer = caller.order(command)
    lead_id = _opened(answer)
    response = caller.answered(LEADS, lead_id, answer, 201)
    response.headers["Location"] = f"/v1/leads/{lead_id}"
    return response


@router.get("")
@answers(Listed(LISTING))
def list_leads(caller: MayRead, *, include_deleted: Included = False) -> Response:
    """List leads, the likeliest first; with `include_deleted`, for who may change them, also those that were
    removed, or merged into another that their person has.
    """
    return LISTING.answer(caller, where=_where(caller, include_deleted=include_deleted))


@router.get(".csv", response_class=Response)
@answers(Tabled(LISTING))
@heavy
def get_leads_as_table(
    caller: MayRead,
    encoding: Encoding = Encoding.UTF_8_WITH_MARK,
    *,
    include_deleted: Included = False,
) -> Response:
    """Give all leads that the list would show, as CSV for spreadsheets, with who they are."""
    return TABLE.answer(caller, encoding, where=_where(caller, include_deleted=include_deleted))


def _where(caller: Caller, *, include_deleted: bool) -> Sequence[Where]:
    if not include_deleted:
        return THERE
    if not caller.principal.may(Permission.LEADS_WRITE):
        raise PermissionMissing(permission=Permission.LEADS_WRITE)
    return ()


@router.get("/{lead_id}")
@answers(Row(LEADS, INCLUDES))
def get_lead(lead_id: ids.Lead, caller: MayRead) -> Response:
    """Show a lead, with all that its score is made of. What was removed is shown to who may change it."""
    return shown_with(caller, lambda: _shown(lead_id, caller), INCLUDES)


@router.get("/{lead_id}/history")
@answers(Made(Steps))
@heavy
def show_lead_history(lead_id: ids.Lead, caller: MayRead, after: After = 0) -> Response:
    """Show what happened to a lead `after` a version: when, by whom, and how it changed the score. With
    `has_more` it goes on after the last.
    """
    steps = caller.steps(LEADS, lead_id, after=after)
    return Response(msgspec.json.encode(steps), media_type=JSON)


@router.post("/{lead_id}/move")
@answers(Row(LEADS), refuses=(*WINNING, *PEOPLE))
def move_lead(lead_id: ids.Lead, body: Step, caller: MayWrite) -> Response:
    """Say how far one has come with a lead; with `converted`, that they are a client, as `/convert` does."""
    return _changed(caller, lead_id, moving(lead_id, body.status, body.reason))


@router.post("/{lead_id}/convert")
@answers(Row(LEADS), refuses=(*WINNING, *PEOPLE))
def convert_lead(lead_id: ids.Lead, caller: MayWrite) -> Response:
    """Say that the lead is a client from now on: `client_id` tells which. Said twice, it is the same."""
    return _changed(caller, lead_id, ConvertLead(lead_id=lead_id))


@router.put("/{lead_id}/assignee")
@answers(Row(LEADS), refuses=WINNING)
def assign_lead(lead_id: ids.Lead, body: Assignment, caller: MayWrite) -> Response:
    """Let somebody look after a lead, or with `null` nobody."""
    return _changed(caller, lead_id, AssignLead(lead_id=lead_id, assignee_id=body.assignee_id))


@router.post("/{lead_id}/contacts")
@answers(Row(LEADS), refuses=WINNING)
def record_contact(lead_id: ids.Lead, body: ContactMade, caller: MayWrite) -> Response:
    """Note that somebody turned to the lead. The first time tells how soon that was."""
    return _changed(caller, lead_id, RecordContact(lead_id=lead_id, way=body.way, note=body.note))


@router.post("/{lead_id}/engagements")
@answers(Row(LEADS), refuses=WINNING)
def record_engagement(lead_id: ids.Lead, body: Engagement, caller: MayWrite) -> Response:
    """Count what the lead did, once."""
    command = RecordEngagement(lead_id=lead_id, source=body.source, key=body.key)
    return _changed(caller, lead_id, command)


def moving(lead_id: LeadId, status: LeadStatus, reason: str | None) -> Command:
    """Return the order that leads to a status: who is won is a client from then on."""
    if status is LeadStatus.CONVERTED:
        return ConvertLead(lead_id=lead_id)
    return MoveLead(lead_id=lead_id, status=status, reason=reason)


def there(lead_id: LeadId, caller: Caller) -> ListedLead:
    """Return a lead; one that was removed, to who may change it. Raises NotFound."""
    return _there(caller.document(LEADS, lead_id), caller)


def _shown(lead_id: LeadId, caller: Caller) -> Document:
    document = caller.document(LEADS, lead_id)
    if not caller.asks_of_the_past:
        _there(document, caller)
    return document


def _there(document: Document, caller: Caller) -> ListedLead:
    lead = msgspec.json.decode(document.json, type=ListedLead)
    if lead.removed_at is not None and not caller.principal.may(Permission.LEADS_WRITE):
        raise NotFound
    return lead


def company_of(body: Body) -> Company:
    """Return what is said of a company."""
    return Company(**body.model_dump())


def _changed(caller: Caller, lead_id: LeadId, command: Command) -> Response:
    return caller.changed(LEADS, lead_id, command)


def _opened(answer: Answer) -> LeadId:
    """Return the lead that was opened, or was one already."""
    events = (past.event for past in answer.recorded)
    return next(each.lead_id for each in events if isinstance(each, LeadOpened | LeadTouched))
