"""What a person and the business have on a channel that we reach: one conversation, and what they are called there."""

from collections.abc import Sequence
from typing import NamedTuple

from application.people.consents import records_of
from application.people.people import records
from application.transact import Past
from domain.conversations import threads
from domain.conversations.channels import Channel, NoNumber
from domain.conversations.participants import MemberId
from domain.conversations.threads import THREAD, OpenThread, Thread, ThreadForm
from domain.conversations.windows import refuse_closed
from domain.people.clients import Client, HasOptedOut, stopped
from domain.values import ClientId, IdentityId


class Reader(NamedTuple):
    """Who is to read it, as they are called on the channel, and by which of the business's numbers they wrote, if they
    wrote.
    """

    to: str
    number: str | None = None


def conversation_on(channel: str, client_id: ClientId, past: Past) -> OpenThread:
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


def reader_of(thread: Thread, channel: Channel, past: Past) -> Reader | None:
    """Return who is to read what is said in a conversation: whoever wrote last, else, where that is enough, whoever has
    the client's telephone number. Raises NoNumber, if they have none.
    """
    if thread.client_id is None:
        return None
    known = records_of(thread.client_id, past)
    if thread.lines:
        line = thread.lines[-1]
        to = _called(known, line.identity_id)
        return Reader(to, line.number) if to else None
    if not channel.by_number:
        return None
    return Reader(_number(known))


def _called(known: Sequence[Client], identity_id: IdentityId) -> str | None:
    ids = (each.id for one in known for each in one.channels if each.identity_id == identity_id)
    return next(ids, None)


def _number(known: Sequence[Client]) -> str:
    """Return the digits of their number; an extension cannot be written to. Raises NoNumber."""
    phones = (each.contact.phone for each in known if each.contact and each.contact.phone)
    written = next((each for each in phones if ";" not in each), None)
    if written is None:
        raise NoNumber
    return written.removeprefix("+")


def refuse_stopped(client_id: ClientId | None, channel: Channel, past: Past) -> None:
    """Refuse to say anything to whoever wants to hear nothing more on a channel. Raises HasOptedOut."""
    if client_id is None or channel.told_by is None:
        return
    if stopped(records_of(client_id, past), channel.told_by):
        raise HasOptedOut(channel=channel.told_by)


def refuse_unreached(thread: Thread, channel: Channel, past: Past) -> Reader | None:
    """Return who is reached by what is said in a conversation now. Raises WindowClosed, HasOptedOut, NoNumber."""
    refuse_closed(channel, thread.lines, now=past.now)
    refuse_stopped(thread.client_id, channel, past)
    return reader_of(thread, channel, past)
