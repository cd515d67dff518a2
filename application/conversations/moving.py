"""A provider says that somebody is called something else from then on: whoever they are stays that client."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from application.conversations.hearing import said_of
from application.conversations.readers import conversation
from application.people import clients as client_use_cases
from application.people.people import known_by, records
from application.transact import Changes, Past, UseCase, one_by_one, step_by_step
from domain.conversations.heard import HEARD, MoveKnown
from domain.conversations.threads import THREAD, thread_of
from domain.messages import Command
from domain.people.channels import KnownOn
from domain.people.clients import CLIENT, ForgetOnChannel, NameOnChannel
from domain.values import ClientId


def move(command: MoveKnown, past: Past) -> Changes:
    """Know them by what they are called now, and say so in their conversation; of whom nobody knows, nothing is said.
    What another is known by is theirs from then on: the provider gave it to them.
    """
    owners = (known_by(past, each.identity_id) for each in command.known)
    client_id = next((each for each in owners if each is not None), None)
    if client_id is None or past.of(HEARD, command.heard_id).message_id is not None:
        return {}
    return step_by_step(
        past,
        partial(_named, command.becomes, client_id),
        partial(_left, command, client_id),
        partial(_told, command, client_id),
    )


def _named(becomes: Sequence[KnownOn], client_id: ClientId, past: Past) -> Changes:
    return one_by_one(_orders(becomes, client_id, past), past, _carried_out)


def _orders(becomes: Sequence[KnownOn], client_id: ClientId, past: Past) -> Iterator[Command]:
    own = records(past, client_id)
    for each in becomes:
        other = known_by(past, each.identity_id)
        if other in own:
            continue
        for record in records(past, other) if other is not None else ():
            if any(c.identity_id == each.identity_id for c in past.of(CLIENT, record).channels):
                yield ForgetOnChannel(client_id=record, identity_id=each.identity_id)
        yield NameOnChannel(client_id=client_id, known=each)


def _left(command: MoveKnown, client_id: ClientId, past: Past) -> Changes:
    if command.left is None:
        return {}
    identity = command.left.identity_id
    orders = [
        ForgetOnChannel(client_id=each, identity_id=identity, at=command.at)
        for each in records(past, client_id)
        if any(known.identity_id == identity for known in past.of(CLIENT, each).channels)
    ]
    return one_by_one(orders, past, _carried_out)


def _carried_out(order: Command, past: Past) -> Changes:
    return client_use_cases.USE_CASES[type(order)](order, past)


def _told(command: MoveKnown, client_id: ClientId, past: Past) -> Changes:
    thread_id = thread_of(conversation(command.channel, client_id, past))
    if command.text is None or past.of(THREAD, thread_id).opened_at is None:
        return {}
    return said_of(command, client_id, thread_id, past)


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {MoveKnown: move}
