"""Passwords are tried so often a minute, from wherever: the sum has a bound, and locks nobody out."""

from contextlib import suppress
from typing import cast

import pytest

from adapters.accounts.attempts import Attempts
from adapters.rate_limits.one_process import ProcessRateLimiter
from application.business.accounts import TooManyAttempts, WrongCredentials
from application.operations.rate_limits import RateLimiter

OF_ACCOUNT = 10


class Watch:
    """Goes on when told."""

    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Account:
    """Whoever tries its password."""

    def __init__(self, watch: Watch) -> None:
        self._attempts = Attempts(ProcessRateLimiter(watch), of_account=OF_ACCOUNT)

    def fail(self, at: str, times: int = 1) -> int:
        """Try a wrong password; say how often it was looked at."""
        return sum(self._fails(at) for _ in range(times))

    def come_in(self, at: str) -> bool:
        with suppress(TooManyAttempts), self._attempts.one("account", at):
            return True
        return False

    def _fails(self, at: str) -> bool:
        looked_at = False
        with suppress(TooManyAttempts, WrongCredentials), self._attempts.one("account", at):
            looked_at = True
            raise WrongCredentials
        return looked_at


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def account(watch: Watch) -> Account:
    return Account(watch)


STRANGE = [f"192.0.2.{number}" for number in range(12)]
OWN = [f"203.0.113.{number}" for number in range(12)]


def test_fifteen_fail_a_minute_from_where_nobody_came_in_however_many_addresses_there_are(
    account: Account, watch: Watch
) -> None:
    failed = [account.fail(at, times=15) for at in STRANGE]
    watch.seconds += 60
    again = [account.fail(at) for at in STRANGE for _ in range(15)]

    assert failed == [10, 5] + [0] * 10
    assert sum(again) <= 15


def test_ten_fail_when_each_comes_from_somewhere_else(account: Account) -> None:
    assert sum(account.fail(at) for at in STRANGE) == 10


def test_twenty_fail_a_minute_from_where_somebody_came_in_however_often_they_moved(
    account: Account,
) -> None:
    for at in OWN:
        account.come_in(at)

    failed = [account.fail(at, times=15) for at in OWN]

    assert failed == [10, 10] + [0] * 10
    assert sum(account.fail(at, times=15) for at in STRANGE) == 15


def test_one_address_leaves_some_to_others(account: Account) -> None:
    account.fail(STRANGE[0], times=100)

    assert account.come_in(STRANGE[1])


def test_many_addresses_leave_those_to_where_somebody_came_in_before(account: Account) -> None:
    account.come_in(OWN[0])
    for at in STRANGE:
        account.fail(at, times=15)

    assert account.fail(OWN[0], times=9) == 9
    assert account.come_in(OWN[0])


def test_who_is_refused_has_spent_nothing(account: Account, watch: Watch) -> None:
    for at in STRANGE[:11]:
        account.fail(at, times=15)
    watch.seconds += 59
    assert account.fail(STRANGE[11], times=15) == 0
    watch.seconds += 1

    assert account.fail(STRANGE[11], times=15) == 10
    assert account.fail(STRANGE[10], times=15) == 5


class Asked:
    """Counts how often a limiter is asked: of Redis, each is a way there and back."""

    def __init__(self, limiter: RateLimiter) -> None:
        self._limiter = limiter
        self.times = 0

    def __getattr__(self, name: str) -> object:
        self.times += 1
        return getattr(self._limiter, name)


def test_who_comes_in_asks_ten_times_and_seven_from_where_they_came_in_before(
    watch: Watch,
) -> None:
    asked = Asked(ProcessRateLimiter(watch))
    attempts = Attempts(cast("RateLimiter", asked))

    for times in (10, 7):
        asked.times = 0
        with attempts.one("account", OWN[0]):
            pass
        assert asked.times == times
