"""Whose session has ended is nobody any more, at once, although the token's time is not up."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from adapters.accounts.denylist import PostgresDenylist
from adapters.accounts.postgres import PostgresAccounts
from adapters.clock import SettableClock
from application.business.accounts import (
    InvalidRefreshToken,
    InvalidToken,
    Registered,
    TokenExpired,
    Tokens,
    WrongCredentials,
)
from application.operations.rate_limits import Decision, Limit
from domain.business.users import DeactivateUser, Role
from infra.composition import System
from tests.business.accounts.given import PASSWORD, about, accounts_of, camille, noor, salon
from tests.contract import check

pytestmark = pytest.mark.postgres

LIFETIME = timedelta(minutes=15)


@pytest.fixture
def owner(accounts: PostgresAccounts) -> Registered:
    return accounts.register_business(salon, camille, about("first"), professional=True)


@pytest.fixture
def tokens(accounts: PostgresAccounts, owner: Registered) -> Tokens:
    return log_in(accounts)


def log_in(accounts: PostgresAccounts, email: str = camille.email) -> Tokens:
    return accounts.log_in(email, PASSWORD, address="192.0.2.1")


def session_of(accounts: PostgresAccounts, tokens: Tokens) -> str:
    return accounts.principal(tokens.access_token).session_id


# --- Ending -------------------------------------------------------------------------------


def test_who_logged_out_is_nobody_at_once(accounts: PostgresAccounts, tokens: Tokens) -> None:
    other = log_in(accounts)

    accounts.log_out(session_of(accounts, tokens))

    with pytest.raises(InvalidToken):
        accounts.principal(tokens.access_token)
    assert accounts.principal(other.access_token).user_id, "another session goes on"


def test_all_tokens_of_a_session_end_with_it(accounts: PostgresAccounts, tokens: Tokens) -> None:
    later = accounts.refresh(tokens.refresh_token)

    accounts.log_out(session_of(accounts, later))

    for each in (tokens, later):
        with pytest.raises(InvalidToken):
            accounts.principal(each.access_token)


def test_a_refresh_token_that_comes_twice_ends_the_access_tokens_too(
    accounts: PostgresAccounts, tokens: Tokens
) -> None:
    second = accounts.refresh(tokens.refresh_token)
    with pytest.raises(InvalidRefreshToken):
        accounts.refresh(tokens.refresh_token)

    for each in (tokens, second):
        with pytest.raises(InvalidToken):
            accounts.principal(each.access_token)


def test_whoever_is_deactivated_while_logging_in_stays_outside(
    system: System, accounts: PostgresAccounts, owner: Registered
) -> None:
    added = accounts.add_user(noor, about("add", owner.tenant_id), roles=(Role.FRONT_DESK,))

    def deactivate() -> None:
        leave = DeactivateUser(tenant_id=owner.tenant_id, user_id=added.user_id)
        system.dispatch(leave, about("leave", owner.tenant_id))
        accounts.end_sessions(owner.tenant_id, added.user_id)

    with pytest.raises(WrongCredentials):
        log_in(accounts_of(system, limiter=Meddling(deactivate)), noor.email)


class Meddling:
    """Limits nothing, and does something between the password and the session."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        self._meanwhile = meanwhile

    def check(self, key: str, limit: Limit) -> Decision:
        return Decision(allowed=True, limit=limit.quota, remaining=1, reset_after=0.0)

    def give_back(self, key: str) -> None:
        """Nothing was counted here."""

    def forgive(self, key: str) -> None:
        self._meanwhile()

    def knows(self, key: str) -> bool:
        return False


# --- Remembering --------------------------------------------------------------------------


def test_a_process_that_starts_knows_who_logged_out_before(
    system: System, accounts: PostgresAccounts, tokens: Tokens, clock: SettableClock
) -> None:
    session = session_of(accounts, tokens)
    accounts.log_out(session)
    clock.set(clock() + LIFETIME - timedelta(seconds=1))

    denylist = PostgresDenylist(system.database, clock, LIFETIME)
    denylist.look()

    assert denylist.is_denied(session)


def test_what_has_expired_is_remembered_by_nobody(
    system: System, accounts: PostgresAccounts, tokens: Tokens, clock: SettableClock
) -> None:
    session = session_of(accounts, tokens)
    accounts.log_out(session)
    clock.set(clock() + LIFETIME + timedelta(minutes=2))

    system.denylist.look()

    assert not system.denylist.is_denied(session)
    with pytest.raises(TokenExpired):
        accounts.principal(tokens.access_token)


def test_looking_forgets_nothing_that_postgresql_does_not_know_yet(
    system: System, clock: SettableClock
) -> None:
    """Somebody may log out between what a look reads and what it learns."""
    system.denylist.deny("a session that is ending", clock() + LIFETIME)

    system.denylist.look()

    assert system.denylist.is_denied("a session that is ending")


# --- Over HTTP ----------------------------------------------------------------------------


def bearer(tokens: Tokens) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.access_token}"}


@pytest.fixture
def mine(system: System, tokens: Tokens) -> Tokens:
    """Logged in as the system sees it, whose tokens have another secret than the tests'."""
    return system.accounts.log_in(camille.email, PASSWORD, address="192.0.2.1")


def test_the_token_one_logged_out_with_is_refused(http: TestClient, mine: Tokens) -> None:
    assert http.get("/v1/auth/me", headers=bearer(mine)).status_code == 200
    assert http.post("/v1/auth/logout", headers=bearer(mine)).status_code == 204

    refused = http.get("/v1/auth/me", headers=bearer(mine))

    check(refused)
    assert (refused.status_code, refused.json()["code"]) == (401, "invalid-token")
    assert "www-authenticate" in refused.headers


def test_who_is_deactivated_is_nobody_at_once(
    system: System, http: TestClient, mine: Tokens, owner: Registered
) -> None:
    added = system.accounts.add_user(noor, about("add", owner.tenant_id), roles=(Role.FRONT_DESK,))
    noors = [
        system.accounts.log_in(noor.email, PASSWORD, address=home)
        for home in ("192.0.2.1", "192.0.2.2")
    ]

    assert http.delete(f"/v1/users/{added.user_id}", headers=bearer(mine)).status_code == 204

    answers = [http.get("/v1/auth/me", headers=bearer(each)) for each in noors]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert http.get("/v1/auth/me", headers=bearer(mine)).status_code == 200
