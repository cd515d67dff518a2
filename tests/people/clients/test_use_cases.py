from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from application.people.clients import USE_CASES
from domain.people.clients import CLIENT, ClientStatus
from domain.people.identities import (
    IDENTITY,
    ClientAlreadyExists,
    IdentityClaimed,
    IdentityReleased,
)
from tests.in_memory import InMemory
from tests.people.clients.examples import (
    add_client_note,
    another_client_id,
    change_client,
    change_client_status,
    client_changed,
    client_erased,
    client_id,
    client_note_added,
    client_registered,
    client_status_changed,
    erase_client,
    identity_claimed,
    identity_released,
    new_email,
    old_email,
    phone,
    register_client,
)

phone_claimed = IdentityClaimed(identity_id=phone, owner=client_id)
new_email_claimed = IdentityClaimed(identity_id=new_email, owner=client_id)
register_another = replace(register_client, client_id=another_client_id)


@pytest.fixture
def business() -> InMemory:
    return InMemory(USE_CASES, datetime(2026, 11, 21, 9, tzinfo=UTC))


def test_a_registered_client_owns_what_names_it(business: InMemory) -> None:
    happened = business.run(register_client)

    assert happened == [client_registered, identity_claimed, phone_claimed]


def test_nobody_is_registered_twice_and_the_refusal_says_who_it_is(business: InMemory) -> None:
    business.run(register_client)

    with pytest.raises(ClientAlreadyExists) as refused:
        business.run(replace(register_another, identities=(phone,)))

    assert refused.value.facts == {"client_id": client_id}
    assert not business.of(CLIENT, another_client_id).exists


def test_a_client_cannot_change_into_somebody_else(business: InMemory) -> None:
    business.run(register_client)
    business.run(replace(register_another, identities=(new_email,)))

    with pytest.raises(ClientAlreadyExists) as refused:
        business.run(change_client)

    assert refused.value.facts == {"client_id": another_client_id}


def test_a_change_lets_go_of_the_old_address_and_keeps_the_number(business: InMemory) -> None:
    business.run(register_client)

    happened = business.run(change_client)

    assert happened == [client_changed, identity_released, new_email_claimed]
    assert business.of(IDENTITY, phone).owner == client_id


def test_an_address_let_go_of_may_be_anybodys(business: InMemory) -> None:
    business.run(register_client)
    business.run(change_client)

    business.run(replace(register_another, identities=(old_email,)))

    assert business.of(IDENTITY, old_email).owner == another_client_id


def test_a_status_or_a_note_concerns_the_client_alone(business: InMemory) -> None:
    business.run(register_client)

    assert business.run(change_client_status) == [client_status_changed]
    assert business.run(add_client_note) == [client_note_added]


def test_an_erased_client_lets_go_of_everything_that_named_it(business: InMemory) -> None:
    business.run(register_client)
    business.run(add_client_note)

    happened = business.run(erase_client)

    assert happened == [
        client_erased,
        identity_released,
        IdentityReleased(identity_id=phone, owner=client_id),
    ]


def test_whoever_was_erased_may_come_again_as_a_new_client(business: InMemory) -> None:
    business.run(register_client)
    business.run(erase_client)

    business.run(register_another)

    assert business.of(CLIENT, another_client_id).status == ClientStatus.LEAD
    assert business.of(IDENTITY, phone).owner == another_client_id
