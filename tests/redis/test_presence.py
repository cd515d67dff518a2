"""Who is there is there for a while, whether one process remembers it or Redis does for all."""

from datetime import datetime, timedelta

import pytest
from redis import Redis

from adapters.clock import SettableClock
from adapters.presence.one_process import ProcessPresence
from adapters.presence.redis import RedisPresence
from adapters.redis import Breaker
from application.business.presence import Presence

SALON, CLINIC = "salon", "clinic"
NOON = datetime.fromisoformat("2027-01-04T12:00:00+00:00")


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOON, stands=True)


@pytest.fixture(params=["process", "redis"])
def presence(request: pytest.FixtureRequest, clock: SettableClock) -> Presence:
    if request.param == "process":
        return ProcessPresence(clock)
    return by_redis(request.getfixturevalue("redis"), clock)


def by_redis(redis: Redis, clock: SettableClock) -> RedisPresence:
    breaker = Breaker("one process tells whom it saw", patience=300.0)
    return RedisPresence(redis, ProcessPresence(clock), breaker, clock)


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


# --- Whoever remembers --------------------------------------------------------------------


def test_nobody_is_there_at_first(presence: Presence) -> None:
    assert presence.present(SALON) == []


def test_who_was_seen_is_there_until_the_time_is_up(
    presence: Presence, clock: SettableClock
) -> None:
    presence.seen(SALON, "camille", after(2))
    presence.seen(SALON, "avery", after(1))

    assert presence.present(SALON) == ["avery", "camille"]
    clock.set(after(1) - timedelta(microseconds=1))
    assert presence.present(SALON) == ["avery", "camille"]
    clock.set(after(1))
    assert presence.present(SALON) == ["camille"]
    clock.set(after(2))
    assert presence.present(SALON) == []


def test_who_is_seen_again_stays(presence: Presence, clock: SettableClock) -> None:
    presence.seen(SALON, "camille", after(1))
    presence.seen(SALON, "camille", after(3))
    clock.set(after(2))

    assert presence.present(SALON) == ["camille"]


def test_what_is_said_last_counts(presence: Presence, clock: SettableClock) -> None:
    presence.seen(SALON, "camille", after(3))
    presence.seen(SALON, "avery", after(3))
    presence.seen(SALON, "camille", after(1))
    clock.set(after(2))

    assert presence.present(SALON) == ["avery"]


def test_who_leaves_is_gone_at_once(presence: Presence, clock: SettableClock) -> None:
    presence.seen(SALON, "avery", after(1))
    presence.seen(SALON, "camille", after(1))

    presence.seen(SALON, "camille", clock())

    assert presence.present(SALON) == ["avery"]


def test_one_house_does_not_see_who_is_in_another(presence: Presence) -> None:
    presence.seen(SALON, "camille", after(1))

    assert presence.present(CLINIC) == []


# --- Redis for all ------------------------------------------------------------------------


def test_who_was_seen_by_one_process_is_there_for_all(redis: Redis, clock: SettableClock) -> None:
    by_redis(redis, clock).seen(SALON, "camille", after(1))

    assert by_redis(redis, clock).present(SALON) == ["camille"]


def test_a_house_that_all_have_left_leaves_nothing_behind(
    redis: Redis, clock: SettableClock
) -> None:
    here = by_redis(redis, clock)
    here.seen(SALON, "avery", after(1))
    here.seen(SALON, "camille", after(5))
    here.seen(SALON, "avery", after(2))
    [kept] = map(str, redis.keys("*"))
    assert timedelta(minutes=4).seconds * 1000 < int(str(redis.pttl(kept))) <= 300_001

    for who in ("camille", "avery"):
        here.seen(SALON, who, clock())

    assert redis.keys("*") == []


def test_without_redis_each_process_tells_whom_it_saw(
    redis: Redis, clock: SettableClock, kill
) -> None:
    here, there = by_redis(redis, clock), by_redis(redis, clock)
    here.seen(SALON, "camille", after(1))
    there.seen(SALON, "avery", after(1))

    kill()
    here.seen(SALON, "robin", after(1))

    assert here.present(SALON) == ["camille", "robin"]
    assert there.present(SALON) == ["avery"]


def test_who_was_known_by_redis_is_there_without_it_until_their_time_is_up(
    redis: Redis, clock: SettableClock, kill
) -> None:
    here, there = by_redis(redis, clock), by_redis(redis, clock)
    here.seen(SALON, "camille", after(1))
    here.seen(SALON, "avery", after(2))
    assert there.present(SALON) == ["avery", "camille"]

    kill()
    clock.set(after(1))
    there.seen(SALON, "robin", after(3))

    assert there.present(SALON) == ["avery", "robin"]
    clock.set(after(2))
    assert there.present(SALON) == ["robin"]


def test_in_an_emptied_redis_whoever_is_seen_again_is_there_again(
    redis: Redis, clock: SettableClock
) -> None:
    here = by_redis(redis, clock)
    here.seen(SALON, "camille", after(1))
    redis.flushall()
    assert here.present(SALON) == []

    here.seen(SALON, "camille", after(1))

    assert here.present(SALON) == ["camille"]
