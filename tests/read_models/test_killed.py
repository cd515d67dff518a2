"""Whoever is killed, wherever they are, has done nothing twice and left nothing out."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import psycopg
import pytest

from adapters.read_models.rebuild import Rebuilder
from adapters.read_models.switch import switch
from adapters.read_models.tables import NEXT
from tests.forked import Talk, talking
from tests.read_models.doomed import patiently
from tests.read_models.examples import ACCOUNTS, MODELS, Paid, World
from tests.read_models.test_parked import THANK, runner_of, thanked
from tests.waiting import until

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(300)]


@contextmanager
def doomed(world: World, work: str) -> Iterator[Talk]:
    with talking("tests.read_models.doomed", world.database.dsn, work) as process:
        yield process
    until(lambda: nobody_works(world))  # PostgreSQL may still carry out what was sent last


def nobody_works(world: World) -> bool:
    with psycopg.connect(world.database.dsn) as connection:
        return connection.execute(WORKING).fetchall() == []


WORKING = """
    SELECT FROM pg_stat_activity WHERE datname = current_database()
    AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle'
"""


def test_a_runner_that_is_killed_anywhere_has_done_everything_once(world: World) -> None:
    """Several lives, each ended at a moment of chance, while events are being recorded."""
    chance = random.Random(7)
    pause = Event()
    world.consumers()
    process = runner_of(world, THANK)
    accounts = [world.account() for _ in range(5)]
    for _ in range(8):
        with doomed(world, "run") as victim:
            assert victim.stdout.readline() == "running\n"
            for _ in range(chance.randrange(3, 25)):
                account = chance.choice(accounts)
                world.record(account, Paid(account=account, group="red", amount=1))
            pause.wait(chance.uniform(0, 0.03))

    process.catch_up()
    world.runner().catch_up()

    for model in MODELS:
        assert world.stored(model) == world.folded(model)
    payments = [past.position for past in world.history() if isinstance(past.event, Paid)]
    assert thanked(world) == [(position, 1) for position in payments]


def test_a_rebuild_that_is_killed_goes_on_from_where_it_was(world: World) -> None:
    accounts = [world.account() for _ in range(100)]
    for _ in range(4):
        for account in accounts:
            world.record(account, Paid(account=account, group="red", amount=1))
    rebuilder = Rebuilder(database=world.database, reader=world.reader)
    begun = 0
    for _ in range(3):
        with doomed(world, "rebuild") as victim:
            said = [int(victim.stdout.readline()) for _ in range(7)]
        assert said[0] == begun + 20, "it went on from what was written"
        begun = world.position_of("accounts@next")

    rebuilt = patiently(rebuilder)

    assert 0 < begun < 500
    assert (rebuilt.position, rebuilt.events) == (500, 500 - begun)
    assert world.stored(ACCOUNTS, NEXT) == world.folded(ACCOUNTS)
    switch(rebuilder, ACCOUNTS)
    assert world.stored(ACCOUNTS) == world.folded(ACCOUNTS)
