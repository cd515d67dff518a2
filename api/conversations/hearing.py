"""What people say on other channels comes in over HTTP, from whatever hears it there; and it says how far what was
answered has come.
"""

from functools import partial
from typing import Final

from fastapi import Response

from api.conversations.threads import MayWrite
from api.problems.reasons import CONVERSING, PEOPLE
from api.requests import ids
from api.requests.answers import Row, answers
from api.requests.caller import new_id
from api.requests.forms import (
    Body,
    Channel,
    ContactBody,
    GivenId,
    Line,
    Text,
    identities,
    on_channel,
)
from api.requests.moments import InUtc
from api.web.routing import Router
from application.conversations.hearing import name_of
from application.transact import Past
from domain.conversations.heard import HEARD, HearMessage
from domain.conversations.messages import MessagePosted, MessageStatus, ReportMessage
from domain.texts import shown
from domain.values import Contact, HeardId, MessageId
from projections.conversations.messages import MESSAGES

router: Final = Router(tags=["threads"])


class Heard(Body):
    """`id` is what the channel calls the message, and `sender_id` what it calls whoever wrote; `sender` is what else
    is known of them.
    """

    channel: Channel
    id: GivenId
    sender_id: GivenId
    sender: ContactBody | None = None
    text: Text


@router.post("/v1/messages/heard", status_code=201)
@answers(Row(MESSAGES, also=(200,)), refuses=(*CONVERSING, *PEOPLE))
def hear_message(body: Heard, caller: MayWrite) -> Response:
    """Take in what somebody wrote on another channel: once, by what the channel calls it. Whoever is known by
    their id there, or by an address or number, is that client; everybody else is a lead by it.
    """
    known = on_channel(body.channel, body.sender_id, caller)
    contact = body.sender.contact(caller) if body.sender else _unknown(body)
    heard_id = name_of(caller.tenant, body.channel, body.id, caller.backend.pepper.encode())
    command = HearMessage(
        heard_id=heard_id,
        channel=body.channel,
        known=known,
        contact=contact,
        identities=identities(contact, caller),
        text=body.text,
        seed=new_id("client"),
    )
    answer = caller.order(command)
    posted = [past.stream for past in answer.recorded if isinstance(past.event, MessagePosted)]
    message_id = posted[0] if posted else caller.ask(partial(_heard_before, heard_id))
    response = caller.answered(MESSAGES, message_id, answer, 201 if posted else 200)
    response.headers["Location"] = f"/v1/messages/{message_id}"
    return response


def _heard_before(heard_id: HeardId, past: Past) -> MessageId:
    message_id = past.of(HEARD, heard_id).message_id
    assert message_id is not None, "where nothing was recorded it was heard before"
    return message_id


class Report(Body):
    """How far a message has come, when that was by the clock of whoever carries it, and why it failed."""

    status: MessageStatus
    at: InUtc
    reason: Line | None = None


@router.post("/v1/messages/{message_id}/report")
@answers(Row(MESSAGES), refuses=CONVERSING, any_version=True)
def report_message(message_id: ids.Message, body: Report, caller: MayWrite) -> Response:
    """Say how far a message has come on its channel, in whatever order, and however often. What has arrived has
    not failed; after a failure only that it arrived later counts.
    """
    command = ReportMessage(
        message_id=message_id, status=body.status, at=body.at, reason=body.reason
    )
    return caller.changed(MESSAGES, message_id, command)


def _unknown(body: Heard) -> Contact:
    """Return what is known of somebody of whom nothing is said: what they are called there."""
    return Contact(name=shown(body.sender_id) or body.channel)
