"""What is said in a conversation is heard by those who take part in it, as it is said, and by nobody else."""

import httpx2 as httpx
import pytest

from tests.conversations.threads.conversing import Person, client, colleague
from tests.feed.listening import Streaming, talking
from tests.running import Running

pytestmark = pytest.mark.postgres


def mine(person: Person) -> dict[str, str]:
    return {"Authorization": person.http.headers["authorization"]}


def test_a_client_hears_what_is_written_to_them_and_answers(running: Running, port: int) -> None:
    ana, zoe, other = colleague(running), client(running), client(running, "Max Muster")
    thread = ana.opens(zoe, text="Bonjour Zoé")
    with (
        Streaming(port, f"?after=0&thread={thread['id']}", **mine(zoe)) as browser,
        talking(port, **mine(ana)) as desk,
        Streaming(port, "?after=0&areas=thread,message", **mine(other)) as nosy,
    ):
        desk.say(subscribe={"areas": ["message"], "thread": thread["id"]})
        desk.until("live")
        before = [each["type"] for each in browser.until("subscribed")]
        assert (before[0], before[-1]) == ("thread.opened", "message.posted")
        assert nosy.until("subscribed") == []
        ana.says(thread, "only among us", kind="note")
        said = ana.says(thread, "How is it?")
        [heard] = browser.take(1)
        assert (heard["data"]["text"], heard["data"]["author"]) == ("How is it?", ana.id)
        edited = ana.http.put(f"/v1/messages/{said['id']}", json={"text": "How is the cut?"})
        assert edited.status_code == 200, edited.text
        assert [each["type"] for each in browser.take(1)] == ["message.edited"]
        zoe.says(thread, "Lovely")
        told = desk.take(4)
        assert [each["data"].get("text") for each in told] == [
            "only among us",
            "How is it?",
            "How is the cut?",
            "Lovely",
        ]
    where = f"http://127.0.0.1:{port}/v1/feed?areas=message&after=0"
    assert httpx.get(where, headers=mine(other)).json()["data"] == []
    refused = httpx.get(f"{where}&thread={thread['id']}", headers=mine(other))
    assert (refused.status_code, refused.json()["code"]) == (404, "thread-not-found")
    with talking(port, **mine(other)) as closed:
        closed.say(subscribe={"thread": thread["id"]})
        assert closed.closed()[0] == 4403
