"""How a lead is removed, and had again for thirty days; what is personal in it is gone after that."""

from collections.abc import Sequence
from datetime import datetime

from domain.records import RESTORABLE
from domain.sales.leads.lead import Lead
from domain.sales.leads.messages import (
    LeadEvent,
    LeadPurged,
    LeadRemoved,
    LeadRestored,
    PurgeLead,
    RemoveLead,
    RestoreLead,
)
from domain.sales.leads.refusals import (
    LeadIsGone,
    LeadIsMerged,
    LeadNotFound,
)
from domain.values import LeadId


def remove(command: RemoveLead, lead: Lead, *, now: datetime) -> Sequence[LeadEvent]:
    """Turn to the lead no longer. Raises LeadIsMerged."""
    _refuse_never(lead)
    _refuse_merged(lead)
    return [LeadRemoved(lead_id=command.lead_id, at=now)] if lead.is_there else []


def restore(command: RestoreLead, lead: Lead, *, now: datetime) -> Sequence[LeadEvent]:
    """Turn to the lead again, as it was. Raises LeadIsGone, LeadIsMerged."""
    _refuse_never(lead)
    _refuse_merged(lead)
    if lead.removed_at is None:
        return []
    if now - lead.removed_at > RESTORABLE:
        raise LeadIsGone(removed_at=lead.removed_at)
    return [LeadRestored(lead_id=command.lead_id)]


def remove_with(lead_id: LeadId, lead: Lead, *, now: datetime) -> Sequence[LeadEvent]:
    """Remove one with that into which it was merged."""
    return [LeadRemoved(lead_id=lead_id, at=now)] if lead.is_kept else []


def restore_with(lead_id: LeadId, lead: Lead, *, removed_at: datetime) -> Sequence[LeadEvent]:
    """Restore one with that into which it was merged, and with which it was removed."""
    return [LeadRestored(lead_id=lead_id)] if lead.removed_at == removed_at else []


def purge(command: PurgeLead, lead: Lead, *, now: datetime) -> Sequence[LeadEvent]:
    """Keep nothing personal of it, once it can be restored no more."""
    if lead.removed_at is None or now - lead.removed_at <= RESTORABLE:
        return []
    return [LeadPurged(lead_id=command.lead_id, streams=(command.lead_id,))]


def _refuse_never(lead: Lead) -> None:
    if lead.client_id is None or lead.purged:
        raise LeadNotFound


def _refuse_merged(lead: Lead) -> None:
    if lead.merged_into is not None:
        raise LeadIsMerged(into=lead.merged_into)
