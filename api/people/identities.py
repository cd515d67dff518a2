"""Who a client is: records of one person, whom somebody may be, and what providers call them."""

from typing import Annotated, Final

from fastapi import Response
from pydantic import Field

from api.people.clients import MayWrite
from api.problems.reasons import MERGES, PEOPLE
from api.requests import ids
from api.requests.answers import Row, answers
from api.requests.forms import Body, Channel, GivenId, on_channel
from api.web.routing import Router
from domain.people.clients import (
    ForgetOnChannel,
    MergeClients,
    NameOnChannel,
    TellClientApart,
    UnmergeClients,
)
from projections.people.clients import CLIENTS

router: Final = Router(prefix="/v1/clients", tags=["clients"])

MOST_SOURCES: Final = 20
"""Of one merge; who stands for more is merged again."""


class ChannelBody(Body):
    """`id` is what the provider calls them there, in its very form."""

    channel: Channel
    id: GivenId


class MergeBody(Body):
    """`sources` are the records that the client stands for from now on, or no longer."""

    sources: Annotated[list[ids.Client], Field(min_length=1, max_length=MOST_SOURCES)]


@router.post("/{client_id}/merge")
@answers(Row(CLIENTS), refuses=(*PEOPLE, *MERGES))
def merge_clients(client_id: ids.Client, body: MergeBody, caller: MayWrite) -> Response:
    """Let a client stand for others who are the same person. Bookings and all else stay where they were
    made, and are this client's too; whoever logs in as one of them is this client. It can be undone for
    30 days: what came in between is then whose address or number it came by.
    """
    command = MergeClients(client_id=client_id, sources=tuple(body.sources))
    return caller.changed(CLIENTS, client_id, command)


@router.post("/{client_id}/unmerge")
@answers(Row(CLIENTS), refuses=(*PEOPLE, *MERGES))
def unmerge_clients(client_id: ids.Client, body: MergeBody, caller: MayWrite) -> Response:
    """Let clients be somebody of their own again, within 30 days of their merge."""
    command = UnmergeClients(client_id=client_id, sources=tuple(body.sources))
    return caller.changed(CLIENTS, client_id, command)


@router.post("/{client_id}/channels")
@answers(Row(CLIENTS), refuses=PEOPLE)
def name_client_on_channel(client_id: ids.Client, body: ChannelBody, caller: MayWrite) -> Response:
    """Know a client by what a provider calls them on a channel, such as `whatsapp`. Forms of one account
    that WhatsApp uses side by side, in Brazil, Mexico and Argentina, are one identity.
    """
    known = on_channel(body.channel, body.id, caller)
    return caller.changed(CLIENTS, client_id, NameOnChannel(client_id=client_id, known=known))


@router.delete("/{client_id}/channels/{identity_id}")
@answers(Row(CLIENTS), refuses=PEOPLE)
def forget_client_on_channel(
    client_id: ids.Client, identity_id: ids.Identity, caller: MayWrite
) -> Response:
    """Know a client by none of the forms of an account any more: somebody else may be known by it."""
    command = ForgetOnChannel(client_id=client_id, identity_id=identity_id)
    return caller.changed(CLIENTS, client_id, command)


@router.delete("/{client_id}/suspicion")
@answers(Row(CLIENTS), refuses=PEOPLE)
def tell_client_apart(client_id: ids.Client, caller: MayWrite) -> Response:
    """Say that a client is somebody else than whom they `may_be`. If they are the same, merge them."""
    return caller.changed(CLIENTS, client_id, TellClientApart(client_id=client_id))
