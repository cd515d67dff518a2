"""Who is there, and who is writing: told while it is so, and in no log."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from application.conversations.company import THERE_LASTS, TYPING_LASTS
from tests.conversations.threads.conversing import Person, client, colleague
from tests.feed.listening import Talking, talking
from tests.feed.scenes import until
from tests.feed.test_conversations import mine
from tests.running import Running

pytestmark = pytest.mark.postgres


def typed(line: Talking) -> tuple[str, bool]:
    """Return who writes, or no more, when that is told."""
    while True:
        name, data = line.next()
        if name == "typing":
            return data["member_id"], data["is_typing"]


def writes(person: Person, thread: dict[str, Any], **body: Any) -> int:
    where = f"/v1/threads/{thread['id']}/typing"
    return person.http.post(where, json=body).status_code


def there(person: Person, thread: dict[str, Any]) -> Any:
    return person.http.get(f"/v1/threads/{thread['id']}/presence").json()


def test_the_others_hear_who_is_writing_and_that_they_write_no_more(
    running: Running, port: int
) -> None:
    ana, ben, zoe, other = (
        colleague(running),
        colleague(running),
        client(running),
        client(running, "Max Muster"),
    )
    thread = ana.opens(zoe, ben, form="group")
    before = running.system.feed.latest(running.tenant)
    with (
        talking(port, **mine(zoe)) as browser,
        talking(port, **mine(ben)) as desk,
        talking(port, **mine(other)) as nosy,
        talking(port, path=f"/ws/messages/{thread['id']}", **mine(zoe)) as page,
    ):
        for line in (browser, desk, nosy):
            line.say(subscribe={})
            line.until("live")
        page.until("live")
        assert writes(ana, thread) == 204
        assert [typed(line) for line in (browser, desk, page)] == [(ana.id, True)] * 3
        assert there(ben, thread)["typing"] == [ana.id]
        running.clock.set(running.clock() + TYPING_LASTS)
        assert [typed(line) for line in (browser, desk, page)] == [(ana.id, False)] * 3
        writes(zoe, thread)
        assert typed(desk) == (zoe.id, True)
        writes(zoe, thread, is_typing=False)
        assert typed(desk) == (zoe.id, False)
        assert writes(other, thread) == 404
        nosy.line.ping().wait(5)
        with pytest.raises(TimeoutError):
            nosy.line.recv(0)
    assert running.system.feed.latest(running.tenant) == before


def test_several_devices_are_one_person_and_who_crashes_is_gone_within_a_minute(
    running: Running, port: int
) -> None:
    ana, zoe, other = colleague(running), client(running), client(running, "Max Muster")
    thread = ana.opens(zoe)
    with talking(port, **mine(zoe)) as phone, talking(port, **mine(zoe)) as browser:
        for line in (phone, browser):
            line.say(subscribe={})
            line.until("live")
        until(lambda: there(ana, thread)["present"] == [zoe.id])
    until(lambda: not running.app.state.hub.listeners)
    assert there(ana, thread)["present"] == [zoe.id]
    running.clock.set(running.clock() + THERE_LASTS)
    assert there(ana, thread)["present"] == []
    assert timedelta(seconds=60) >= THERE_LASTS
    refused = other.http.get(f"/v1/threads/{thread['id']}/presence")
    assert refused.status_code == 404
    assert msgspec.json.decode(refused.content)["code"] == "thread-not-found"
