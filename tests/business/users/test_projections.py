"""What people are told about users, after each thing that happens."""

from functools import reduce

import pytest
from msgspec.structs import replace

from domain.business.users import Role, UserEvent
from domain.people.clients import ClientErased
from domain.values import ClientId
from projections.business.users import ERASED, USERS, ListedUser
from tests.business.users.examples import (
    registration_abandoned,
    user_deactivated,
    user_details_changed,
    user_id,
    user_registered,
    user_roles_changed,
)

noor = ListedUser(
    id=user_id,
    name="Noor Haddad",
    email="noor@example.org",
    language=None,
    roles=(Role.FRONT_DESK,),
    professional_id=None,
    client_id=None,
    active=True,
)


def told(*history: UserEvent) -> ListedUser | None:
    for event in history:
        assert type(event) in USERS.subscribes_to
        assert list(USERS.key(event)) == [user_id]
    row = reduce(USERS.evolve, history, None)
    assert row is None or isinstance(row, ListedUser)
    return row


def test_who_was_a_client_and_is_erased_stays_as_nobody() -> None:
    erased = ClientErased(client_id=ClientId("client-1"), streams=("client-1", user_id))

    assert list(USERS.key(erased)) == [user_id]
    assert USERS.evolve(noor, erased) == replace(noor, name=ERASED, email=ERASED)


@pytest.mark.parametrize(
    ("event", "row"),
    [
        (user_roles_changed, replace(noor, roles=(Role.FRONT_DESK, Role.AUDITOR))),
        (user_details_changed, replace(noor, name="Noor Petit", language="en")),
        (user_deactivated, replace(noor, active=False)),
    ],
)
def test_users_are_shown_as_they_are_now(event: UserEvent, row: ListedUser) -> None:
    assert told(user_registered) == noor
    assert told(user_registered, event) == row


def test_a_registration_that_came_to_nothing_is_not_shown() -> None:
    assert told(registration_abandoned) is None
