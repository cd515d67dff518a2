import threading
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from adapters.rate_limits import ProcessRateLimiter
from application.rate_limits import Decision, Limit

THREE_A_MINUTE = Limit(quota=3, window=60.0)


class Watch:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_what_is_left_is_counted_down() -> None:
    watch = Watch()
    limiter = ProcessRateLimiter(watch)

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


def test_waiting_as_long_as_told_is_enough_and_less_is_not() -> None:
    watch = Watch()
    limiter = ProcessRateLimiter(watch)
    for _ in range(3):
        limiter.check("k", THREE_A_MINUTE)
        watch.seconds += 7
    wait = limiter.check("k", THREE_A_MINUTE).reset_after

    watch.seconds += wait - 0.001
    assert not limiter.check("k", THREE_A_MINUTE).allowed
    watch.seconds += 0.001
    assert limiter.check("k", THREE_A_MINUTE).allowed


@given(st.lists(st.floats(min_value=0, max_value=40), max_size=60))
def test_no_window_ever_holds_more_than_the_quota(pauses: list[float]) -> None:
    watch = Watch()
    limiter = ProcessRateLimiter(watch)
    allowed: list[float] = []

    for pause in pauses:
        watch.seconds += pause
        recent = [at for at in allowed if at > watch.seconds - THREE_A_MINUTE.window]
        decision = limiter.check("k", THREE_A_MINUTE)

        assert decision.allowed == (len(recent) < THREE_A_MINUTE.quota)
        if decision.allowed:
            allowed.append(watch.seconds)


def test_keys_do_not_disturb_each_other() -> None:
    limiter = ProcessRateLimiter(Watch())
    for _ in range(3):
        limiter.check("one", THREE_A_MINUTE)

    assert not limiter.check("one", THREE_A_MINUTE).allowed
    assert limiter.check("two", THREE_A_MINUTE).allowed


def test_what_is_forgiven_does_not_count() -> None:
    limiter = ProcessRateLimiter(Watch())
    for _ in range(3):
        limiter.check("k", THREE_A_MINUTE)

    limiter.forgive("k")
    limiter.forgive("never seen")

    assert limiter.check("k", THREE_A_MINUTE).remaining == 2


def test_a_quota_of_none_allows_nothing() -> None:
    decision = ProcessRateLimiter(Watch()).check("k", Limit(quota=0, window=60.0))

    assert decision == Decision(allowed=False, limit=0, remaining=0, reset_after=60.0)


def test_keys_without_end_do_not_fill_the_memory() -> None:
    limiter = ProcessRateLimiter(Watch(), most_keys=10)
    for n in range(1000):
        limiter.check(f"k{n}", THREE_A_MINUTE)

    assert limiter.check("k999", THREE_A_MINUTE).remaining == 1
    assert limiter.check("k989", THREE_A_MINUTE).remaining == 2


def test_threads_share_one_quota() -> None:
    limiter = ProcessRateLimiter(Watch())
    start = threading.Barrier(8)

    def use(_: int) -> int:
        start.wait()
        return sum(limiter.check("k", Limit(100, 60.0)).allowed for _ in range(50))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(8))) == 100
