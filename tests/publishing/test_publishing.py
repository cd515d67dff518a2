"""What happens is published to the Pusher server that a business has: in order, on channels whose listeners may all
see it, and once, as far as that protocol allows.
"""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from application.publishing.events import MOST, signed
from application.publishing.publishing import STALE
from application.realtime import App
from domain.business.configuration import RemoveConfiguration
from domain.business.users import DeactivateUser, Role
from domain.confidential import Secret
from domain.values import TenantId, UserId
from tests.conversations.threads.conversing import client, colleague
from tests.feed.listening import ids
from tests.feed.scenes import offer
from tests.inbound.test_configured import configured
from tests.publishing.server import KEY, NEVER, SECRET, PusherServer
from tests.running import Running

HOUR = timedelta(hours=1)


def test_what_is_signed_is_what_pusher_documents() -> None:
    body = b'{"name":"foo","channels":["project-3"],"data":"{\\"some\\":\\"data\\"}"}'
    at = datetime.fromtimestamp(1353088179, UTC)
    path = signed(App(KEY, SECRET.encode()), "POST", "/apps/3/events", at, body)
    assert path == (
        "/apps/3/events?auth_key=278d425bdf160c739803&auth_timestamp=1353088179&auth_version=1.0"
        "&body_md5=ec365a775a4cd0599faeb73354201b6f"
        "&auth_signature=da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c"
    )


@pytest.fixture
def here(running: Running, pusher: PusherServer) -> str:
    """The channel of a business that has configured the pusher."""
    configured(running, "pusher", pusher.values())
    running.settle()
    return f"private-tenant-{running.tenant}"


def fed(running: Running, **asked: str) -> list[str]:
    """Return the ids of what the feed tells those at the desk."""
    http = running.http(Role.FRONT_DESK)
    found = http.get("/v1/feed", params={"after": "0", "limit": "500", **asked}).json()["data"]
    return ids(found)


def waiting(running: Running) -> int:
    """Return how many jobs wait to publish."""
    with running.system.database.as_worker() as connection:
        [number] = connection.execute(WAITING).fetchone() or (0,)
    return int(number)


WAITING = "SELECT count(*) FROM work.jobs WHERE kind = 'publish-events' AND status = 'todo'"


@pytest.mark.postgres
def test_everything_is_published_once_in_order_and_as_the_feed_tells_it(
    running: Running, pusher: PusherServer, here: str
) -> None:
    offer(running, 23)
    running.settle()
    assert pusher.ids(here) == fed(running)
    assert max(pusher.batches) == MOST
    [first] = running.http().get("/v1/feed", params={"after": "0", "limit": "1"}).json()["data"]
    assert msgspec.json.decode(pusher.taken[0]["data"]) == first
    assert pusher.taken[0]["name"] == first["type"]

    asked = pusher.asked
    running.settle()
    assert pusher.asked == asked


@pytest.mark.postgres
def test_a_conversation_is_told_on_its_channels_and_a_note_to_no_client(
    running: Running, pusher: PusherServer, here: str
) -> None:
    ana, zoe = colleague(running), client(running)
    thread = ana.opens(zoe)
    note = ana.says(thread, "Elle paie tard", kind="note")
    said = ana.says(thread, "Bonjour Zoé")
    react = f"/v1/messages/{note['id']}/reaction"
    assert ana.http.post(react, json={"emoji": "👍"}).status_code == 200
    running.settle()
    told = [e for e in pusher.taken if e["channel"] == f"private-thread-{thread['id']}"]
    assert [each["name"] for each in told] == [
        "thread.opened",
        "thread.member-joined",
        "message.posted",
    ]
    assert msgspec.json.decode(told[-1]["data"])["data"]["text"] == said["text"]
    presence = pusher.ids(f"presence-thread-{thread['id']}")
    assert presence == [msgspec.json.decode(each["data"])["id"] for each in told]
    assert pusher.ids(here) == fed(running)


@pytest.mark.postgres
def test_who_may_not_see_all_that_is_published_there_is_not_let_in(
    running: Running, pusher: PusherServer, here: str
) -> None:
    def let_in(http: TestClient) -> int:
        asked = {"socket_id": "1.2", "channel_name": here}
        return http.post("/v1/realtime/auth", data=asked).status_code

    for role in (Role.OWNER, Role.FRONT_DESK, Role.AUDITOR):
        assert let_in(running.http(role)) == 200, role
    for person in (client(running), colleague(running, Role.PROFESSIONAL)):
        assert let_in(person.http) == 403
    taxes = running.http().post("/v1/webhooks", json={"url": "https://hooks.example.org/"})
    running.settle()
    assert taxes.status_code == 201
    assert "webhook-endpoint.created" not in [each["name"] for each in pusher.taken]


@pytest.mark.postgres
@pytest.mark.parametrize(
    "answer",
    [
        "500 Internal Server Error",
        "503 Service Unavailable\r\nRetry-After: 30",
        "429 Too Many Requests\r\nRetry-After: 99999",
        "401 Unauthorized",
        "302 Found\r\nLocation: /",
        "nonsense",
    ],
)
def test_what_is_not_taken_is_published_later_in_order_and_once(
    running: Running, pusher: PusherServer, here: str, answer: str
) -> None:
    pusher.answers = [answer] * 3
    offer(running, 12)
    running.settle()
    offer(running, 12)
    running.system.walk(running.clock() + timedelta(minutes=10))
    assert pusher.ids(here) == fed(running)


@pytest.mark.postgres
def test_however_much_happens_meanwhile_one_waits_to_publish_it(
    running: Running, pusher: PusherServer, here: str
) -> None:
    for _ in range(3):
        offer(running, 1)
        running.system.runner.catch_up()
    assert waiting(running) == 1

    pusher.answers = ["503 Service Unavailable"]
    running.settle()
    offer(running, 2)
    running.settle()
    assert waiting(running) == 1
    running.system.walk(running.clock() + timedelta(minutes=1))
    assert pusher.ids(here) == fed(running)


@pytest.mark.postgres
def test_what_was_taken_without_a_word_is_published_again_with_the_same_ids(
    running: Running, pusher: PusherServer, here: str
) -> None:
    pusher.answers = [NEVER]
    offer(running, 3)
    running.system.walk(running.clock() + timedelta(minutes=1))
    assert pusher.ids(here) == fed(running) * 2


@pytest.mark.postgres
def test_what_is_never_taken_is_left_out_and_nothing_else_for_its_sake(
    running: Running, pusher: PusherServer, here: str
) -> None:
    pusher.refused = "department.created"
    offer(running, 2)
    running.http().post("/v1/departments", json={"name": "Caisse"})
    offer(running, 2)
    running.settle()
    assert pusher.ids(here) == fed(running, areas="service")


@pytest.mark.postgres
def test_of_what_is_too_long_it_is_published_that_it_happened(
    running: Running, pusher: PusherServer, here: str
) -> None:
    long = {"shortcut": "one", "title": "One", "says": {"fr": {"text": "é" * 9_000}}}
    assert running.http().post("/v1/message-templates", json=long).status_code == 201
    running.settle()
    [said] = [msgspec.json.decode(each["data"]) for each in pusher.taken]
    assert [said["id"]] == fed(running)
    assert {*said} == {"id", "type", "version", "subject", "occurred_at"}


@pytest.mark.postgres
def test_what_happened_long_ago_is_not_published_and_what_comes_then_is(
    running: Running, pusher: PusherServer, here: str
) -> None:
    offer(running, 2)
    running.clock.set(running.clock() + STALE + HOUR)
    offer(running)
    running.settle()
    assert pusher.ids(here) == fed(running)[-1:]


@pytest.mark.postgres
def test_who_loses_what_they_were_is_to_connect_anew(
    running: Running, pusher: PusherServer, here: str
) -> None:
    ana, zoe, max_ = colleague(running), client(running), client(running, "Max Muster")
    thread = ana.opens(zoe, max_, form="group", title="Mariage")
    running.settle()
    pusher.hung_up_on.clear()
    left = ana.http.delete(f"/v1/threads/{thread['id']}/members/{zoe.id}")
    assert left.status_code in (200, 204), left.text
    running.order(DeactivateUser(tenant_id=TenantId(running.tenant), user_id=UserId(ana.id)))
    running.settle()
    assert sorted(pusher.hung_up_on) == sorted([zoe.id, ana.id])


@pytest.mark.postgres
def test_what_happened_before_is_not_published_nor_what_happens_afterwards(
    running: Running, pusher: PusherServer
) -> None:
    offer(running)
    configured(running, "pusher", pusher.values())
    running.settle()
    assert pusher.taken == []
    running.order(RemoveConfiguration(key="pusher"))
    offer(running)
    running.settle()
    assert pusher.taken == []


@pytest.mark.postgres
def test_by_a_wrong_secret_nothing_is_published_and_no_log_tells_it(
    running: Running, pusher: PusherServer
) -> None:
    configured(running, "pusher", pusher.values(secret=Secret(value="planted-secret-0001")))
    running.settle()
    with capture_logs() as noted:
        offer(running)
        running.settle()
    assert (pusher.taken, pusher.asked) == ([], 1)
    assert [each["why"] for each in noted if "pause" in each] == ["Answered(401)"]
    assert "planted" not in str(noted)
