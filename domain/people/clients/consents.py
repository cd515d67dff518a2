"""What a client agrees to, and opts out of; and by which channels they may be told something.

Whoever opts out is told nothing more on that channel, whoever said what before. Of several records of one person, an
opt-out from any holds: an agreement is therefore noted with each that had opted out.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from domain.messages import DomainError
from domain.people.clients.client import Client
from domain.people.clients.decisions import refuse_missing
from domain.people.clients.messages import (
    AgreeToBeTold,
    ChooseHowToBeTold,
    ClientAgreed,
    ClientChoseChannels,
    ClientEvent,
    ClientOptedOut,
    OptInAgain,
    OptOut,
)
from domain.people.consents import UNLESS_REFUSED, Consent, How, Purpose, ToldBy
from domain.values import ClientId


class HasOptedOut(DomainError):
    """They do not want to be told anything on this channel."""

    channel: ToldBy


# --- Decisions ------------------------------------------------------------------------


def agree(
    client_id: ClientId, command: AgreeToBeTold, client: Client, *, now: datetime
) -> Sequence[ClientEvent]:
    """Note what they agree to; what they agreed to by the same words stays as it was noted."""
    refuse_missing(client)
    return [
        _agreed(client_id, command, purpose, now)
        for purpose in command.purposes
        if not _is_said(consent_of(client, command.channel, purpose), command)
    ]


def opt_out(command: OptOut, client: Client, *, now: datetime) -> Sequence[ClientEvent]:
    """Note that they want to be told no more on a channel."""
    refuse_missing(client)
    return [
        ClientOptedOut(
            client_id=command.client_id,
            channel=command.channel,
            purpose=purpose,
            how=command.how,
            at=now,
            by=command.by,
            proof=command.proof,
        )
        for purpose in command.purposes
        if not opted_out([client], command.channel, purpose)
    ]


def opt_in_again(
    client_id: ClientId, command: OptInAgain, client: Client, *, now: datetime
) -> Sequence[ClientEvent]:
    """Take back an opt-out: notices are told again, and marketing if they had agreed to it before."""
    refuse_missing(client)
    return [
        _agreed(client_id, command, each.purpose, now)
        for each in client.consents
        if each.channel is command.channel and not each.agreed and _comes_back(each)
    ]


def choose(command: ChooseHowToBeTold, client: Client) -> Sequence[ClientEvent]:
    """Note by which channels they want to be told about their bookings, the first before the others."""
    refuse_missing(client)
    if command.channels == client.told_by:
        return []
    return [ClientChoseChannels(client_id=command.client_id, channels=command.channels)]


def agreeing(command: ChooseHowToBeTold, records: Sequence[Client]) -> Sequence[AgreeToBeTold]:
    """Return what they agree to by naming channels. That somebody opted out of one is taken back by nobody else.
    Raises HasOptedOut.
    """
    left = [e for e in command.channels if not may_be_told(records, e, Purpose.NOTICES)]
    if command.how is not How.THEMSELVES:
        for channel in left:
            if opted_out(records, channel):
                raise HasOptedOut(channel=channel)
    return [command.agreeing(channel) for channel in left]


def _agreed(
    client_id: ClientId, command: AgreeToBeTold | OptInAgain, purpose: Purpose, now: datetime
) -> ClientAgreed:
    return ClientAgreed(
        client_id=client_id,
        channel=command.channel,
        purpose=purpose,
        how=command.how,
        at=now,
        by=command.by,
        proof=command.proof,
    )


def _is_said(consent: Consent | None, command: AgreeToBeTold) -> bool:
    return consent is not None and consent.agreed and consent.proof == command.proof


def _comes_back(consent: Consent) -> bool:
    return consent.purpose is Purpose.NOTICES or consent.had_agreed


# --- What holds -----------------------------------------------------------------------


def consent_of(client: Client, channel: ToldBy, purpose: Purpose) -> Consent | None:
    """Return what a record says about it, if it says anything."""
    return next((each for each in client.consents if each.is_about(channel, purpose)), None)


def opted_out(
    records: Iterable[Client], channel: ToldBy, purpose: Purpose = Purpose.NOTICES
) -> bool:
    """Whether somebody wants no more of it, by what any of their records says."""
    said = (consent_of(each, channel, purpose) for each in records)
    return any(each is not None and not each.agreed for each in said)


def stopped(records: Sequence[Client], channel: ToldBy) -> bool:
    """Whether somebody wants to hear nothing more on a channel, whatever it is about."""
    return all(opted_out(records, channel, each) for each in Purpose)


def may_be_told(records: Sequence[Client], channel: ToldBy, purpose: Purpose) -> bool:
    """Whether somebody may be told of something on a channel; `records` are all of the person. Nobody is whose records
    are erased.
    """
    known = [each for each in records if not each.erased]
    if not known or opted_out(known, channel, purpose):
        return False
    if (channel, purpose) in UNLESS_REFUSED:
        return True
    return any(consent_of(each, channel, purpose) is not None for each in known)


def notice_channels(records: Sequence[Client]) -> tuple[ToldBy, ...]:
    """Return by which channels somebody may be told about their bookings, the one that they want before the others, and
    mail behind all that they chose. That they have a number, or an address, is not looked at. `records` are all of
    the person, the one that stands for them first.
    """
    chosen = next((each.told_by for each in records if each.told_by), ())
    wanted = dict.fromkeys((*chosen, ToldBy.MAIL))
    return tuple(each for each in wanted if may_be_told(records, each, Purpose.NOTICES))
