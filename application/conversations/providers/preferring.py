"""A provider says that somebody does not want to be told what is marketing any more, or does again: whoever they are has
opted out, or agreed. What they said last counts, in whichever order it is told.
"""

from collections.abc import Mapping
from typing import Any, Final

from application.people.people import known_by, records
from application.transact import Changes, Past, UseCase
from domain.conversations.heard import HearPreference
from domain.messages import Command
from domain.people import clients
from domain.people.clients import CLIENT, Client, ClientAgreed, ClientOptedOut
from domain.people.consents import How, Proof, Purpose, ToldBy
from domain.values import ClientId


def prefer(command: HearPreference, past: Past) -> Changes:
    """Note it; of whom nobody knows, nothing."""
    owners = (known_by(past, each.identity_id) for each in command.known)
    who = next((each for each in owners if each is not None), None)
    if who is None or past.of(CLIENT, who).erased or _is_known(command, past.of(CLIENT, who)):
        return {}
    return _agreed(command, who, past) if command.wants else _opted_out(command, who, past)


def _is_known(command: HearPreference, client: Client) -> bool:
    """Whether something that they said to the provider later is known."""
    channel = ToldBy(command.channel)
    said = (each for each in client.consents if each.is_about(channel, Purpose.MARKETING))
    return any(each.how is How.PROVIDER and each.at >= command.at for each in said)


def _opted_out(command: HearPreference, who: ClientId, past: Past) -> Changes:
    """Note it also where it is known: what comes late, and was said before, does not count then."""
    clients.refuse_unknown(past.of(CLIENT, who))
    event = ClientOptedOut(
        client_id=who,
        channel=ToldBy(command.channel),
        purpose=Purpose.MARKETING,
        how=How.PROVIDER,
        at=command.at,
        proof=_proof(command),
    )
    return {who: [event]}


def _agreed(command: HearPreference, who: ClientId, past: Past) -> Changes:
    """Note it with each of their other records, too, that had opted out."""
    channel = ToldBy(command.channel)
    return {
        each: [_agreement(command, each)]
        for each in records(past, who)
        if each == who or clients.opted_out([past.of(CLIENT, each)], channel, Purpose.MARKETING)
    }


def _agreement(command: HearPreference, client_id: ClientId) -> ClientAgreed:
    return ClientAgreed(
        client_id=client_id,
        channel=ToldBy(command.channel),
        purpose=Purpose.MARKETING,
        how=How.PROVIDER,
        at=command.at,
        proof=_proof(command),
    )


def _proof(command: HearPreference) -> Proof:
    return Proof(where=command.channel, words=command.words)


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {HearPreference: prefer}
