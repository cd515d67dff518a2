"""Limits hold to the use, whether one process counts or Redis does for all."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from adapters.rate_limits.one_process import ProcessRateLimiter
from adapters.rate_limits.redis import RedisRateLimiter
from adapters.redis import Breaker
from application.operations.rate_limits import Decision, Limit, RateLimiter

THREE_A_MINUTE = Limit(quota=3, window=60.0)


class Watch:
    """Goes on when told, by what a binary fraction can say exactly."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Nobody:
    """Redis is there: nobody else may be asked."""

    def check(self, key: str, limit: Limit) -> Decision:
        raise AssertionError

    def give_back(self, key: str) -> None:
        raise AssertionError

    def forgive(self, key: str) -> None:
        """Nothing was counted here."""

    def knows(self, key: str) -> bool:
        raise AssertionError


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture(params=["process", "redis"])
def limiter(request: pytest.FixtureRequest, watch: Watch) -> Iterator[RateLimiter]:
    if request.param == "process":
        yield ProcessRateLimiter(watch)
    else:
        yield by_redis(request.getfixturevalue("redis"), watch)


def by_redis(redis: Redis, seconds: Callable[[], float] | None) -> RedisRateLimiter:
    breaker = Breaker("nothing", patience=300.0)
    return RedisRateLimiter(redis, Nobody(), breaker, seconds=seconds)


# --- Whoever counts -----------------------------------------------------------------------


def test_what_is_left_is_counted_down(limiter: RateLimiter, watch: Watch) -> None:
    decisions = []
    for _ in range(4):
        decisions.append(limiter.check("k", THREE_A_MINUTE))
        watch.seconds += 10

    assert decisions == [
        Decision(allowed=True, limit=3, remaining=2, reset_after=60.0),
        Decision(allowed=True, limit=3, remaining=1, reset_after=50.0),
        Decision(allowed=True, limit=3, remaining=0, reset_after=40.0),
        Decision(allowed=False, limit=3, remaining=0, reset_after=30.0),
    ]


def test_waiting_as_long_as_told_is_enough_and_less_is_not(
    limiter: RateLimiter, watch: Watch
) -> None:
    for _ in range(3):
        limiter.check("k", THREE_A_MINUTE)
        watch.seconds += 7
    wait = limiter.check("k", THREE_A_MINUTE).reset_after

    watch.seconds += wait - 0.125
    assert not limiter.check("k", THREE_A_MINUTE).allowed
    watch.seconds += 0.125
    assert limiter.check("k", THREE_A_MINUTE).allowed


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.integers(min_value=0, max_value=40 * 8), max_size=60))
def test_no_window_ever_holds_more_than_the_quota(
    limiter: RateLimiter, watch: Watch, eighths: list[int]
) -> None:
    allowed: list[float] = []
    key = uuid4().hex

    for pause in eighths:
        watch.seconds += pause / 8
        recent = [at for at in allowed if at > watch.seconds - THREE_A_MINUTE.window]
        decision = limiter.check(key, THREE_A_MINUTE)

        assert decision.allowed == (len(recent) < THREE_A_MINUTE.quota)
        if decision.allowed:
            allowed.append(watch.seconds)


def test_keys_do_not_disturb_each_other(limiter: RateLimiter) -> None:
    for _ in range(3):
        limiter.check("one", THREE_A_MINUTE)

    assert not limiter.check("one", THREE_A_MINUTE).allowed
    assert limiter.check("two", THREE_A_MINUTE).allowed


def test_what_is_forgiven_does_not_count(limiter: RateLimiter) -> None:
    for _ in range(3):
        limiter.check("k", THREE_A_MINUTE)

    limiter.forgive("k")
    limiter.forgive("never seen")

    assert limiter.check("k", THREE_A_MINUTE).remaining == 2


def test_what_is_given_back_does_not_count(limiter: RateLimiter) -> None:
    for _ in range(3):
        limiter.check("k", THREE_A_MINUTE)

    limiter.give_back("k")
    limiter.give_back("never seen")

    assert limiter.check("k", THREE_A_MINUTE).allowed
    assert not limiter.check("k", THREE_A_MINUTE).allowed


def test_what_was_counted_is_known_until_it_is_forgiven(limiter: RateLimiter) -> None:
    limiter.check("k", THREE_A_MINUTE)

    assert (limiter.knows("k"), limiter.knows("other")) == (True, False)
    limiter.forgive("k")
    assert not limiter.knows("k")


def test_a_quota_of_none_allows_nothing(limiter: RateLimiter) -> None:
    decision = limiter.check("k", Limit(quota=0, window=60.0))

    assert decision == Decision(allowed=False, limit=0, remaining=0, reset_after=60.0)


def test_a_lower_limit_counts_what_was_done_under_the_higher(limiter: RateLimiter) -> None:
    for _ in range(3):
        limiter.check("k", THREE_A_MINUTE)

    assert limiter.check("k", Limit(quota=2, window=60.0)) == Decision(
        allowed=False, limit=2, remaining=0, reset_after=60.0
    )


def test_threads_share_one_quota(limiter: RateLimiter) -> None:
    start = threading.Barrier(8)

    def use(_: int) -> int:
        start.wait()
        return sum(limiter.check("k", Limit(100, 60.0)).allowed for _ in range(50))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(8))) == 100


# --- One process --------------------------------------------------------------------------


def test_keys_without_end_do_not_fill_the_memory() -> None:
    limiter = ProcessRateLimiter(Watch(), most_keys=10)
    for n in range(1000):
        limiter.check(f"k{n}", THREE_A_MINUTE)

    assert limiter.check("k999", THREE_A_MINUTE).remaining == 1
    assert limiter.check("k989", THREE_A_MINUTE).remaining == 2


# --- Redis for all ------------------------------------------------------------------------


def test_processes_share_one_quota_by_the_clock_of_redis(redis: Redis) -> None:
    one, other = by_redis(redis, None), by_redis(redis, None)
    for _ in range(2):
        one.check("k", THREE_A_MINUTE)

    assert other.check("k", THREE_A_MINUTE).remaining == 0
    assert not one.check("k", THREE_A_MINUTE).allowed
    assert 0 < one.check("k", THREE_A_MINUTE).reset_after <= 60.0


def test_by_the_clock_of_redis_time_passes_too(redis: Redis) -> None:
    limiter, one_a_moment = by_redis(redis, None), Limit(quota=1, window=0.05)
    limiter.check("k", one_a_moment)

    while not limiter.check("k", one_a_moment).allowed:
        pass


def test_nobody_reads_in_redis_who_did_what(redis: Redis) -> None:
    by_redis(redis, None).check("login/camille/192.0.2.1", THREE_A_MINUTE)

    [kept] = map(str, redis.keys("*"))
    assert kept.startswith("frontdesk:limit:")
    assert not any(word in kept for word in ("login", "camille", "192.0.2.1"))


def test_what_is_not_done_any_more_leaves_nothing_behind(redis: Redis) -> None:
    by_redis(redis, None).check("k", THREE_A_MINUTE)

    [kept] = redis.keys("*")
    assert 0 < redis.pttl(kept) <= 60_000
