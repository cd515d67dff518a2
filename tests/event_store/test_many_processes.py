"""Eight writers and two followers, each a process of its own, and each killed again and again."""

import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
import pytest

from adapters.event_store.verify import verify
from tests.event_store.examples import TENANT, Come, Log
from tests.forked import Talk, talking
from tests.waiting import until

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(300)]

WRITERS = 8
LIVES = 3
ORDERS = 12
"""Of a writer in one life."""

LAST = "guest-last"

HOT = ("table-one", "table-two")
"""Streams that everybody wants at once."""


def doomed(log: Log, *work: str) -> AbstractContextManager[Talk]:
    return talking("tests.event_store.doomed", log.database.dsn, *work)


# --- Writers ------------------------------------------------------------------------------


@dataclass
class Writing:
    """What one writer was told, over all its lives, and what it answered."""

    number: int
    chance: random.Random
    answers: dict[str, list[int]] = field(default_factory=dict)
    rolled_back: set[str] = field(default_factory=set)
    pending: dict[str, Any] | None = None

    def live(self, log: Log) -> None:
        """Carry out orders, and be killed while one is under way."""
        with doomed(log, "write") as process:
            assert process.stdout.readline() == "ready\n"
            if self.pending is not None:
                self._ask(process, self.pending)
            for _ in range(ORDERS):
                self._ask(process, self._order())
            self._repeat_one(process)
            self.pending = self._order(how="commit")
            process.stdin.write(json.dumps(self.pending) + "\n")
            process.stdin.flush()
            threading.Event().wait(self.chance.uniform(0, 0.004))

    def _order(self, how: str | None = None) -> dict[str, Any]:
        own = f"guest-{self.number}-{self.chance.randrange(5)}"
        streams = self.chance.choice([(own,), (own, HOT[0]), HOT, (HOT[1], own)])
        how = how or self.chance.choice(["commit"] * 8 + ["roll back", "cut off"])
        return {"id": str(UUID(int=self.chance.getrandbits(128))), "streams": streams, "how": how}

    def _ask(self, process: Talk, order: dict[str, Any]) -> None:
        positions = self._answer(process, order)
        if order["how"] == "roll back":
            self.rolled_back.add(order["id"])
        else:
            assert len(positions) == len(order["streams"])
            self.answers[order["id"]] = positions

    def _repeat_one(self, process: Talk) -> None:
        """Who asks once more is answered as before, whichever life it was in."""
        again = self.chance.choice(sorted(self.answers))
        order = {"id": again, "streams": ["guest-another"], "how": "commit"}
        assert self._answer(process, order) == self.answers[again]

    def _answer(self, process: Talk, order: dict[str, Any]) -> list[int]:
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        answer: list[int] = json.loads(process.stdout.readline())
        return answer


# --- Followers ----------------------------------------------------------------------------


class Following:
    """Reads on from the last line it heard, in one process after the other."""

    def __init__(self, log: Log, chance: random.Random) -> None:
        self.heard: list[str] = []
        self._log = log
        self._chance = chance

    def to_the_last(self) -> None:
        """Follow, and be killed now and then, until the last guest was heard of."""
        while LAST not in self._latest:
            with doomed(self._log, "follow", self._latest[0]) as process:
                for _ in range(self._chance.randrange(1, 150)):
                    self.heard.append(process.stdout.readline().rstrip())
                    if LAST in self._latest:
                        break

    @property
    def _latest(self) -> list[str]:
        """Position, stream and version."""
        return self.heard[-1].split() if self.heard else ["0"]


# --- Together -----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [11])
def test_whoever_dies_nothing_is_missed_repeated_or_reordered(log: Log, seed: int) -> None:
    writers = [Writing(number, random.Random(seed * 100 + number)) for number in range(WRITERS)]
    followers = [Following(log, random.Random(seed + number)) for number in range(2)]

    def write(writer: Writing) -> None:
        for _ in range(LIVES):
            writer.live(log)

    with ThreadPoolExecutor(WRITERS + len(followers)) as threads:
        following = [threads.submit(follower.to_the_last) for follower in followers]
        try:
            list(threads.map(write, writers))
            until(lambda: nobody_writes(log))  # what was killed had sent its last order
        finally:
            log.order(Come(streams=(LAST,)))
        for each in following:
            each.result()

    history = log.all()
    told = [f"{past.position} {past.stream} {past.version}" for past in history]
    assert [past.position for past in history] == list(range(1, len(history) + 1))
    assert [follower.heard for follower in followers] == [told, told]
    recorded = commands(log)
    for writer in writers:
        for id_, positions in writer.answers.items():
            assert recorded[id_] == positions, "what was acknowledged is there, once"
        assert not writer.rolled_back & recorded.keys()
    with log.database.as_worker() as connection:
        assert verify(connection).findings == []


def nobody_writes(log: Log) -> bool:
    with psycopg.connect(log.database.dsn) as connection:
        return connection.execute(WRITING).fetchall() == []


WRITING = """
    SELECT FROM pg_stat_activity WHERE datname = current_database()
    AND application_name = 'frontdesk writer' AND state <> 'idle'
"""


def commands(log: Log) -> dict[str, list[int]]:
    """Return the positions of what each command recorded, as the events themselves say."""
    found: dict[str, list[int]] = {}
    for past in log.all():
        assert past.tenant == TENANT
        found.setdefault(past.metadata["command"], []).append(past.position)
    return found
