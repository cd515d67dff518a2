"""A refresh token is good for one use; whoever shows it again ends the session for everybody."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from adapters.accounts.postgres import PostgresAccounts
from adapters.accounts.sessions import Sessions
from adapters.clock import SettableClock
from adapters.postgres import NO_TENANT
from application.business.accounts import InvalidRefreshToken, Tokens
from infra.composition import System
from tests.business.accounts.given import PASSWORD, about, camille, salon

pytestmark = pytest.mark.postgres


@pytest.fixture
def session(accounts: PostgresAccounts) -> Tokens:
    accounts.register_business(salon, camille, about("first"), professional=True)
    return log_in(accounts)


def log_in(accounts: PostgresAccounts) -> Tokens:
    return accounts.log_in(camille.email, PASSWORD, address="192.0.2.1")


def test_a_session_goes_on_with_a_new_pair_of_tokens(
    accounts: PostgresAccounts, session: Tokens
) -> None:
    second = accounts.refresh(session.refresh_token)
    third = accounts.refresh(second.refresh_token)

    assert len({session.refresh_token, second.refresh_token, third.refresh_token}) == 3
    before, after = (accounts.principal(t.access_token) for t in (session, third))
    assert before == after


def test_a_refresh_token_that_comes_twice_ends_the_session(
    accounts: PostgresAccounts, session: Tokens
) -> None:
    second = accounts.refresh(session.refresh_token)

    with pytest.raises(InvalidRefreshToken):
        accounts.refresh(session.refresh_token)

    with pytest.raises(InvalidRefreshToken):
        accounts.refresh(second.refresh_token)


def test_other_sessions_of_the_same_user_go_on(accounts: PostgresAccounts, session: Tokens) -> None:
    other = log_in(accounts)
    accounts.refresh(session.refresh_token)

    with pytest.raises(InvalidRefreshToken):
        accounts.refresh(session.refresh_token)

    accounts.refresh(other.refresh_token)


def test_of_two_who_use_a_refresh_token_at_once_one_goes_on_and_then_nobody(
    system: System, session: Tokens
) -> None:
    meeting = threading.Barrier(2)

    def asked_in_between() -> datetime:
        """The time is asked once the token is looked up: there one would wait for the other."""
        with suppress(threading.BrokenBarrierError):
            meeting.wait(timeout=0.5)
        return system.clock()

    sessions = Sessions(
        lambda: system.database.as_tenant(NO_TENANT), asked_in_between, timedelta(days=7)
    )

    def attempt(_: int) -> str | None:
        try:
            return sessions.go_on(session.refresh_token)[1]
        except InvalidRefreshToken:
            return None

    with ThreadPoolExecutor(2) as pool:
        went_on = [token for token in pool.map(attempt, range(2)) if token]

    assert len(went_on) == 1
    with pytest.raises(InvalidRefreshToken):
        sessions.go_on(went_on[0])


@pytest.mark.parametrize(("seconds", "lives"), [(-1, True), (0, False), (1, False)])
def test_a_refresh_token_lives_seven_days(
    accounts: PostgresAccounts,
    session: Tokens,
    clock: SettableClock,
    seconds: int,
    lives: bool,
) -> None:
    clock.set(clock() + timedelta(days=7, seconds=seconds))

    if lives:
        accounts.refresh(session.refresh_token)
    else:
        with pytest.raises(InvalidRefreshToken):
            accounts.refresh(session.refresh_token)


def test_each_refresh_gives_seven_days_more(
    accounts: PostgresAccounts, session: Tokens, clock: SettableClock
) -> None:
    for _ in range(3):
        clock.set(clock() + timedelta(days=6))
        session = accounts.refresh(session.refresh_token)


def test_who_logs_out_does_not_go_on(accounts: PostgresAccounts, session: Tokens) -> None:
    other = log_in(accounts)

    accounts.log_out(accounts.principal(session.access_token).session_id)

    with pytest.raises(InvalidRefreshToken):
        accounts.refresh(session.refresh_token)
    accounts.refresh(other.refresh_token)


@pytest.mark.parametrize("token", ["", "nonsense", "\N{SNOWMAN}", "\x00"])
def test_what_was_never_given_out_is_no_refresh_token(
    accounts: PostgresAccounts, session: Tokens, token: str
) -> None:
    with pytest.raises(InvalidRefreshToken):
        accounts.refresh(token)
    with pytest.raises(InvalidRefreshToken):
        accounts.refresh(session.access_token)
    accounts.refresh(session.refresh_token)
