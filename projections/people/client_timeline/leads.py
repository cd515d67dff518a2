"""Leads by a client."""

from typing import assert_never

from msgspec.structs import replace

from domain.sales.leads import (
    LeadConverted,
    LeadMoved,
    LeadOpened,
    LeadPurged,
    LeadRemoved,
    LeadRestored,
    LeadStatus,
)
from projections.people.client_timeline.entries import EntryKind, TimelineEntry

OfLead = LeadOpened | LeadMoved | LeadConverted | LeadRemoved | LeadRestored | LeadPurged


def evolve(row: TimelineEntry | None, event: OfLead) -> TimelineEntry | None:
    match event:
        case LeadOpened(lead_id=lead, client_id=client):
            new = LeadStatus.NEW
            return TimelineEntry(id=lead, client_id=client, kind=EntryKind.LEAD, lead_status=new)
        case LeadMoved(status=status):
            return row and replace(row, lead_status=status)
        case LeadConverted():
            return row and replace(row, lead_status=LeadStatus.CONVERTED)
        case LeadRemoved(at=at):
            return row and replace(row, removed_at=at)
        case LeadRestored():
            return row and replace(row, removed_at=None)
        case LeadPurged():
            return None
        case _:
            assert_never(event)
