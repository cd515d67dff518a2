"""People book while everything is killed: nobody can tell it afterwards from a day in one process
on which nothing happened.
"""

from pathlib import Path

import pytest

from infra.servers.kafka import Broker
from infra.servers.postgres import Server
from infra.servers.redis import RedisServer
from tests.acceptance.test_real_conversations import DATA, attempts
from tests.chaos.killing import DECK, blows
from tests.chaos.portraits import differences
from tests.chaos.runs import Chaos, disturbed, undisturbed

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.kafka,
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not DATA.exists(), reason=f"{DATA} is not there"),
]

AT_ONCE = (0.0, 0.0)
OFTEN = (28, 44)
"""Answers from one blow to the next: every fourth attempt is enough for the whole deck."""

RUNS = [Chaos(103, every=OFTEN, pause=AT_ONCE)]
"""A seed that has failed is added as `Chaos(seed)`, which is how `make chaos` runs it."""


@pytest.mark.parametrize("chaos", RUNS, ids=lambda chaos: str(chaos.seed))
def test_whatever_is_killed_nobody_can_tell_afterwards(
    chaos: Chaos, server: Server, kafka: Broker, redis_server: RedisServer, tmp_path: Path
) -> None:
    wanted = attempts()[::4]

    quiet = undisturbed(server, wanted)
    wild, killer = disturbed(chaos, wanted, server, kafka, redis_server, tmp_path)

    assert differences(quiet, wild) == []
    assert killer.done.keys() == set(DECK)
    assert killer.unasked == []


def test_answers_are_not_waited_for_while_every_desk_is_closed() -> None:
    closing = [
        blow
        for seed in (212372, *range(100))
        for blow in blows(seed, 1_600, (15, 60))
        if set(blow.cards) == {"serve killed", "serve stopped"}
    ]

    assert closing
    assert all(blow.until == blow.after for blow in closing)
