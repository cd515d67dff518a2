"""Who made an endpoint is told of each event in the shape that it had then, whatever comes later, until they say
otherwise.
"""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from application.told import SHAPES, Shape
from domain.conversations.templates import TEMPLATES
from domain.telling import public
from tests.running import Running
from tests.webhooks.receiver import Receiver
from tests.webhooks.test_delivering import template

pytestmark = pytest.mark.postgres

DAY = timedelta(days=1)
TYPE = "message-template.created"


@pytest.fixture
def newer(running: Running, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A release of tomorrow, by which a title is called a name."""
    since = running.clock() + DAY
    first = public(TYPE, "id", "values.title")
    second = public(TYPE, "id", name="values.title", version=2, since=since, before=first)
    monkeypatch.setitem(SHAPES, TEMPLATES.created, Shape(TEMPLATES.created, second))
    return since


def told(there: Receiver) -> list[tuple[int, list[str]]]:
    data = [call.said["data"] for call in there.calls]
    return [(each["version"], sorted(each["event"])) for each in data]


def test_who_was_there_before_a_new_version_is_told_as_before(
    running: Running, http: TestClient, there: Receiver, endpoint: str, newer: Any
) -> None:
    running.clock.set(newer + DAY)
    later = http.post(
        "/v1/webhooks", json={"url": there.url, "areas": ["message-template"]}
    ).json()["id"]
    running.settle()
    template(http, "one")
    running.settle()

    assert sorted(told(there)) == [(1, ["id", "title"]), (2, ["id", "name"])]
    (sent,) = http.get(f"/v1/webhooks/{endpoint}/deliveries").json()["data"]
    shown = [
        http.get(f"/v1/webhooks/{each}/deliveries/{sent['id']}").json()["request"]["data"]
        for each in (endpoint, later)
    ]
    assert [each["version"] for each in shown] == [1, 2]


def test_who_says_so_is_told_as_of_another_moment(
    running: Running, http: TestClient, there: Receiver, endpoint: str, newer: Any
) -> None:
    running.clock.set(newer + DAY)
    for name, moment in (("one", newer), ("two", newer - DAY), ("three", None)):
        said = {"told_as_of": moment and moment.isoformat()}
        http.patch(f"/v1/webhooks/{endpoint}", json=said, headers={"If-Match": "*"})
        template(http, name)
        running.settle()
    assert [version for version, _ in told(there)] == [2, 1, 1]


def test_versions_follow_each_other() -> None:
    first = public("visit.begun", "id", version=2)
    for wrong in (1, 2, 3):  # the third is told since the same moment
        with pytest.raises(ValueError, match="does not follow"):
            public("visit.begun", "id", before=first, version=wrong)
