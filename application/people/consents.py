"""Use cases of what people consent to: what one says is said of all records of them."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from msgspec.structs import replace

from application.people.people import records
from application.transact import Changes, Past, UseCase, one_by_one, step_by_step
from domain.messages import Command
from domain.people import clients
from domain.people.clients import CLIENT, Client, refuse_unknown
from domain.people.consents import ToldBy, ToldOf
from domain.values import ClientId


def agree(command: clients.AgreeToBeTold, past: Past) -> Changes:
    """Note what somebody agrees to, and with each of their other records that had opted out of it."""
    refuse_unknown(past.of(CLIENT, command.client_id))
    return {
        each: clients.agree(each, order, past.of(CLIENT, each), now=past.now)
        for each in records(past, command.client_id)
        if (order := _concerning(each, command, past)).purposes
    }


def _concerning(
    client_id: ClientId, command: clients.AgreeToBeTold, past: Past
) -> clients.AgreeToBeTold:
    if client_id == command.client_id:
        return command
    client = [past.of(CLIENT, client_id)]
    channel = command.channel
    left = (e for e in command.purposes if clients.opted_out(client, channel, e))
    return replace(command, purposes=tuple(left))


def opt_out(command: clients.OptOut, past: Past) -> Changes:
    """Note that somebody wants to be told no more; it holds whichever of their records is asked."""
    client = past.of(CLIENT, command.client_id)
    refuse_unknown(client)
    return {command.client_id: clients.opt_out(command, client, now=past.now)}


def opt_in_again(command: clients.OptInAgain, past: Past) -> Changes:
    """Take back whatever was opted out of on a channel, with each of their records."""
    refuse_unknown(past.of(CLIENT, command.client_id))
    return {
        each: clients.opt_in_again(each, command, past.of(CLIENT, each), now=past.now)
        for each in records(past, command.client_id)
    }


def choose(command: clients.ChooseHowToBeTold, past: Past) -> Changes:
    """Note by which channels somebody wants to be told, and that they agree to that."""
    client = past.of(CLIENT, command.client_id)
    refuse_unknown(client)
    agreeing = clients.agreeing(command, records_of(command.client_id, past))
    return step_by_step(
        past,
        lambda here: one_by_one(agreeing, here, agree),
        partial(_chosen, command),
    )


def _chosen(command: clients.ChooseHowToBeTold, past: Past) -> Changes:
    return {command.client_id: clients.choose(command, past.of(CLIENT, command.client_id))}


# --- What holds ---------------------------------------------------------------------------


def records_of(client_id: ClientId, past: Past) -> Sequence[Client]:
    """Return what is known of a person by all their records, the one that stands for them first."""
    return [past.of(CLIENT, each) for each in records(past, client_id)]


def may_be_told(client_id: ClientId, channel: ToldBy, purpose: ToldOf, past: Past) -> bool:
    """Whether somebody may be told of something on a channel."""
    return clients.may_be_told(records_of(client_id, past), channel, purpose)


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    clients.AgreeToBeTold: agree,
    clients.OptOut: opt_out,
    clients.OptInAgain: opt_in_again,
    clients.ChooseHowToBeTold: choose,
}
