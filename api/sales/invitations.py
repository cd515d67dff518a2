"""Leads are invited by a mail with a link; the page to which it leads shows here what is in it."""

from datetime import datetime
from typing import Annotated, Final

import msgspec
from fastapi import Response
from pydantic import StringConstraints

from api.business.auth import PUBLIC
from api.business.visitors import REFUSED, Visit, Visitor
from api.problems.reasons import WINNING
from api.requests import ids
from api.requests.answers import Made, answers
from api.requests.caller import JSON
from api.requests.forms import Body, identities
from api.sales.leads import MayWrite
from api.web.routing import Router
from application.sales.inviting import is_of, named_in, reached_at
from domain.people.clients import ClientIsErased
from domain.sales.leads import (
    LEAD,
    AcceptInvitation,
    InvitationNotGood,
    InviteLead,
    LeadInvited,
)
from domain.values import Contact, LeadId, TenantId

router: Final = Router(prefix="/v1/leads", tags=["leads"])
public_router: Final = Router(prefix="/v1/public/{business}/invitations", tags=["public"])

Page = Annotated[
    str,
    StringConstraints(max_length=500, pattern=r"^https?://[!-~]+$"),
]


class InvitationBody(Body):
    """The page to which the link leads; left out, it is that of the only origin that the business lists."""

    page: Page | None = None


class SentInvitation(msgspec.Struct):
    """Until when the link is good, and to which page it leads."""

    lead_id: LeadId
    page: str
    expires_at: datetime


class TokenBody(Body):
    """What the address of the page has as `invitation`."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=100)]


@router.post("/{lead_id}/invite", status_code=202)
@answers(Made(SentInvitation, has_location=False), refuses=(*WINNING, ClientIsErased))
def invite_lead(
    lead_id: ids.Lead, caller: MayWrite, body: InvitationBody | None = None
) -> Response:
    """Mail a lead a link to a page of the business, in their language. It works once, for a week, and until
    the next is sent: three a day at most.
    """
    page = body.page if body else None
    command = InviteLead(tenant_id=TenantId(caller.tenant), lead_id=lead_id, page=page)
    answer = caller.order(command, on=lead_id)
    events = (past.event for past in answer.recorded)
    invited = next(each for each in events if isinstance(each, LeadInvited))
    sent = SentInvitation(lead_id, invited.page, invited.expires_at)
    return Response(msgspec.json.encode(sent), 202, caller.marks(answer), JSON)


@public_router.post("", status_code=204, openapi_extra=PUBLIC)
@answers(refuses=(InvitationNotGood, *REFUSED), moves=True)
def accept_invitation(body: TokenBody, visit: Visit) -> Response:
    """Show what was in the link, once. So the address is known to be theirs to whom it was mailed."""

    def accept(visitor: Visitor, _: object) -> Response:
        return visitor.done(visitor.order(_accepting(visitor, body.token)))

    return visit.answered(accept)


def _accepting(visitor: Visitor, token: str) -> AcceptInvitation:
    """Return the order to take an invitation. Raises InvitationNotGood."""
    named, pepper = named_in(token), visitor.backend.pepper.encode()
    if named is None:
        raise InvitationNotGood
    email = visitor.ask(lambda past: reached_at(past.of(LEAD, named.lead_id), past))
    if email is None or not is_of(named, visitor.tenant, email, pepper):
        raise InvitationNotGood
    (identity,) = identities(Contact(name="", email=email), visitor)
    return AcceptInvitation(
        lead_id=named.lead_id, number=named.number, email=email, identity_id=identity
    )
