"""One example of each message about leads; a test states only what differs."""

from datetime import UTC, datetime, timedelta
from typing import Final

from domain.sales.companies import Company
from domain.sales.leads import (
    AcceptInvitation,
    AssignLead,
    ContactWay,
    ConvertLead,
    Counted,
    FollowUpSet,
    InvitationAccepted,
    InviteLead,
    LeadAbsorbed,
    LeadAssigned,
    LeadCompanyTold,
    LeadContacted,
    LeadConverted,
    LeadEngaged,
    LeadInvited,
    LeadMerged,
    LeadMoved,
    LeadOpened,
    LeadPurged,
    LeadReleased,
    LeadRemoved,
    LeadRestored,
    LeadScored,
    LeadStaged,
    LeadStatus,
    LeadTouched,
    LeadUnmerged,
    MoveLead,
    OpenLead,
    PurgeLead,
    RecordContact,
    RecordEngagement,
    RemoveLead,
    RestoreLead,
    StageLead,
    TellCompany,
    Touch,
    lead_of,
)
from domain.sales.scores import EngagementSource, Facts, Temperature, Weights, scored
from domain.sales.tasks import Priority, follow_up_of
from domain.values import ClientId, Contact, IdentityId, StageId, TenantId, UserId

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

stage_id: Final = StageId("stage-0198c0de-0000-7000-8000-000000000001")
acme: Final = Company(
    name="Hôtel Zoé", domain="hotel.example", title="Directrice", industry="Hôtellerie", size=40
)
address: Final = IdentityId("identity-00000000-0000-5000-8000-000000000011")

stage_lead: Final = StageLead(lead_id=lead_id, stage_id=stage_id)
tell_company: Final = TellCompany(lead_id=lead_id, company=acme)
remove_lead: Final = RemoveLead(lead_id=lead_id)
restore_lead: Final = RestoreLead(lead_id=lead_id)
purge_lead: Final = PurgeLead(lead_id=lead_id)
invite_lead: Final = InviteLead(
    tenant_id=TenantId("0198c0de-0000-7000-8000-0000000000aa"), lead_id=lead_id
)
accept_invitation: Final = AcceptInvitation(
    lead_id=lead_id, number=1, email="zoe@example.org", identity_id=address
)

lead_staged: Final = LeadStaged(lead_id=lead_id, previous=None, stage_id=stage_id, at=now)
lead_company_told: Final = LeadCompanyTold(lead_id=lead_id, company=acme)
lead_invited: Final = LeadInvited(
    lead_id=lead_id,
    number=1,
    page="https://salon.example/",
    at=now,
    expires_at=now + timedelta(days=7),
)
invitation_accepted: Final = InvitationAccepted(
    lead_id=lead_id, number=1, identity_id=address, at=now + timedelta(days=1)
)
lead_removed: Final = LeadRemoved(lead_id=lead_id, at=now)
lead_restored: Final = LeadRestored(lead_id=lead_id)
another_lead_id: Final = lead_of(ClientId("client-0198c0de-0000-7000-8000-000000000002"))
lead_merged: Final = LeadMerged(lead_id=lead_id, into=another_lead_id, at=now)
lead_unmerged: Final = LeadUnmerged(lead_id=lead_id)
lead_absorbed: Final = LeadAbsorbed(
    lead_id=lead_id,
    source=another_lead_id,
    counted=Counted(
        message_length=19, answered_after=240, engagements={EngagementSource.VISIT: ("visit-1",)}
    ),
)
lead_released: Final = LeadReleased(lead_id=lead_id, source=another_lead_id)
lead_purged: Final = LeadPurged(lead_id=lead_id, streams=(lead_id,))
