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
    LeadNotFound,
)


def remove(command: RemoveLead, lead: Lead, *, now: datetime) -> Sequence[LeadEvent]:
    """Turn to the lead no longer."""
    _refuse_never(lead)
    return [LeadRemoved(lead_id=command.lead_id, at=now)] if lead.is_there else []


def restore(command: RestoreLead, lead: Lead, *, now: datetime) -> Sequence[LeadEvent]:
    """Turn to the lead again, as it was. Raises LeadIsGone."""
    _refuse_never(lead)
    if lead.removed_at is None:
        return []
    if now - lead.removed_at > RESTORABLE:
        raise LeadIsGone(removed_at=lead.removed_at)
    return [LeadRestored(lead_id=command.lead_id)]


def purge(command: PurgeLead, lead: Lead, *, now: datetime) -> Sequence[LeadEvent]:
    """Keep nothing personal of it, once it can be restored no more."""
    if lead.removed_at is None or now - lead.removed_at <= RESTORABLE:
        return []
    return [LeadPurged(lead_id=command.lead_id, streams=(command.lead_id,))]


def _refuse_never(lead: Lead) -> None:
    if lead.client_id is None or lead.purged:
        raise LeadNotFound
