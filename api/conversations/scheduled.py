"""What is to be said later, over HTTP. Those who work here see it; who it is for does when it is said."""

from datetime import datetime
from typing import Final

import msgspec
from fastapi import Response

from api.conversations.falling_back import Fallback, fallback_of
from api.conversations.filling_in import MADE_OF_TEMPLATE, FilledBody, from_template
from api.conversations.threads import MayRead, MayWrite, oneself
from api.operations.history import Steps
from api.problems.reasons import CONVERSING
from api.requests import ids
from api.requests.answers import Listed, Made, Row, answers, of
from api.requests.caller import JSON, Caller, new_id
from api.requests.forms import After, Body, Text
from api.requests.listing import Listing
from api.requests.moments import BoundedLocalTime, InUtc, instant
from api.requests.parsing import one_of
from api.web.routing import Router
from api.web.turns import heavy
from application.conversations.reach import thread_seen
from application.conversations.readers import readers_zone
from domain.conversations import scheduled
from domain.conversations.scheduled import CancelScheduled, ScheduledStatus, ScheduleMessage
from domain.conversations.threads import ThreadNotFound
from domain.values import ScheduledId, ThreadId
from domain.zones import to_utc, zone
from projections.conversations.scheduled import SCHEDULED_ROWS
from projections.paging import Op, Where

router: Final = Router(tags=["threads"])

LISTING: Final = Listing(
    model=SCHEDULED_ROWS,
    filters={"status": one_of(ScheduledStatus), "send_at": instant},
    spans=("send_at",),
    sorts=("send_at",),
    default_sort="send_at",
)
REFUSED: Final = (*CONVERSING, *MADE_OF_TEMPLATE, *of(scheduled))


class Later(Body):
    """When it is to be said: at an instant; or, written without a zone, when the clock of whoever reads it shows
    that. `unless_answered`: not any more, once they have written. Instead of `text` there may be a `template`,
    of which it is made when its time comes. The `fallback` is said where nothing can be said freely any more by then.
    """

    text: Text | None = None
    template: FilledBody | None = None
    fallback: FilledBody | None = None
    send_at: InUtc | BoundedLocalTime
    unless_answered: bool = False


@router.post("/v1/threads/{thread_id}/scheduled-messages", status_code=201)
@answers(Row(SCHEDULED_ROWS), refuses=REFUSED)
def schedule_message(
    thread_id: ids.Thread, body: Later, caller: MayWrite, fallback: Fallback = None
) -> Response:
    """Have something said later in a conversation: once, unless it is resolved or put away by then."""
    caller.refuse_outdated()
    caller.refuse_clients()
    scheduled_id = ScheduledId(new_id("scheduled"))
    command = ScheduleMessage(
        scheduled_id=scheduled_id,
        thread_id=thread_id,
        author=oneself(caller),
        text=body.text,
        template=from_template(body.template),
        fallback=fallback_of(body.fallback, fallback, caller),
        send_at=_instant(thread_id, body.send_at, caller),
        unless_answered=body.unless_answered,
    )
    where = "/v1/scheduled-messages"
    return caller.created(SCHEDULED_ROWS, scheduled_id, command, where=where)


def _instant(thread_id: ThreadId, said: datetime, caller: Caller) -> datetime:
    """Return when that is: without a zone, by the clock of whoever reads it. Raises ThreadNotFound."""
    if said.tzinfo is not None:
        return said
    caller.ask(lambda past: thread_seen(thread_id, caller.reach, past))
    tenant_id = caller.principal.tenant_id
    name = caller.ask(lambda past: readers_zone(thread_id, tenant_id, past))
    return to_utc(said, zone(name))


@router.get("/v1/threads/{thread_id}/scheduled-messages")
@answers(Listed(LISTING), refuses=(ThreadNotFound,))
def list_scheduled_messages(thread_id: ids.Thread, caller: MayRead) -> Response:
    """List what is to be said later in a conversation, or was, or was cancelled."""
    caller.refuse_clients()
    caller.ask(lambda past: thread_seen(thread_id, caller.reach, past))
    caller.sees_also([thread_id])
    return LISTING.answer(caller, where=[Where("thread_id", Op.IS, [thread_id])])


@router.get("/v1/scheduled-messages/{scheduled_id}")
@answers(Row(SCHEDULED_ROWS))
def get_scheduled_message(scheduled_id: ids.Scheduled, caller: MayRead) -> Response:
    """Show a message for later, and what has become of it."""
    caller.refuse_clients()
    return caller.shown(SCHEDULED_ROWS, scheduled_id)


@router.get("/v1/scheduled-messages/{scheduled_id}/history")
@answers(Made(Steps))
@heavy
def show_scheduled_message_history(
    scheduled_id: ids.Scheduled, caller: MayRead, after: After = 0
) -> Response:
    """Show what happened to a message for later `after` a version: when, and by whom."""
    caller.refuse_clients()
    steps = caller.steps(SCHEDULED_ROWS, scheduled_id, after=after)
    return Response(msgspec.json.encode(steps), media_type=JSON)


@router.delete("/v1/scheduled-messages/{scheduled_id}", status_code=204)
@answers(refuses=REFUSED)
def cancel_scheduled_message(scheduled_id: ids.Scheduled, caller: MayWrite) -> Response:
    """Let it not be said."""
    caller.refuse_clients()
    command = CancelScheduled(scheduled_id=scheduled_id)
    return caller.done(caller.order(command, on=scheduled_id))
