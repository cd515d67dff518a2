"""API processes that tell each other by Redis: whoever listens hears all that happens in any of them, also while Redis
is gone; and who is there by way of one is seen by way of the other.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import msgspec
import pytest

from infra.servers.redis import RedisServer
from tests.acceptance.processes import Http, owner, servers
from tests.feed.listening import Streaming, ids
from tests.feed.test_pusher_socket import SUCCEEDED, Page, page

pytestmark = pytest.mark.postgres

ADDED = "pusher_internal:member_added"
REMOVED = "pusher_internal:member_removed"


class Served(NamedTuple):
    """Somebody, by way of a process."""

    http: Http
    id: str
    tenant: str

    @classmethod
    @contextmanager
    def at(cls, port: int, token: str) -> Iterator["Served"]:
        with Http(port, token) as http:
            me = http("GET", "/v1/auth/me").body
            yield cls(http, me["id"], me["tenant_id"])

    def said(self, text: str) -> None:
        made = self.http("POST", "/v1/departments", {"name": text})
        assert made.status == 201, made

    def listens(self, after: str = "0") -> Streaming:
        headers = {"Authorization": f"Bearer {self.http.token}"}
        return Streaming(self.http.port, f"?after={after}&areas=department", **headers)

    def subscribes(self, line: Page, channel: str) -> Any:
        fields = f"socket_id={line.socket_id}&channel_name={channel}"
        self.http._connection.request(
            "POST",
            "/v1/realtime/auth",
            fields,
            {"Authorization": f"Bearer {self.http.token}", "Content-Type": FORM},
        )
        proof = msgspec.json.decode(self.http._connection.getresponse().read())
        line.say("pusher:subscribe", {"channel": channel, **proof})
        return line.next(SUCCEEDED)["presence"]


FORM = "application/x-www-form-urlencoded"


@contextmanager
def two(dsn: str) -> Iterator[tuple[Served, Served]]:
    """Two processes, and the owner of a business by way of each."""
    with servers(dsn, 2) as (first, second):
        token = owner(first)
        with Served.at(first, token) as here, Served.at(second, token) as there:
            yield here, there


@pytest.fixture(autouse=True)
def by_redis(redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", redis_server.url)


def names(events: list[Any]) -> list[str]:
    return [each["data"]["name"] for each in events]


def test_nothing_is_lost_when_redis_goes_and_comes_back(
    dsn: str, redis_server: RedisServer, kill: Callable[[], None]
) -> None:
    with two(dsn) as (here, there), here.listens() as one, there.listens() as other:
        one.until("subscribed")
        other.until("subscribed")
        expected: list[str] = []

        def happens(what: str) -> None:
            for number, where in enumerate((here, there, here)):
                where.said(f"{what} {number}")
                expected.append(f"{what} {number}")

        happens("with Redis")
        heard = [names(line.take(3)) for line in (one, other)]
        kill()
        happens("without it")
        heard = [h + names(line.take(3)) for h, line in zip(heard, (one, other), strict=True)]
        redis_server.restart()
        happens("with it again")
        heard = [h + names(line.take(3)) for h, line in zip(heard, (one, other), strict=True)]
        assert heard == [expected] * 2


def test_nothing_is_lost_while_redis_answers_nobody(dsn: str, freeze: Callable[[], None]) -> None:
    with two(dsn) as (here, there), there.listens() as other:
        other.until("subscribed")
        freeze()
        for number in range(3):
            here.said(f"department {number}")
        heard = other.take(3)
        with there.listens(heard[0]["id"]) as again:
            assert ids(again.take(2)) == ids(heard)[1:]


def test_who_is_there_by_way_of_another_process_is_seen(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_TIMEOUT_MS", "300000")  # also on a machine that is busy
    with two(dsn) as (here, there):
        first, second, channel = here.http.port, there.http.port, channel_of(here)
        ana = colleague(here)
        with (
            page(first, here.tenant) as mine,
            page(first, here.tenant) as phone,
            page(second, here.tenant) as desk,
            Served.at(second, ana) as by_desk,
            Served.at(first, ana) as by_phone,
        ):
            assert here.subscribes(mine, channel)["ids"] == [here.id]
            shown = by_desk.subscribes(desk, channel)
            assert sorted(shown["ids"]) == sorted([here.id, by_desk.id])
            assert shown["hash"][here.id] == {"is_staff": True}
            assert mine.next(ADDED)["user_id"] == by_desk.id

            assert by_phone.subscribes(phone, channel)["count"] == 2
            desk.say("pusher:unsubscribe", {"channel": channel})
            phone.say("pusher:unsubscribe", {"channel": channel})
            assert mine.next(REMOVED) == {"user_id": by_desk.id}
            with page(first, here.tenant) as later:
                assert here.subscribes(later, channel)["ids"] == [here.id]


def channel_of(who: Served) -> str:
    return f"presence-tenant-{who.tenant}"


def colleague(by: Served) -> str:
    """Let somebody work there; return the access token of theirs."""
    person = {
        "name": "Ana",
        "email": "ana@agency.example",
        "password": "a long enough pass-phrase",
        "roles": ["front_desk"],
    }
    made = by.http("POST", "/v1/users", person)
    assert made.status == 201, made
    login = {each: person[each] for each in ("email", "password")}
    return str(by.http("POST", "/v1/auth/login", login).body["access_token"])
