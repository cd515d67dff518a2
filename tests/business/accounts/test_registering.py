"""Two commits may break off in between: then the registration is finished, or never was."""

import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from adapters.accounts.postgres import PostgresAccounts
from adapters.clock import SettableClock
from application.business.accounts import (
    EmailTaken,
    NewAccount,
    Registered,
    RegistrationUnderWay,
    WeakPassword,
    WrongCredentials,
)
from application.dispatch import IdempotencyKeyReused
from application.people.contact_details import EmailAddressNotUnderstood
from application.ports import About, Answer
from domain.business.tenants import OwnerAppointed, TenantNotFound, TenantRegistered
from domain.business.users import Role, UserIdTaken, UserRegistered
from domain.messages import Command
from domain.people.clients import ClientRegistered
from domain.scheduling.professionals import ProfessionalRegistered
from domain.zones import UnknownTimeZone
from infra.composition import System
from tests.business.accounts.given import PASSWORD, about, accounts_of, camille, noor, salon
from tests.forked import ended

pytestmark = pytest.mark.postgres


def open_salon(accounts: PostgresAccounts, name: str = "first") -> Registered:
    return accounts.register_business(salon, camille, about(name), professional=True)


def log_in(accounts: PostgresAccounts, account: NewAccount = camille) -> str:
    return accounts.log_in(account.email, account.password, address="192.0.2.1").access_token


def history(system: System) -> list[str]:
    with system.database.as_worker() as connection:
        rows = connection.execute("SELECT type FROM log.events ORDER BY position").fetchall()
    return [name for (name,) in rows]


def users(system: System) -> int:
    return history(system).count("user-registered.v1")


# --- Coming to be -------------------------------------------------------------------------


def test_who_opens_a_business_owns_it_and_takes_bookings(accounts: PostgresAccounts) -> None:
    registered = open_salon(accounts)

    assert [type(past.event) for past in registered.answer.recorded] == [
        TenantRegistered,
        OwnerAppointed,
        UserRegistered,
        ProfessionalRegistered,
    ]
    principal = accounts.principal(log_in(accounts))
    assert principal.tenant_id == registered.tenant_id
    assert principal.user_id == registered.user_id
    assert principal.roles == (Role.OWNER, Role.PROFESSIONAL)
    assert principal.professional_id == registered.professional_id is not None


def test_an_owner_adds_staff_to_the_own_business(accounts: PostgresAccounts) -> None:
    owner = open_salon(accounts)

    added = accounts.add_user(noor, about("add", owner.tenant_id), roles=(Role.FRONT_DESK,))

    principal = accounts.principal(log_in(accounts, noor))
    assert principal.tenant_id == owner.tenant_id
    assert principal.user_id == added.user_id
    assert principal.roles == (Role.FRONT_DESK,)


def test_who_signs_up_with_a_business_is_its_client(accounts: PostgresAccounts) -> None:
    owner = open_salon(accounts)

    signed_up = accounts.register_client(noor, about("sign up", owner.tenant_id))

    assert ClientRegistered in [type(past.event) for past in signed_up.answer.recorded]
    principal = accounts.principal(log_in(accounts, noor))
    assert principal.client_id == signed_up.client_id is not None
    assert principal.tenant_id == owner.tenant_id


def test_who_names_no_business_is_a_client_of_none(accounts: PostgresAccounts) -> None:
    owner = open_salon(accounts)

    alone = accounts.register_client(noor, about("sign up"))

    assert alone.tenant_id != owner.tenant_id
    assert alone.client_id is None
    assert accounts.principal(log_in(accounts, noor)).roles == (Role.CLIENT,)


def test_one_cannot_sign_up_with_a_business_that_is_not_there(
    accounts: PostgresAccounts,
) -> None:
    nowhere = "0198c0de-0000-7000-8000-0000000000aa"

    with pytest.raises(TenantNotFound):
        accounts.register_client(noor, about("sign up", nowhere))

    accounts.register_client(noor, about("again"))


# --- One address, one account -------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "camille.petit@example.org",
        " CAMILLE.PETIT@EXAMPLE.ORG ",
        "\N{FULLWIDTH LATIN CAPITAL LETTER C}amille.Petit@example.org",
    ],
)
def test_an_address_is_taken_however_it_is_written(
    accounts: PostgresAccounts, written: str
) -> None:
    open_salon(accounts)

    with pytest.raises(EmailTaken):
        accounts.register_client(replace(noor, email=written), about("other"))

    accounts.log_in(written, PASSWORD, address="192.0.2.1")


def test_an_address_is_taken_in_every_business(accounts: PostgresAccounts) -> None:
    open_salon(accounts)
    other = accounts.register_business(salon, noor, about("other"), professional=False)

    with pytest.raises(EmailTaken):
        accounts.add_user(camille, about("add", other.tenant_id), roles=(Role.FRONT_DESK,))


def test_a_request_in_one_business_is_not_gone_on_with_in_another(
    accounts: PostgresAccounts,
) -> None:
    one = open_salon(accounts)
    other = accounts.register_business(
        salon, replace(camille, email="ana@example.org"), about("other"), professional=False
    )
    accounts.add_user(noor, about("add", one.tenant_id), roles=(Role.FRONT_DESK,))

    with pytest.raises(EmailTaken):
        accounts.add_user(noor, about("add", other.tenant_id), roles=(Role.FRONT_DESK,))


def test_of_many_who_want_one_address_one_gets_it(
    system: System, accounts: PostgresAccounts
) -> None:
    start = threading.Barrier(8)

    def attempt(n: int) -> bool:
        start.wait()
        try:
            open_salon(accounts, f"attempt {n}")
        except (EmailTaken, RegistrationUnderWay):
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(attempt, range(8)))

    assert outcomes.count(True) == 1
    assert users(system) == 1


def test_no_address_is_no_account(accounts: PostgresAccounts) -> None:
    with pytest.raises(EmailAddressNotUnderstood):
        accounts.register_client(replace(noor, email="noor"), about("sign up"))


# --- What is refused leaves nothing behind -------------------------------------------------


def test_a_weak_password_makes_no_account(system: System, accounts: PostgresAccounts) -> None:
    with pytest.raises(WeakPassword):
        accounts.register_client(replace(noor, password="password"), about("sign up"))

    assert history(system) == []
    accounts.register_client(noor, about("sign up"))


def test_a_refused_registration_frees_the_address_at_once(accounts: PostgresAccounts) -> None:
    nowhere = replace(salon, time_zone="Europe/Atlantis")

    with pytest.raises(UnknownTimeZone):
        accounts.register_business(nowhere, camille, about("first"), professional=True)

    open_salon(accounts, "second")


# --- The same request again ------------------------------------------------------------------


def test_the_same_request_again_is_answered_again(
    system: System, accounts: PostgresAccounts
) -> None:
    first = open_salon(accounts)

    again = open_salon(accounts)

    assert again.answer.repeated
    assert (again.tenant_id, again.user_id) == (first.tenant_id, first.user_id)
    assert [past.position for past in again.answer.recorded] == [
        past.position for past in first.answer.recorded
    ]
    assert users(system) == 1


def test_the_same_key_with_another_order_is_refused(accounts: PostgresAccounts) -> None:
    open_salon(accounts)

    for other in (replace(camille, password="nine blue teapots"), replace(camille, name="Eve")):
        with pytest.raises(IdempotencyKeyReused):
            accounts.register_business(salon, other, about("first"), professional=True)
    log_in(accounts)


def test_two_people_who_chose_one_key_are_two_people(accounts: PostgresAccounts) -> None:
    one = accounts.register_client(camille, about("1"))
    two = accounts.register_client(noor, about("1"))

    assert one.tenant_id != two.tenant_id
    assert one.user_id != two.user_id


# --- Breaking off ------------------------------------------------------------------------------


class Broken(Exception):
    """The process is gone."""


def before(system: System) -> Callable[[Command, About], Answer]:
    """Break off after the address was reserved, before anything is recorded."""

    def dispatch(command: Command, about: About) -> Answer:
        raise Broken

    return dispatch


def after(system: System) -> Callable[[Command, About], Answer]:
    """Break off after the user was recorded, before the credential is active."""

    def dispatch(command: Command, about: About) -> Answer:
        system.dispatch(command, about)
        raise Broken

    return dispatch


def break_off(system: System, dispatch: Callable[[Command, About], Answer]) -> None:
    with pytest.raises(Broken):
        open_salon(accounts_of(system, dispatch=dispatch))


@pytest.mark.parametrize("where", [before, after])
def test_the_same_request_again_finishes_what_broke_off(
    system: System, accounts: PostgresAccounts, where: Callable[[System], Any]
) -> None:
    break_off(system, where(system))

    registered = open_salon(accounts)

    assert accounts.principal(log_in(accounts)).user_id == registered.user_id
    assert users(system) == 1


def test_who_is_recorded_can_log_in_though_the_registration_broke_off(
    system: System, accounts: PostgresAccounts
) -> None:
    break_off(system, after(system))

    assert accounts.principal(log_in(accounts)).roles == (Role.OWNER, Role.PROFESSIONAL)
    with pytest.raises(EmailTaken):
        open_salon(accounts, "second")


def test_who_is_not_recorded_cannot_log_in(system: System, accounts: PostgresAccounts) -> None:
    break_off(system, before(system))

    with pytest.raises(WrongCredentials):
        log_in(accounts)


def test_an_address_is_taken_by_who_is_recorded_though_the_registration_broke_off(
    system: System, accounts: PostgresAccounts
) -> None:
    break_off(system, after(system))

    with pytest.raises(EmailTaken):
        open_salon(accounts, "second")

    log_in(accounts)


def test_an_address_nobody_got_is_free_after_a_moment(
    system: System, accounts: PostgresAccounts, clock: SettableClock
) -> None:
    break_off(system, before(system))

    with pytest.raises(RegistrationUnderWay) as refused:
        open_salon(accounts, "second")
    assert refused.value.facts["retry_after"] == 15
    clock.set(clock() + timedelta(seconds=15))
    registered = open_salon(accounts, "second")

    assert accounts.principal(log_in(accounts)).user_id == registered.user_id
    assert users(system) == 1


def test_a_registration_that_lost_its_address_meanwhile_makes_no_user(
    system: System, accounts: PostgresAccounts, clock: SettableClock
) -> None:
    winner: list[Registered] = []

    def slow(command: Command, about: About) -> Answer:
        clock.set(clock() + timedelta(seconds=15))
        winner.append(open_salon(accounts, "quick"))
        return system.dispatch(command, about)

    with pytest.raises(UserIdTaken):
        open_salon(accounts_of(system, dispatch=slow), "slow")

    assert accounts.principal(log_in(accounts)).user_id == winner[0].user_id
    assert users(system) == 1


def test_a_slow_registration_that_is_recorded_first_keeps_its_address(
    system: System, accounts: PostgresAccounts, clock: SettableClock
) -> None:
    def slow(command: Command, about: About) -> Answer:
        answer = system.dispatch(command, about)
        clock.set(clock() + timedelta(seconds=15))
        with pytest.raises(EmailTaken):
            open_salon(accounts, "quick")
        return answer

    registered = open_salon(accounts_of(system, dispatch=slow), "slow")

    assert accounts.principal(log_in(accounts)).user_id == registered.user_id
    assert users(system) == 1


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_killed_registration_is_finished_by_the_next(
    system: System, accounts: PostgresAccounts, dsn: str, where: str
) -> None:
    assert ended("tests.business.accounts.doomed", dsn, where) == -signal.SIGKILL
    assert users(system) == (where == "after")

    registered = open_salon(accounts)

    assert accounts.principal(log_in(accounts)).user_id == registered.user_id
    assert registered.answer.repeated == (where == "after")
    assert users(system) == 1
