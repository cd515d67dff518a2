"""One example of each message about leads; a test states only what differs."""

from datetime import UTC, datetime
from typing import Final

from domain.sales.leads import (
    AssignLead,
    ContactWay,
    ConvertLead,
    FollowUpSet,
    LeadAssigned,
    LeadContacted,
    LeadConverted,
    LeadEngaged,
    LeadMoved,
    LeadOpened,
    LeadScored,
    LeadStatus,
    LeadTouched,
    MoveLead,
    OpenLead,
    RecordContact,
    RecordEngagement,
    Touch,
    lead_of,
)
from domain.sales.scores import EngagementSource, Facts, Temperature, Weights, scored
from domain.sales.tasks import Priority, follow_up_of
from domain.values import ClientId, Contact, UserId

client_id: Final = ClientId("client-0198c0de-0000-7000-8000-000000000001")
lead_id: Final = lead_of(client_id)
ana: Final = UserId("user-0198c0de-0000-7000-8000-000000000001")
now: Final = datetime(2026, 12, 1, 8, tzinfo=UTC)
advert: Final = Touch(source="instagram", medium="social", campaign="advent")

open_lead: Final = OpenLead(
    seed="client-0198c0de-0000-7000-8000-000000000009",
    contact=Contact(name="Zoé Dupont", email="zoe@example.org"),
    touch=advert,
    message="Do you do weddings?",
)
move_lead: Final = MoveLead(lead_id=lead_id, status=LeadStatus.CONNECTED)
convert_lead: Final = ConvertLead(lead_id=lead_id)
assign_lead: Final = AssignLead(lead_id=lead_id, assignee_id=ana)
record_contact: Final = RecordContact(lead_id=lead_id, way=ContactWay.CALL, note="Zoé is away")
record_engagement: Final = RecordEngagement(
    lead_id=lead_id, source=EngagementSource.VISIT, key="visit-1"
)

lead_opened: Final = LeadOpened(
    lead_id=lead_id, client_id=client_id, at=now, touch=advert, message="Do you do weddings?"
)
lead_touched: Final = LeadTouched(
    lead_id=lead_id, touch=Touch(source="google"), message="Zoé again"
)
lead_moved: Final = LeadMoved(
    lead_id=lead_id,
    previous=LeadStatus.NEW,
    status=LeadStatus.DISQUALIFIED,
    reason="Zoé lives too far away",
)
lead_converted: Final = LeadConverted(lead_id=lead_id, previous=LeadStatus.QUALIFIED)
lead_assigned: Final = LeadAssigned(lead_id=lead_id, assignee_id=ana)
lead_contacted: Final = LeadContacted(
    lead_id=lead_id, way=ContactWay.CALL, note="Zoé is away", after=240
)
lead_engaged: Final = LeadEngaged(lead_id=lead_id, source=EngagementSource.VISIT, key="visit-1")
lead_scored: Final = LeadScored(
    lead_id=lead_id,
    breakdown=scored(Facts(has_email=True, message_length=19), Weights()),
    temperature=Temperature.COLD,
    scoring_version=0,
)
follow_up_set: Final = FollowUpSet(
    lead_id=lead_id, task_id=follow_up_of(lead_id, 0), due_at=now, priority=Priority.LOW
)
