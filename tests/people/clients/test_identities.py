import pytest

from domain.people import identities
from domain.people.identities import IDENTITY, Identity, IdentityEvent, IdentityKind, identity_of
from domain.values import TenantId
from tests.people.clients.examples import (
    another_client_id,
    client_id,
    identity_claimed,
    identity_released,
    old_email,
    pepper,
    tenant,
)


def given(*history: IdentityEvent) -> Identity:
    return IDENTITY.fold(history)


def test_an_identity_nobody_has_can_be_claimed() -> None:
    assert identities.claim(client_id, old_email, given()) == [identity_claimed]


def test_claiming_ones_own_identity_changes_nothing() -> None:
    assert identities.claim(client_id, old_email, given(identity_claimed)) == []


def test_an_identity_of_somebody_else_is_refused_and_says_whose_it_is() -> None:
    with pytest.raises(identities.ClientAlreadyExists) as refused:
        identities.claim(another_client_id, old_email, given(identity_claimed))

    assert refused.value.facts == {"client_id": client_id}


def test_a_released_identity_can_be_claimed_by_somebody_else() -> None:
    released = identities.release(client_id, old_email, given(identity_claimed))

    assert released == [identity_released]
    assert identities.claim(another_client_id, old_email, given(identity_claimed, *released))


def test_nobody_releases_the_identity_of_somebody_else() -> None:
    assert identities.release(another_client_id, old_email, given(identity_claimed)) == []


def test_releasing_twice_changes_nothing() -> None:
    released = given(identity_claimed, identity_released)

    assert identities.release(client_id, old_email, released) == []


def test_one_address_is_one_identity_per_kind_tenant_and_pepper() -> None:
    email = identity_of(IdentityKind.EMAIL, "zoe@example.org", tenant=tenant, pepper=pepper)

    assert email == identity_of(IdentityKind.EMAIL, "zoe@example.org", tenant=tenant, pepper=pepper)
    assert email != identity_of(IdentityKind.EMAIL, "ana@example.org", tenant=tenant, pepper=pepper)
    assert email != identity_of(
        IdentityKind.CUSTOM_ID, "zoe@example.org", tenant=tenant, pepper=pepper
    )
    assert email != identity_of(
        IdentityKind.EMAIL, "zoe@example.org", tenant=TenantId("another"), pepper=pepper
    )
    assert email != identity_of(
        IdentityKind.EMAIL, "zoe@example.org", tenant=tenant, pepper=b"another"
    )
