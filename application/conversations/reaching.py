"""Clients are written to on a channel: in what they and the business have on it, which is opened where they never had
anything; and by what they are called there, or else by their number.
"""

from collections.abc import Mapping
from typing import Any, Final

from application.conversations.readers import address_of, conversation
from application.conversations.saying import post
from application.people.people import refuse_unknown_client, survivor
from application.transact import Changes, Past, UseCase, step_by_step
from domain.conversations import threads
from domain.conversations.channels import CHANNELS
from domain.conversations.messages import PostMessage
from domain.conversations.reaching import ChannelNotCarried, ClientNotReachable, WriteToClient
from domain.conversations.threads import THREAD, OpenThread
from domain.messages import Command


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


def opened(order: OpenThread, past: Past) -> Changes:
    """Open a conversation, if it is not there."""
    thread_id = threads.thread_of(order)
    thread = past.of(THREAD, thread_id)
    if thread.opened_at is not None:
        return {}
    return {thread_id: threads.open_(order, thread, now=past.now)}


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {WriteToClient: write_to}
