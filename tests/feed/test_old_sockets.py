"""The salon's sockets: its pages are told of rows, as they were before."""

from typing import Any

import msgspec
import pytest

from domain.business.users import Role
from tests.conversations.threads.conversing import client, colleague
from tests.feed.listening import PATIENCE, Talking, talking
from tests.feed.scenes import bearer
from tests.feed.test_conversations import mine
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres


def changes(line: Talking, count: int) -> list[Any]:
    """Return what became of as many rows."""
    found: list[Any] = []
    while len(found) < count:
        said = msgspec.json.decode(line.line.recv(PATIENCE))
        found += [said] if "eventType" in said else []
    return found


def test_a_page_of_appointments_is_told_of_each_change_and_goes_on_where_it_was(
    running: Running, port: int
) -> None:
    salon, desk = Salon.opened(running), running.http(Role.FRONT_DESK)
    with talking(port, path="/ws/appointments", **bearer(running, Role.FRONT_DESK)) as page:
        page.until("live")
        booked = salon.book(desk).json()
        [inserted] = changes(page, 1)
    assert (inserted["eventType"], inserted["table"]) == ("INSERT", "appointments")
    assert (inserted["new"], inserted["old"]) == (booked, {})
    where = f"/appointments/{booked['id']}"
    desk.put(f"{where}/status", json={"status": "confirmed"})
    desk.post(f"{where}/reschedule", json={"start": "2027-01-05T12:00:00+01:00"})
    desk.put(f"{where}/status", json={"status": "cancelled", "reason": "ill"})
    after = f"?after={inserted['position']}"
    with talking(port, after, path="/ws/appointments", **bearer(running, Role.FRONT_DESK)) as page:
        found = changes(page, 3)
    assert [each["new"]["status"] for each in found] == ["confirmed", "confirmed", "cancelled"]
    assert [each["new"]["starts_at"][11:13] for each in found] == ["09", "11", "11"]
    assert {each["eventType"] for each in found} == {"UPDATE"}
    assert found[0]["old"] == {"id": booked["id"]}


def test_a_conversation_is_told_to_its_members_and_closed_to_others(
    running: Running, port: int
) -> None:
    ana, zoe, other = colleague(running), client(running), client(running, "Max Muster")
    thread = ana.opens(zoe)
    labels = {"labels": ["late payer"]}
    assert ana.http.post(f"/v1/threads/{thread['id']}/labels", json=labels).status_code == 200
    path = f"/ws/messages/{thread['id']}"
    with talking(port, path=path, **mine(zoe)) as page:
        page.until("live")
        said = ana.says(thread, "Bonjour Zoé")
        zoe.reads(thread, said["sequence"])
        ana.http.delete(f"/v1/messages/{said['id']}")
        found = changes(page, 3)
    assert [(each["eventType"], each["table"]) for each in found] == [
        ("INSERT", "messages"),
        ("UPDATE", "conversations"),
        ("DELETE", "messages"),
    ]
    assert found[0]["new"]["text"] == "Bonjour Zoé"
    assert found[1]["new"]["labels"] == [], "that is among colleagues"
    assert (found[2]["new"], found[2]["old"]) == ({}, {"id": said["id"]})
    with talking(port, path=path, **mine(other)) as page:
        assert page.closed()[0] == 4403
    with talking(port, path=path) as page:
        assert page.closed()[0] == 4401


def test_who_works_here_is_notified_of_what_they_see(running: Running, port: int) -> None:
    desk = running.http(Role.FRONT_DESK)
    path, zoe = "/ws/notifications", mine(client(running))
    with (
        talking(port, path=path, **bearer(running, Role.FRONT_DESK)) as page,
        talking(port, path=path, **zoe) as nobodys,
    ):
        page.until("live")
        nobodys.until("live")
        desk.post("/v1/clients", json={"name": "Zoé"})
        made = desk.post("/v1/tasks", json={"title": "Call Zoé", "due_at": "2027-01-05T10:00:00Z"})
        assert made.status_code == 201, made.text
        assert [each["table"] for each in changes(page, 2)] == ["clients", "tasks"]
        with pytest.raises(TimeoutError):
            nobodys.line.recv(0)
