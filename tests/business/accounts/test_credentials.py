from uuid import uuid4

import pytest

from adapters.accounts.credentials import Credential, Credentials, email_digest
from adapters.postgres import NO_TENANT, Database
from domain.values import TenantId, UserId
from tests.conftest import MONDAY

pytestmark = pytest.mark.postgres

PEPPER = b"a pepper of tests"


def reservation(email: str = "camille@example.org") -> Credential:
    """Each is by another registration."""
    return Credential(
        digest=email_digest(email, PEPPER),
        tenant_id=TenantId(str(uuid4())),
        user_id=UserId(f"user-{uuid4()}"),
        command_id=uuid4(),
        password_hash="$argon2id$",
        reserved_at=MONDAY,
    )


@pytest.fixture
def credentials(database: Database) -> Credentials:
    return Credentials(lambda: database.as_tenant(NO_TENANT))


def test_an_address_stays_with_who_reserved_it(credentials: Credentials) -> None:
    first, second = reservation(), reservation()

    assert credentials.reserve(first) == first
    assert credentials.reserve(second) == first
    assert credentials.find(first.digest) == first


def test_only_who_reserved_an_address_activates_it(credentials: Credentials) -> None:
    first, second = reservation(), reservation()
    credentials.reserve(first)

    assert not credentials.activate(second)
    assert credentials.find(first.digest) == first
    assert credentials.activate(first)
    assert credentials.activate(first)
    assert credentials.find(first.digest) == first._replace(active=True)


def test_a_reservation_that_was_given_up_by_mistake_can_still_be_activated(
    credentials: Credentials,
) -> None:
    first = reservation()
    credentials.reserve(first)
    credentials.give_up(first)
    assert credentials.find(first.digest) is None

    assert credentials.activate(first)

    assert credentials.find(first.digest) == first._replace(active=True)


def test_nobody_gives_up_what_is_active_or_anothers(credentials: Credentials) -> None:
    first, second = reservation(), reservation()
    credentials.reserve(first)

    credentials.give_up(second)
    assert credentials.find(first.digest) == first
    credentials.activate(first)
    credentials.give_up(first)
    assert credentials.find(first.digest) == first._replace(active=True)


def test_a_password_that_was_changed_meanwhile_is_not_rehashed(credentials: Credentials) -> None:
    first = reservation()
    credentials.reserve(first)

    credentials.rehash(first._replace(password_hash="older"), "worse")
    credentials.rehash(first, "better")

    assert credentials.find(first.digest) == first._replace(password_hash="better")


def test_an_address_is_of_no_use_without_the_pepper() -> None:
    email = "camille@example.org"

    assert email_digest(email, PEPPER) != email_digest(email, b"another pepper")
    assert email_digest(email, PEPPER) == email_digest(" Camille@EXAMPLE.org", PEPPER)
    assert email_digest(email, PEPPER) != email_digest("camill@example.org", PEPPER)


def test_domains_are_compared_as_they_are_delivered_to() -> None:
    written, encoded = "info@bücher.example", "info@xn--bcher-kva.example"

    assert email_digest(written, PEPPER) == email_digest(encoded, PEPPER)
