"""Conversations that are written by clients and by who answers them, over HTTP, word for word as they were led."""

import json
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from http.client import HTTPException
from typing import Any, NamedTuple
from uuid import uuid4

from adapters.accounts.tokens import AccessTokens
from adapters.clock import system_clock
from application.permissions import Principal, permissions_of
from domain.business.users import Role
from domain.values import ClientId, TenantId, UserId
from infra.settings import Settings
from tests.acceptance.processes import Answer, Http, owner
from tests.acceptance.strangers import everything
from tests.acceptance.test_real_conversations import DATA
from tests.webhooks.receiver import Call

TRIES = 300


class Said(NamedTuple):
    """Who says what: the client, or who answers."""

    by_client: bool
    text: str


def conversations(count: int) -> list[list[Said]]:
    """Read as many, those that are soonest over."""
    turns = [json.loads(line)["turns"] for line in DATA.read_text().splitlines()]
    return [
        [Said(turn["speaker"] == "user", turn["text"]) for turn in each]
        for each in sorted(turns, key=len)[:count]
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


def open_business(settings: Settings, port: int, hook: str, clients: int) -> Business:
    """Let there be one, with a client for each conversation, and somebody who is told of what is said."""
    token = owner(port)
    with Http(port, token) as http:
        me = http("GET", "/v1/auth/me").body
        made = http("POST", "/v1/webhooks", {"url": hook, "areas": ["message"]})
        assert made.status == 201, made
        ids = [
            http("POST", "/v1/clients", {"name": f"Client {number}"}).body["id"]
            for number in range(clients)
        ]
    tokens = AccessTokens(settings.secret_keys, system_clock, timedelta(days=1))
    tenant = me["tenant_id"]
    known = [(id_, tokens.issue(_client(tenant, id_))) for id_ in ids]
    return Business(tenant, me["id"], token, known)


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
    calls: Sequence[Call], told: list[list[Said]], where: list[str]
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
