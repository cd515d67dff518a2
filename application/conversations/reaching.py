"""Clients are written to on a channel: in what they and the business have on it, which is opened where they never had
anything; and by what they are called there, or else by their number.
"""

from collections.abc import Mapping
from typing import Any, Final

from application.conversations.saying import post
from application.people.people import records, refuse_unknown_client, survivor
from application.transact import Changes, Past, UseCase, step_by_step
from domain.conversations import threads
from domain.conversations.channels import CHANNELS
from domain.conversations.messages import PostMessage
from domain.conversations.participants import MemberId
from domain.conversations.reaching import ChannelNotCarried, ClientNotReachable, WriteToClient
from domain.conversations.threads import THREAD, OpenThread, ThreadForm
from domain.messages import Command
from domain.people.clients import CLIENT
from domain.values import ClientId, IdentityId

EXTENSION: Final = ";"
"""Stands before what is dialled once a telephone was reached: nobody is called so elsewhere."""


def write_to(command: WriteToClient, past: Past) -> Changes:
    """Say something to a client on a channel. Raises ChannelNotCarried, ClientNotReachable, and what is in the way of
    saying it.
    """
    if command.channel not in CHANNELS:
        raise ChannelNotCarried(channels=tuple(CHANNELS))
    refuse_unknown_client(past, command.client_id)
    client_id = survivor(past, command.client_id)
    if address_of(command.channel, client_id, past) is None:
        raise ClientNotReachable
    thread = conversation(command.channel, client_id, past)
    order = PostMessage(
        thread_id=threads.thread_of(thread),
        author=command.author,
        text=command.text,
        template=command.template,
        fallback=command.fallback,
        kind=command.kind,
        local_id=command.local_id,
        notice=command.notice,
    )
    return step_by_step(past, lambda here: opened(thread, here), lambda here: post(order, here))


def address_of(
    channel: str, client_id: ClientId, past: Past, line: IdentityId | None = None
) -> str | None:
    """Return what whoever carries a channel calls a client: by the line by which they wrote, by whatever they are
    called there, or else by the digits of their number; None, where nothing of it is known.
    """
    own = [past.of(CLIENT, each) for each in records(past, client_id)]
    known = [each for client in own for each in client.channels if each.channel == channel]
    called = [each.id for each in known if line in (None, each.identity_id)]
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


def opened(order: OpenThread, past: Past) -> Changes:
    """Open a conversation, if it is not there."""
    thread_id = threads.thread_of(order)
    thread = past.of(THREAD, thread_id)
    if thread.opened_at is not None:
        return {}
    return {thread_id: threads.open_(order, thread, now=past.now)}


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {WriteToClient: write_to}
