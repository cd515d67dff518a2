"""What a message costs does not depend on how many there were before."""

from typing import Any
from uuid import uuid4

import pytest

from adapters.event_store.mapper import Mapper
from application.ports import About
from domain.conversations.messages import PostMessage, message_at
from domain.conversations.participants import MemberId
from domain.conversations.threads import (
    CARRIED_EVERY,
    THREAD,
    MessageCounted,
    ThreadEvent,
    carried,
)
from domain.values import ThreadId
from tests.conversations.threads.conversing import client, colleague
from tests.running import Running

pytestmark = pytest.mark.postgres


def written(running: Running, thread_id: ThreadId, author: MemberId, messages: int) -> None:
    """Let so many messages have been counted, as they would have been one by one."""
    by = About(tenant=running.tenant, actor="user-scene", command_id=uuid4())
    with running.system.store.view(by) as view:
        thread, events = view.of(THREAD, thread_id), list[ThreadEvent]()
        for place in range(thread.last + 1, thread.last + 1 + messages):
            counted = MessageCounted(
                thread_id=thread_id,
                message_id=message_at(thread_id, place),
                sequence=place,
                author=author,
                audience=thread.audience,
                at=view.now,
            )
            new = carried(thread_id, thread, [counted])
            thread, events = THREAD.fold(new, thread), [*events, *new]
        running.system.store.append(view, {thread_id: events}, by)


def test_who_has_read_nothing_yet_reads_no_more_to_write_in_a_long_conversation(
    two_systems: tuple[Running, Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = two_systems
    ana, zoe = colleague(here), client(here)
    thread_id = ThreadId(ana.opens(zoe, text="Bonjour")["id"])
    written(here, thread_id, MemberId(ana.id), 3 * CARRIED_EVERY)
    read: list[str] = []
    decode = Mapper.decode

    def counted(mapper: Mapper, type_: str, *more: Any) -> Any:
        read.append(type_)
        return decode(mapper, type_, *more)

    monkeypatch.setattr(Mapper, "decode", counted)
    there.order(PostMessage(thread_id=thread_id, author=MemberId(ana.id), text="Encore"))

    assert "thread-carried.v1" in read
    assert len(read) < CARRIED_EVERY + 20
    assert (
        here.system.store.state(THREAD, (here.tenant, thread_id))[0].last == 3 * CARRIED_EVERY + 1
    )
