"""A worker carries on what it is assigned of the topic for work, and nothing else."""

import asyncio
from typing import Any

import faust
import pytest
from aiokafka import TopicPartition

from adapters.streams import worker
from adapters.streams.feed import Feed
from adapters.streams.topics import OTHERS, WORK, slot_of
from adapters.streams.worker import Slots, worker_app
from adapters.wakeups.bell import Bell

CONSUMER = "upcoming-bookings"
SLOT = slot_of(CONSUMER)


@pytest.fixture
def changed() -> Bell:
    return Bell()


@pytest.fixture
def slots(changed: Bell) -> Slots:
    return Slots(changed)


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is fetched, and from where."""
    brokers: list[str] = []

    async def follow(bootstrap: str, _feed: Feed, _app: faust.App) -> None:
        brokers.append(bootstrap)

    monkeypatch.setattr(worker, "follow", follow)
    return brokers


def test_a_worker_has_the_slots_that_it_is_assigned_until_they_are_revoked(
    slots: Slots, changed: Bell, followed: list[str]
) -> None:
    """Each time whoever waits for something to do is woken. What is published is fetched once."""
    mine, other = TopicPartition(WORK, SLOT), TopicPartition(OTHERS, SLOT + 1)

    async def rebalance() -> None:
        feed: Any = None
        app = worker_app("broker:9092", slots, feed, session=10)
        await app.on_partitions_assigned.send({mine, other})
        assert (slots.mine, slots.has(CONSUMER), changed.rings) == ([SLOT], True, 1)
        await app.on_partitions_revoked.send({mine, other})
        assert (slots.mine, slots.has(CONSUMER), changed.rings) == ([], False, 2)
        await app.on_partitions_assigned.send({mine})
        assert slots.has(CONSUMER)
        await app.stop()

    asyncio.run(rebalance())
    assert followed == ["broker:9092"]
