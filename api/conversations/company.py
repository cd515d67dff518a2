"""Who is there in a conversation, and who is writing at this moment."""

from typing import Final

import msgspec
from fastapi import Response

from api.conversations.threads import MayRead, MayWrite, oneself
from api.requests import ids
from api.requests.answers import Made, answers
from api.requests.caller import JSON, Caller
from api.requests.forms import Body
from api.web.routing import Router
from application.conversations.company import Present
from application.conversations.reach import thread_seen
from application.conversations.taking_part import as_member, records_of
from domain.conversations.participants import is_staff
from domain.conversations.threads import Thread, ThreadNotFound
from domain.values import ThreadId

router: Final = Router(prefix="/v1/threads", tags=["threads"])


class Writes(Body):
    """Whether one goes on."""

    is_typing: bool = True


@router.post("/{thread_id}/typing", status_code=204)
@answers(refuses=(ThreadNotFound,), records=False)
def say_that_one_writes(thread_id: ids.Thread, body: Writes, caller: MayWrite) -> Response:
    """Say that one is writing: the others hear it (`typing`), until one says otherwise, or for five seconds. On WhatsApp
    people see it for as long as Meta shows it, and that what they wrote was read.
    """
    caller.refuse_outdated()
    thread = _seen(thread_id, caller)
    me = caller.ask(lambda past: as_member(thread, oneself(caller), past))
    caller.backend.company.writes(caller.tenant, thread_id, me, still=body.is_typing)
    if body.is_typing and is_staff(me):
        caller.backend.company.writes_there(caller.tenant, thread_id, thread)
    return Response(status_code=204)


@router.get("/{thread_id}/presence")
@answers(Made(Present), refuses=(ThreadNotFound,))
def show_who_is_there(thread_id: ids.Thread, caller: MayRead) -> Response:
    """Show who of those who take part listens to the feed, and who is writing: whoever is gone without a word is
    there for a minute at most.
    """
    thread = _seen(thread_id, caller)
    known = caller.ask(lambda past: {each: records_of(each, past) for each in thread.audience})
    found = caller.backend.company.of(caller.tenant, thread_id, known)
    return Response(msgspec.json.encode(found), media_type=JSON)


def _seen(thread_id: ThreadId, caller: Caller) -> Thread:
    return caller.ask(lambda past: thread_seen(thread_id, caller.reach, past))
