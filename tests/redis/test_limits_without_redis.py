"""While Redis is away or slow each process limits for itself; a Redis that was emptied counts anew."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from redis import ConnectionError as RedisConnectionError
from redis import Redis
from structlog.testing import capture_logs

from adapters.rate_limits.one_process import ProcessRateLimiter
from adapters.rate_limits.redis import RedisRateLimiter
from adapters.redis import PAUSE, RATHER, Breaker, RedisAway, connect
from application.operations.rate_limits import Limit
from infra.servers.redis import RedisServer

THREE = Limit(quota=3, window=3600.0)


class Watch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def breaker(watch: Watch) -> Breaker:
    return Breaker("we do without", seconds=watch)


@pytest.fixture
def limiter(redis: Redis, breaker: Breaker) -> RedisRateLimiter:
    return RedisRateLimiter(redis, ProcessRateLimiter(), breaker)


def remaining(limiter: RedisRateLimiter) -> int:
    return limiter.check("k", THREE).remaining


def test_a_killed_redis_leaves_each_process_with_its_own_limit(
    limiter: RedisRateLimiter, kill
) -> None:
    assert [remaining(limiter), remaining(limiter)] == [2, 1]

    kill()

    assert [limiter.check("k", THREE).allowed for _ in range(4)] == [True, True, True, False]


def test_a_redis_that_is_back_counts_for_all_again(
    limiter: RedisRateLimiter, watch: Watch, redis_server: RedisServer, redis: Redis, kill
) -> None:
    remaining(limiter)
    kill()
    remaining(limiter)
    redis_server.restart()

    assert remaining(limiter) == 1, "it is left alone for a while"
    watch.seconds += PAUSE
    assert remaining(limiter) == 2
    assert redis.keys() != []


def test_the_log_says_once_that_redis_is_away_and_once_that_it_is_back(
    limiter: RedisRateLimiter, watch: Watch, redis_server: RedisServer, kill
) -> None:
    kill()
    with capture_logs() as logs:
        for _ in range(3):
            remaining(limiter)
            watch.seconds += PAUSE
        redis_server.restart()
        for _ in range(3):
            remaining(limiter)

    assert [each["event"] for each in logs] == ["Redis is away", "Redis is back"]


def test_an_emptied_redis_grants_the_quota_anew(limiter: RedisRateLimiter, redis: Redis) -> None:
    for _ in range(4):
        limiter.check("k", THREE)

    redis.flushall()
    redis.script_flush()

    assert remaining(limiter) == 2


def test_nobody_waits_for_a_redis_that_does_not_answer(
    redis_server: RedisServer, redis: Redis, breaker: Breaker, freeze
) -> None:
    with connect(redis_server.url) as impatient:
        limiter = RedisRateLimiter(impatient, ProcessRateLimiter(), breaker)
        freeze()

        assert [remaining(limiter), remaining(limiter)] == [2, 1]


def test_what_was_forgiven_while_redis_was_away_is_forgiven_here(
    limiter: RedisRateLimiter, kill
) -> None:
    kill()
    remaining(limiter)

    limiter.forgive("k")

    assert remaining(limiter) == 2


# --- When it is left alone ----------------------------------------------------------------


def test_a_slow_redis_is_as_good_as_none(breaker: Breaker, watch: Watch) -> None:
    def slowly() -> str:
        watch.seconds += 0.02
        return "yes"

    answers = list(answered(breaker, slowly))

    assert 1 < len(answers) < 10
    watch.seconds += PAUSE
    assert breaker.ask(slowly) == "yes"


def answered(breaker: Breaker, question: Callable[[], str]) -> Iterator[str]:
    """Ask until Redis is left alone."""
    with suppress(RedisAway):
        while True:
            yield breaker.ask(question)


def test_one_late_answer_is_forgiven(breaker: Breaker, watch: Watch) -> None:
    def late() -> None:
        watch.seconds += 0.04

    for _ in range(3):
        breaker.ask(late)
        for _ in range(100):
            breaker.ask(lambda: None)


def test_who_was_waited_for_long_is_left_alone_longer(breaker: Breaker, watch: Watch) -> None:
    def nowhere() -> None:
        watch.seconds += 5.0
        raise RedisConnectionError

    with pytest.raises(RedisAway):
        breaker.ask(nowhere)

    watch.seconds += 5.0 * RATHER - 1
    with pytest.raises(RedisAway):
        breaker.ask(lambda: "here")
    watch.seconds += 1
    assert breaker.ask(lambda: "here") == "here"


def test_what_is_no_fault_of_redis_is_not_hidden(breaker: Breaker) -> None:
    with pytest.raises(ZeroDivisionError):
        breaker.ask(lambda: 1 / 0)
