"""Two hundred conversations are written at once by clients and by who answers them, at API servers that are killed all
the while: each reads them word for word in their order, knows how much is unread, listeners who were cut off have
heard each event once, and so has a receiver of webhooks that failed every third time.
"""

import itertools
import json
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from threading import Event
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from adapters.accounts.tokens import AccessTokens
from adapters.clock import SettableClock
from application.permissions import Principal, permissions_of
from domain.business.users import Role
from domain.values import ClientId, TenantId, UserId
from infra.composition import System, running_system
from infra.settings import read_settings
from tests.acceptance.processes import SETTINGS, Answer, Http, dying_servers, owner, servers
from tests.acceptance.rebuilding import assert_rebuilt_is_the_same
from tests.acceptance.strangers import everything
from tests.acceptance.test_real_conversations import DATA
from tests.feed.listening import Streaming
from tests.outgoing.somebody import HERE
from tests.webhooks.receiver import DOWN, OK, Call, Receiver, receiver

AT_ONCE = 200
TRIES = 300
LISTENERS = 2
CUTS = 20
FAILS = 3
"""Every third call to whoever receives."""

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not DATA.exists(), reason=f"{DATA} is not there"),
]


class Said(NamedTuple):
    """Who says what: the client, or who answers."""

    by_client: bool
    text: str


def conversations() -> list[list[Said]]:
    """Read those that are soonest over."""
    turns = [json.loads(line)["turns"] for line in DATA.read_text().splitlines()]
    return [
        [Said(turn["speaker"] == "user", turn["text"]) for turn in each]
        for each in sorted(turns, key=len)[:AT_ONCE]
    ]


class Business(NamedTuple):
    """Who answers, and clients, each with an access token; and where the webhook goes."""

    tenant: str
    owner_id: str
    token: str
    clients: list[tuple[str, str]]


class Anybody:
    """Asks until somebody answers: whoever is killed has perhaps done it already."""

    def __init__(self, ports: list[int], token: str) -> None:
        self._ports = ports
        self._token = token

    def __call__(self, method: str, path: str, body: Any = None) -> Answer:
        key = str(uuid4())
        for attempt in range(TRIES):
            port = self._ports[attempt % len(self._ports)]
            with suppress(OSError, HTTPException), Http(port, self._token) as http:
                answer = http(method, path, body, Idempotency_Key=key)
                if answer.status != 503:
                    return answer
        raise AssertionError(f"nobody answered {method} {path}")


class Listening(Streaming):
    """Leaves nothing open where whoever is asked is killed before they answer."""

    def __init__(self, port: int, query: str = "", **headers: str) -> None:
        try:
            super().__init__(port, query, **headers)
        except BaseException:
            if file := vars(self).get("_file"):
                file.close()
            self._line.close()
            raise


def open_business(system: System, port: int, hook: str) -> Business:
    """Let there be one, with a client for each conversation, and somebody who is told of what is said."""
    token = owner(port)
    with Http(port, token) as http:
        me = http("GET", "/v1/auth/me").body
        made = http("POST", "/v1/webhooks", {"url": hook, "areas": ["message"]})
        assert made.status == 201, made
        ids = [
            http("POST", "/v1/clients", {"name": f"Client {number}"}).body["id"]
            for number in range(AT_ONCE)
        ]
    tokens = AccessTokens(system.settings.secret_keys, system.clock, timedelta(days=1))
    tenant = me["tenant_id"]
    clients = [(id_, tokens.issue(_client(tenant, id_))) for id_ in ids]
    return Business(tenant, me["id"], token, clients)


def _client(tenant: str, id_: str) -> Principal:
    return Principal(
        tenant_id=TenantId(tenant),
        user_id=UserId(f"user-{uuid4()}"),
        roles=(Role.CLIENT,),
        permissions=permissions_of((Role.CLIENT,)),
        session_id=str(uuid4()),
        client_id=ClientId(id_),
    )


def write(ports: list[int], business: Business, number: int, said: list[Said]) -> str:
    """Say all of it, in turns. The client reads all, who answers but half of it; return where it was said."""
    id_, token = business.clients[number]
    client, answering = Anybody(ports, token), Anybody(ports, business.token)
    opened = answering("POST", "/v1/threads", {"form": "direct", "member_ids": [id_]})
    assert opened.status in (200, 201), opened
    where = f"/v1/threads/{opened.body['id']}"
    for place, (by_client, text) in enumerate(said, 1):
        who, other = (client, answering) if by_client else (answering, client)
        made = who("POST", f"{where}/messages", {"text": text, "local_id": f"{number}/{place}"})
        assert (made.status, made.body.get("sequence")) == (201, place), made
        if not by_client or place <= len(said) // 2:
            read = other("POST", f"{where}/reading", {"sequence": place})
            assert (read.status, read.body["unread"]) == (200, 0), read
    return where


def listen(ports: list[int], token: str, cut_after: int, heard: list[str], ended: Event) -> int:
    """Hear of what is said until it has ended, cut off again and again; return how often."""
    cuts = 0
    for attempt in itertools.count():
        if ended.is_set():
            return cuts
        with suppress(OSError, ValueError, IndexError):
            cuts += hear(ports[attempt % len(ports)], token, cut_after, heard)
    raise AssertionError("there is no end")


def hear(port: int, token: str, most: int, heard: list[str], *, until: str = "") -> bool:
    """Hear of at most so many events behind the last one; return whether one was cut off then."""
    after = heard[-1] if heard else "0"
    asked = {"Authorization": f"Bearer {token}"}
    with Listening(port, f"?after={after}&areas=message", **asked) as stream:
        found = 0
        for name, data in stream.said():
            if name == until:
                return False
            if name == "message":
                heard.append(data["id"])
                found += 1
                if found == most:
                    return True
    return False


def log(port: int, token: str) -> list[str]:
    """Return what there is to be heard."""
    found, after = [], "0"
    with Http(port, token) as http:
        while True:
            page = http("GET", f"/v1/feed?after={after}&areas=message&limit=200").body
            found += [each["id"] for each in page["data"]]
            if not page["has_more"]:
                return found
            after = page["position"]


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver to whom one may send, who fails every third time."""
    with receiver() as there:
        calls = itertools.count(1)
        there.answer = lambda _: DOWN if next(calls) % FAILS == 0 else OK
        monkeypatch.setenv("OUTGOING_PORTS", str(there.port))
        monkeypatch.setenv("OUTGOING_PLAIN_HTTP", "true")
        monkeypatch.setenv("OUTGOING_NETWORKS", f"{HERE}/32")
        yield there


def test_what_is_said_at_once_is_read_word_for_word_whoever_is_killed(
    dsn: str, there: Receiver
) -> None:
    told = conversations()
    total = sum(map(len, told))
    cut_after = total // (CUTS + 5)
    allowed = {
        "OUTGOING_PORTS": str(there.port),
        "OUTGOING_PLAIN_HTTP": "true",
        "OUTGOING_NETWORKS": f"{HERE}/32",
    }
    settings = read_settings({**SETTINGS, **allowed})
    clock = SettableClock(datetime.now(UTC))
    heard: list[list[str]] = [[] for _ in range(LISTENERS)]

    with running_system(settings, dsn, clock=clock) as system:
        with servers(dsn, 1) as (port,):
            business = open_business(system, port, there.url)
        ended = Event()
        with (
            ThreadPoolExecutor(AT_ONCE) as writing,
            ThreadPoolExecutor(LISTENERS) as listening,
            dying_servers(dsn, 2) as ports,
        ):
            hearing = [
                listening.submit(listen, ports, business.token, cut_after, mine, ended)
                for mine in heard
            ]
            written = [
                writing.submit(write, ports, business, number, said)
                for number, said in enumerate(told)
            ]
            try:
                where = [each.result() for each in written]
            finally:
                ended.set()
        cuts = [each.result() for each in hearing]
        system.walk(clock() + timedelta(days=2))

        with servers(dsn, 1) as (port,):
            for number, mine in enumerate(heard):
                while hear(port, business.token, cut_after, mine, until="subscribed"):
                    cuts[number] += 1
            assert heard == [log(port, business.token)] * LISTENERS
            assert min(cuts) >= CUTS
            assert_all_is_read(port, business, told, where)
        assert_each_was_received_once(there.taken, told, where)
        assert_rebuilt_is_the_same(system)


def assert_all_is_read(
    port: int, business: Business, told: list[list[Said]], where: list[str]
) -> None:
    """By the client and by who answers: word for word, in order; and how much of it is unread."""
    theirs = {row["thread_id"]: row for row in everything(port, business.token, "/v1/inbox")}
    for number, said in enumerate(told):
        id_, token = business.clients[number]
        thread = where[number].rpartition("/")[2]
        expected = [(id_ if s.by_client else business.owner_id, s.text) for s in said]
        for reader in (token, business.token):
            read = everything(port, reader, f"{where[number]}/messages")
            assert [(each["author"], each["text"]) for each in read] == expected
            assert [each["sequence"] for each in read] == [*range(1, len(said) + 1)]
        (mine,) = everything(port, token, "/v1/inbox")
        assert mine["unread"] == 0
        positions = enumerate(said, 1)
        unread = [place for place, s in positions if s.by_client and place > theirs[thread]["read"]]
        assert theirs[thread]["unread"] == len(unread) > 0
        assert theirs[thread]["read"] >= len(said) // 2 - 1


def assert_each_was_received_once(
    calls: list[Call], told: list[list[Said]], where: list[str]
) -> None:
    """Each event once by its id, and of each thread in order."""
    assert len({call.id for call in calls}) == len(calls)
    posted: dict[str, list[str]] = defaultdict(list)
    for call in calls:
        if call.said["type"] == "message.posted":
            event = call.said["data"]["event"]
            posted[event["thread_id"]].append(event["text"])
    for number, said in enumerate(told):
        assert posted[where[number].rpartition("/")[2]] == [each.text for each in said]
