"""Two hundred conversations are written at once by clients and by who answers them, at API servers that are killed all
the while: each reads them word for word in their order, knows how much is unread, listeners who were cut off have
heard each event once, and so has a receiver of webhooks that failed every third time.
"""

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from adapters.clock import SettableClock
from infra.composition import running_system
from infra.settings import read_settings
from tests.acceptance.conversing import (
    assert_all_is_read,
    assert_each_was_received_once,
    conversations,
    open_business,
    write,
)
from tests.acceptance.processes import SETTINGS, Http, dying_servers, servers
from tests.acceptance.rebuilding import assert_rebuilt_is_the_same
from tests.acceptance.test_real_conversations import DATA
from tests.feed.listening import Streaming
from tests.outgoing.somebody import HERE
from tests.webhooks.receiver import DOWN, OK, Receiver, receiver

AT_ONCE = 200
LISTENERS = 2
CUTS = 20
FAILS = 3
"""Every third call to whoever receives."""

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.thorough,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not DATA.exists(), reason=f"{DATA} is not there"),
]


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
    told = conversations(AT_ONCE)
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
            business = open_business(settings, port, there.url, AT_ONCE)
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
