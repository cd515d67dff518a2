from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import bcrypt
import pytest
from argon2 import extract_parameters
from msgspec.structs import replace

from adapters.accounts import passwords
from adapters.accounts.postgres import PostgresAccounts
from adapters.clock import SettableClock
from application.business.accounts import (
    InvalidRefreshToken,
    PasswordHashNotUnderstood,
    Registered,
    TokenExpired,
    TooManyAttempts,
    WrongCredentials,
)
from domain.business.users import ChangeRoles, DeactivateUser, Role
from infra.composition import System, running_system
from tests.business.accounts.given import PASSWORD, about, camille, noor, salon

pytestmark = pytest.mark.postgres

HOME = "192.0.2.1"
ELSEWHERE = "192.0.2.2"


@pytest.fixture
def owner(accounts: PostgresAccounts) -> Registered:
    return accounts.register_business(salon, camille, about("first"), professional=True)


def fail(accounts: PostgresAccounts, *, times: int, address: str = HOME) -> None:
    for _ in range(times):
        with pytest.raises(WrongCredentials):
            accounts.log_in(camille.email, "wrong", address=address)


# --- Coming in ------------------------------------------------------------------------


def test_an_access_token_lives_fifteen_minutes(
    accounts: PostgresAccounts, owner: Registered, clock: SettableClock
) -> None:
    tokens = accounts.log_in(camille.email, PASSWORD, address=HOME)
    began = clock()

    assert tokens.expires_in == 900
    clock.set(began + timedelta(minutes=14, seconds=59))
    assert accounts.principal(tokens.access_token).user_id == owner.user_id
    clock.set(began + timedelta(minutes=15, seconds=1))
    with pytest.raises(TokenExpired):
        accounts.principal(tokens.access_token)


def test_nobody_learns_whether_address_or_password_was_wrong(
    accounts: PostgresAccounts, owner: Registered
) -> None:
    refusals = []
    for email, password in ((camille.email, "wrong"), (noor.email, PASSWORD), ("", "")):
        with pytest.raises(WrongCredentials) as refused:
            accounts.log_in(email, password, address=HOME)
        refusals.append((refused.value.code, str(refused.value), refused.value.facts))

    assert refusals[0] == refusals[1] == refusals[2]


def test_an_unknown_address_is_checked_against_a_hash_as_dear_as_ours() -> None:
    """Else one could tell by the time it takes who has an account."""
    ours = extract_parameters(passwords.hash_password(PASSWORD))

    assert extract_parameters(passwords.NOBODY) == ours
    assert not passwords.matches(PASSWORD, None)


def test_passwords_are_told_apart_to_the_letter(
    accounts: PostgresAccounts, owner: Registered
) -> None:
    for almost in (PASSWORD.upper(), PASSWORD + " ", PASSWORD[:-1], ""):
        with pytest.raises(WrongCredentials):
            accounts.log_in(camille.email, almost, address=HOME)


def test_a_deactivated_user_stays_outside(
    system: System, accounts: PostgresAccounts, owner: Registered
) -> None:
    added = accounts.add_user(noor, about("add", owner.tenant_id), roles=(Role.FRONT_DESK,))
    tokens = accounts.log_in(noor.email, PASSWORD, address=HOME)
    leave = DeactivateUser(tenant_id=owner.tenant_id, user_id=added.user_id)

    system.dispatch(leave, about("leave", owner.tenant_id))

    with pytest.raises(WrongCredentials):
        accounts.log_in(noor.email, PASSWORD, address=HOME)
    with pytest.raises(InvalidRefreshToken):
        accounts.refresh(tokens.refresh_token)


def test_roles_changed_by_another_process_count_from_the_next_token_on(
    system: System, accounts: PostgresAccounts, owner: Registered, dsn: str
) -> None:
    added = accounts.add_user(noor, about("add", owner.tenant_id), roles=(Role.FRONT_DESK,))
    tokens = accounts.log_in(noor.email, PASSWORD, address=HOME)
    change = ChangeRoles(tenant_id=owner.tenant_id, user_id=added.user_id, roles=(Role.AUDITOR,))

    with running_system(system.settings, dsn, clock=system.clock) as other:
        other.dispatch(change, about("change", owner.tenant_id))

    refreshed = accounts.refresh(tokens.refresh_token)
    assert accounts.principal(refreshed.access_token).roles == (Role.AUDITOR,)


# --- Too many attempts ----------------------------------------------------------------


def test_the_eleventh_failed_login_in_a_minute_has_to_wait(
    accounts: PostgresAccounts, owner: Registered, clock: SettableClock
) -> None:
    fail(accounts, times=1)
    clock.set(clock() + timedelta(seconds=50))
    fail(accounts, times=9)

    with pytest.raises(TooManyAttempts) as refused:
        accounts.log_in(camille.email, PASSWORD, address=HOME)
    assert refused.value.facts == {"retry_after": 10, "limit": 10, "window": 60}

    clock.set(clock() + timedelta(seconds=10))
    accounts.log_in(camille.email, PASSWORD, address=HOME)


def test_an_address_is_one_however_it_is_written_when_attempts_are_counted(
    accounts: PostgresAccounts, owner: Registered
) -> None:
    fail(accounts, times=10)

    with pytest.raises(TooManyAttempts):
        accounts.log_in(f" {camille.email.upper()}", PASSWORD, address=HOME)


def test_nobody_is_locked_out_by_somebody_elsewhere(
    accounts: PostgresAccounts, owner: Registered
) -> None:
    fail(accounts, times=10, address=ELSEWHERE)

    accounts.log_in(camille.email, PASSWORD, address=HOME)


def test_attempts_made_at_once_are_all_counted(
    accounts: PostgresAccounts, owner: Registered
) -> None:
    def attempt(_: int) -> type[Exception]:
        with pytest.raises((WrongCredentials, TooManyAttempts)) as refused:
            accounts.log_in(camille.email, "wrong", address=HOME)
        return refused.type

    with ThreadPoolExecutor(8) as pool:
        refusals = list(pool.map(attempt, range(30)))

    assert refusals.count(WrongCredentials) == 10


def test_who_gets_in_begins_anew(accounts: PostgresAccounts, owner: Registered) -> None:
    fail(accounts, times=9)
    accounts.log_in(camille.email, PASSWORD, address=HOME)

    fail(accounts, times=9)
    accounts.log_in(camille.email, PASSWORD, address=HOME)


# --- Passwords hashed elsewhere -------------------------------------------------------


def kept_hash(system: System) -> str:
    with system.database.as_worker() as connection:
        row = connection.execute("SELECT password_hash FROM accounts.credentials").fetchone()
    return str(row and row[0])


@pytest.mark.parametrize("prefix", [b"2a", b"2b", b"2y"])
def test_a_user_imported_with_a_bcrypt_hash_logs_in_and_is_hashed_anew(
    system: System, accounts: PostgresAccounts, prefix: bytes
) -> None:
    hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(10)).decode()
    imported = f"${prefix.decode()}${hashed[4:]}"
    accounts.register_client(replace(noor, password="", password_hash=imported), about("import"))

    with pytest.raises(WrongCredentials):
        accounts.log_in(noor.email, "wrong", address=HOME)
    assert kept_hash(system) == imported
    accounts.log_in(noor.email, PASSWORD, address=HOME)

    assert kept_hash(system).startswith("$argon2id$")
    accounts.log_in(noor.email, PASSWORD, address=HOME)


def test_bcrypt_reads_the_first_72_bytes_and_so_do_we(accounts: PostgresAccounts) -> None:
    password = "é" * 60
    imported = bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(10)).decode()
    accounts.register_client(replace(noor, password="", password_hash=imported), about("import"))

    accounts.log_in(noor.email, password, address=HOME)

    accounts.log_in(noor.email, password, address=HOME)
    with pytest.raises(WrongCredentials):
        accounts.log_in(noor.email, "é" * 59, address=HOME)


@pytest.mark.parametrize("kept", ["5f4dcc3b5aa765d61d8327deb882cf99", "$2a$10$short", "$1$x$y", ""])
def test_other_hashes_are_not_taken_over(accounts: PostgresAccounts, kept: str) -> None:
    with pytest.raises(PasswordHashNotUnderstood):
        accounts.register_client(replace(noor, password="", password_hash=kept), about("import"))


def test_importing_twice_makes_one_user(accounts: PostgresAccounts) -> None:
    imported = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(10)).decode()
    account = replace(noor, password="", password_hash=imported)
    first = accounts.register_client(account, about("import"))
    accounts.log_in(noor.email, PASSWORD, address=HOME)

    again = accounts.register_client(account, about("import"))

    assert again.user_id == first.user_id
    assert again.answer.repeated
