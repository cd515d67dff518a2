"""How a lead is invited: by a mail with a link that works once, for a week. Whoever follows it reads the mail
of the address, and is interested.

invite ─► a link is mailed ─► shown ─► accepted, and a click counts      (the next link makes it void)
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from domain.sales.leads.decisions import engage, refuse_converted
from domain.sales.leads.lead import MOST_INVITATIONS, Lead
from domain.sales.leads.messages import (
    AcceptInvitation,
    InvitationAccepted,
    InviteLead,
    LeadEvent,
    LeadInvited,
    RecordEngagement,
)
from domain.sales.leads.refusals import (
    InvitationNotGood,
    TooManyInvitations,
)
from domain.sales.scores import EngagementSource

GOOD_FOR: Final = timedelta(days=7)
DAY: Final = timedelta(days=1)


def invite(command: InviteLead, lead: Lead, *, page: str, now: datetime) -> Sequence[LeadEvent]:
    """Have a link to this page mailed to the lead. Raises TooManyInvitations."""
    refuse_converted(lead)
    if sum(now - at < DAY for at in lead.invited) >= MOST_INVITATIONS:
        raise TooManyInvitations(most=MOST_INVITATIONS)
    number = lead.invitation.number + 1 if lead.invitation else 1
    invited = LeadInvited(
        lead_id=command.lead_id, number=number, page=page, at=now, expires_at=now + GOOD_FOR
    )
    return [invited]


def accept(command: AcceptInvitation, lead: Lead, *, now: datetime) -> Sequence[LeadEvent]:
    """Take the link, once, and count that they followed it: of who was merged, that counts elsewhere. Raises
    InvitationNotGood.
    """
    if not is_good(lead, command.number, now):
        raise InvitationNotGood
    accepted = InvitationAccepted(
        lead_id=command.lead_id, number=command.number, identity_id=command.identity_id, at=now
    )
    click = RecordEngagement(
        lead_id=command.lead_id, source=EngagementSource.CLICK, key=f"invitation-{command.number}"
    )
    return [accepted, *(engage(click, lead) if lead.is_there else ())]


def is_good(lead: Lead, number: int, now: datetime) -> bool:
    """Whether the link of this number still leads somewhere."""
    sent = lead.invitation
    if sent is None or sent.number != number or sent.accepted:
        return False
    return lead.is_kept and now < sent.expires_at
