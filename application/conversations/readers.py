"""By which clock, and in which language, somebody reads what they are written."""

from application.business.tenants import zone_of
from application.people.people import survivor
from application.transact import Past
from domain.conversations.threads import THREAD
from domain.people.clients import CLIENT
from domain.values import Contact, TenantId, ThreadId


def readers_zone(thread_id: ThreadId, tenant_id: TenantId, past: Past) -> str:
    """Return the time zone of the client with whom a conversation is; that of the business where none is known."""
    contact = _contact(thread_id, past)
    known = contact.time_zone if contact is not None else None
    return known or zone_of(tenant_id, past)


def readers_language(thread_id: ThreadId, past: Past) -> str | None:
    """Return the language of the client with whom a conversation is, where it is known."""
    contact = _contact(thread_id, past)
    return contact.language if contact is not None else None


def _contact(thread_id: ThreadId, past: Past) -> Contact | None:
    thread = past.of(THREAD, thread_id)
    if thread.client_id is None:
        return None
    return past.of(CLIENT, survivor(past, thread.client_id)).contact
