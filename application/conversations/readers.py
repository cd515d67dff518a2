"""By which clock somebody reads what they are written."""

from application.business.tenants import zone_of
from application.people.people import survivor
from application.transact import Past
from domain.conversations.threads import THREAD
from domain.people.clients import CLIENT
from domain.values import TenantId, ThreadId


def readers_zone(thread_id: ThreadId, tenant_id: TenantId, past: Past) -> str:
    """Return the time zone of the client with whom a conversation is; that of the business where none is known."""
    thread = past.of(THREAD, thread_id)
    contact = None
    if thread.client_id is not None:
        contact = past.of(CLIENT, survivor(past, thread.client_id)).contact
    known = contact.time_zone if contact is not None else None
    return known or zone_of(tenant_id, past)
