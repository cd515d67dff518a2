"""Those who run the system tell those who work in a business: in the log, and so once and in order."""

from typing import Any

import pytest

from domain.business.users import Role
from tests.feed.listening import talking
from tests.feed.scenes import bearer
from tests.feed.test_old_sockets import changes
from tests.http.sockets import served
from tests.running import Running

pytestmark = pytest.mark.postgres

SUNDAY: dict[str, Any] = {
    "title": "Maintenance on Sunday",
    "text": "Nothing can be booked from 2 to 3.",
    "importance": "warning",
    "translations": [{"language": "fr", "title": "Maintenance", "text": "De 2 h à 3 h."}],
}


def test_who_works_here_hears_of_it_on_the_feed_and_where_they_are_notified(
    running: Running,
) -> None:
    operator, mine = running.http(Role.OPERATOR), bearer(running, Role.PROFESSIONAL)
    with (
        served(running.app) as port,
        talking(port, **mine) as feed,
        talking(port, path="/ws/notifications", **mine) as page,
    ):
        feed.say(subscribe={"areas": ["announcement"]})
        feed.until("live")
        page.until("live")
        made = operator.post("/v1/announcements", json=SUNDAY)
        assert made.status_code == 201, made.text
        operator.delete(made.headers["location"])
        said, taken_back = feed.take(2)
        inserted, deleted = changes(page, 2)

    assert (said["type"], said["data"]["text"]) == ("announcement.created", SUNDAY["text"])
    assert said["data"]["translations"] == SUNDAY["translations"]
    assert taken_back["type"] == "announcement.removed"
    assert (inserted["eventType"], inserted["table"]) == ("INSERT", "announcements")
    assert inserted["new"] == made.json()
    assert (deleted["eventType"], deleted["old"]) == ("DELETE", {"id": made.json()["id"]})


def test_clients_hear_nothing_of_it_and_nobody_but_operators_says_it(running: Running) -> None:
    client, owner = running.http(Role.CLIENT), running.http(Role.OWNER)
    assert owner.post("/v1/announcements", json=SUNDAY).status_code == 403
    assert client.get("/v1/announcements").status_code == 403
    assert owner.get("/v1/announcements").json()["data"] == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"text": "x" * 1_001}, "validation-failed"),
        ({"translations": [SUNDAY["translations"][0]] * 2}, "translated-twice"),
        ({"ends_at": "0001-01-01T00:00:00Z"}, "announcement-never-ends"),
    ],
)
def test_what_cannot_be_announced_is_refused(
    running: Running, wrong: dict[str, Any], code: str
) -> None:
    answer = running.http(Role.OPERATOR).post("/v1/announcements", json={**SUNDAY, **wrong})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
