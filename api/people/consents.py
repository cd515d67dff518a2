"""What people consent to over HTTP: by which channels they are told of what. Clients say it of themselves; of others,
who works here says it, with what proves it.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from fastapi import Response
from pydantic import Field, StringConstraints

from api.people.clients import MayRead, MayWrite
from api.problems.reasons import CONSENTS
from api.requests import ids
from api.requests.answers import Made, Row, answers
from api.requests.caller import JSON, Caller
from api.requests.forms import Body, Line
from api.web.routing import Router
from application.people.consents import records_of
from domain.fields import ANY_TEXT
from domain.messages import Value
from domain.people.clients import (
    AgreeToBeTold,
    ChooseHowToBeTold,
    Client,
    OptOut,
    may_be_told,
    notice_channels,
)
from domain.people.consents import Consent, How, Proof, ToldBy, ToldOf
from projections.people.clients import CLIENTS

router: Final = Router(prefix="/v1/clients", tags=["clients"])

Words = Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=ANY_TEXT)]


class ConsentBody(Body):
    """`where` they said so, and by which `words`: of the sheet they signed, of the page, of what they said."""

    agreed: bool
    where: Line | None = None
    words: Words | None = None


class ToldByBody(Body):
    """The channels in their order; none, if they want to be told as everybody is: by mail."""

    channels: Annotated[list[ToldBy], Field(max_length=len(ToldBy))]


class Told(Value, frozen=True, kw_only=True):
    """Whether somebody may be told of something on a channel."""

    channel: ToldBy
    purpose: ToldOf
    may_be_told: bool


class Consents(Value, frozen=True, kw_only=True):
    """`notices`: by which channels they are told about their bookings, the first that reaches them. `said`: what was
    said of it, of each of their records the last.
    """

    notices: tuple[ToldBy, ...]
    told: tuple[Told, ...]
    said: tuple[Consent, ...]


@router.get("/{client_id}/consents")
@answers(Made(Consents))
def get_consents(client_id: ids.Client, caller: MayRead) -> Response:
    """Show by which channels a client may be told of what, and why: who was merged with them counts, too."""
    caller.document(CLIENTS, client_id)
    shown = _consents(caller.ask(lambda past: records_of(client_id, past)))
    return Response(msgspec.json.encode(shown), media_type=JSON)


@router.put("/{client_id}/consents/{channel}/{purpose}")
@answers(Row(CLIENTS), refuses=CONSENTS)
def say_consent(
    client_id: ids.Client, channel: ToldBy, purpose: ToldOf, body: ConsentBody, caller: MayWrite
) -> Response:
    """Say whether a client agrees to be told of something on a channel. Whoever opts out is told nothing more
    of it there, also of what waits to be sent.
    """
    order: type[AgreeToBeTold | OptOut] = AgreeToBeTold if body.agreed else OptOut
    command = order(
        client_id=client_id,
        channel=channel,
        purposes=(purpose,),
        proof=_proof(body),
        **_said_by(caller),
    )
    return caller.changed(CLIENTS, client_id, command)


@router.put("/{client_id}/told-by")
@answers(Row(CLIENTS), refuses=CONSENTS)
def choose_how_to_be_told(client_id: ids.Client, body: ToldByBody, caller: MayWrite) -> Response:
    """Say by which channels a client wants to be told about their bookings, in their order: who names a channel
    agrees to it. Only they themselves can so name one that they had opted out of.
    """
    channels = tuple(dict.fromkeys(body.channels))
    command = ChooseHowToBeTold(client_id=client_id, channels=channels, **_said_by(caller))
    return caller.changed(CLIENTS, client_id, command)


def _said_by(caller: Caller) -> dict[str, Any]:
    how = How.THEMSELVES if caller.principal.is_client else How.DESK
    return {"how": how, "by": caller.principal.user_id}


def _proof(body: ConsentBody) -> Proof | None:
    proof = Proof(where=body.where, words=body.words)
    return None if proof == Proof() else proof


def _consents(records: Sequence[Client]) -> Consents:
    return Consents(
        notices=notice_channels(records),
        told=tuple(
            Told(channel=each, purpose=of, may_be_told=may_be_told(records, each, of))
            for each in ToldBy
            for of in ToldOf
        ),
        said=tuple(each for record in records for each in record.consents),
    )
