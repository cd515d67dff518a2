"""Who reads what is said to somebody outside: by which clock and in which language, what they are called on a channel that
we reach, in which conversation they have it there, and whether they want to hear anything.
"""

from typing import Final

from application.business.tenants import zone_of
from application.people.consents import records_of
from application.people.people import records, survivor
from application.transact import Past
from domain.conversations import threads
from domain.conversations.channels import Channel
from domain.conversations.participants import MemberId
from domain.conversations.reaching import ClientNotReachable
from domain.conversations.threads import THREAD, OpenThread, Thread, ThreadForm
from domain.people.clients import CLIENT, HasOptedOut, stopped
from domain.values import ClientId, Contact, IdentityId, TenantId, ThreadId

EXTENSION: Final = ";"
"""Stands before what is dialled once a telephone was reached: nobody is called so elsewhere."""


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


def address_of(
    channel: str, client_id: ClientId, past: Past, line: IdentityId | None = None
) -> str | None:
    """Return what whoever carries a channel calls a client: by the line by which they wrote, by whatever they are
    called there by now, or else by the digits of their number; None, where nothing of it is known.
    """
    own = [past.of(CLIENT, each) for each in records(past, client_id)]
    known = [each for client in own for each in client.channels if each.channel == channel]
    by_line = [each.id for each in known if line in (None, each.identity_id)]
    called = by_line or [each.id for each in reversed(known)]
    phones = [client.contact.phone for client in own if client.contact]
    dialled = [each.removeprefix("+") for each in phones if each and EXTENSION not in each]
    return next(iter(called if line else called + dialled), None)


def conversation(channel: str, client_id: ClientId, past: Past) -> OpenThread:
    """Return the order that opens what a person and the business have on a channel, under the record under which
    they had it before, if they had.
    """
    theirs = [_between(channel, each) for each in records(past, client_id) or (client_id,)]
    there = (e for e in theirs if past.of(THREAD, threads.thread_of(e)).opened_at is not None)
    return next(there, _between(channel, client_id))


def _between(channel: str, client_id: ClientId) -> OpenThread:
    member = MemberId(client_id)
    return OpenThread(
        form=ThreadForm.DEPARTMENT,
        opened_by=member,
        members=(member,),
        seed=f"{channel}/{client_id}",
        channel=channel,
    )


def refuse_unreached(thread: Thread, channel: Channel, past: Past) -> None:
    """Refuse to say what would reach nobody, or whoever wants to hear nothing. Raises HasOptedOut, ClientNotReachable."""
    refuse_opted_out(thread.client_id, channel, past)
    line = thread.lines[-1].identity_id if thread.lines else None
    if thread.client_id and address_of(channel.name, thread.client_id, past, line) is None:
        raise ClientNotReachable


def refuse_opted_out(client_id: ClientId | None, channel: Channel, past: Past) -> None:
    """Refuse to say anything to whoever wants to hear nothing more on a channel. Raises HasOptedOut."""
    if client_id is None or channel.told_by is None:
        return
    if stopped(records_of(client_id, past), channel.told_by):
        raise HasOptedOut(channel=channel.told_by)
