from collections.abc import Callable, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from domain.business import users
from domain.business.users import USER, Role, User, UserEvent
from tests.business.users.examples import (
    abandon_registration,
    add_user,
    another_professional_id,
    appoint_operator,
    change_roles,
    change_user_details,
    client_id,
    deactivate_user,
    dismiss_operator,
    operator_appointed,
    professional_id,
    registration_abandoned,
    user_deactivated,
    user_details_changed,
    user_id,
    user_registered,
    user_roles_changed,
)


def given(*history: UserEvent) -> User:
    return USER.fold(history)


# --- Adding ---------------------------------------------------------------------------


def test_a_user_is_added_with_roles() -> None:
    assert users.add(add_user, given()) == [user_registered]


def test_adding_twice_changes_nothing() -> None:
    assert users.add(add_user, given(user_registered)) == []


def test_roles_are_recorded_once_each_and_in_one_order() -> None:
    command = replace(add_user, roles=(Role.AUDITOR, Role.FRONT_DESK, Role.AUDITOR))

    [registered] = users.add(command, given())

    assert given(registered).roles == (Role.FRONT_DESK, Role.AUDITOR)
    assert users.add(command, given(registered)) == []


def test_the_id_of_a_user_is_not_given_to_another() -> None:
    with pytest.raises(users.UserIdTaken):
        users.add(replace(add_user, email="mallory@example.org"), given(user_registered))
    with pytest.raises(users.UserIdTaken):
        users.add(add_user, given(user_registered, user_deactivated))


def test_a_professional_is_a_professional_of_the_business() -> None:
    command = replace(add_user, roles=(Role.PROFESSIONAL,))

    with pytest.raises(users.ProfessionalNotNamed):
        users.add(command, given())

    [registered] = users.add(replace(command, professional_id=professional_id), given())
    assert given(registered).professional_id == professional_id


REFUSED_ROLES = [
    ((), users.NoRoleGiven),
    ((Role.CLIENT, Role.FRONT_DESK), users.ClientIsNoStaff),
    ((Role.OPERATOR,), users.OperatorNotGrantable),
    ((Role.OWNER, Role.OPERATOR), users.OperatorNotGrantable),
]


@pytest.mark.parametrize(("roles", "refusal"), REFUSED_ROLES)
def test_a_business_grants_only_roles_that_go_together(
    roles: tuple[Role, ...], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        users.add(replace(add_user, roles=roles), given())
    with pytest.raises(refusal):
        users.change_roles(replace(change_roles, roles=roles), given(user_registered))


# --- Roles ----------------------------------------------------------------------------


def test_roles_change_and_say_what_they_were() -> None:
    assert users.change_roles(change_roles, given(user_registered)) == [user_roles_changed]


def test_giving_the_same_roles_changes_nothing() -> None:
    changed = given(user_registered, user_roles_changed)

    assert users.change_roles(change_roles, changed) == []


def test_who_becomes_a_professional_is_named_once() -> None:
    becomes_one = replace(change_roles, roles=(Role.PROFESSIONAL,), professional_id=professional_id)
    also_auditor = replace(change_roles, roles=(Role.PROFESSIONAL, Role.AUDITOR))

    professional = given(user_registered, *users.change_roles(becomes_one, given(user_registered)))
    auditor = USER.fold(users.change_roles(also_auditor, professional), professional)

    assert auditor.professional_id == professional_id


def test_a_user_may_become_another_professional() -> None:
    one = given(
        replace(user_registered, roles=(Role.PROFESSIONAL,), professional_id=professional_id)
    )
    command = replace(
        change_roles, roles=(Role.PROFESSIONAL,), professional_id=another_professional_id
    )

    assert USER.fold(users.change_roles(command, one), one).professional_id == (
        another_professional_id
    )


# --- Operators ------------------------------------------------------------------------


def test_an_operator_is_appointed_beside_the_other_roles() -> None:
    assert users.appoint_operator(appoint_operator, given(user_registered)) == [operator_appointed]


def test_appointing_an_operator_twice_changes_nothing() -> None:
    operator = given(user_registered, operator_appointed)

    assert users.appoint_operator(appoint_operator, operator) == []


def test_a_client_operates_nothing() -> None:
    client = given(replace(user_registered, roles=(Role.CLIENT,), client_id=client_id))

    with pytest.raises(users.ClientIsNoStaff):
        users.appoint_operator(appoint_operator, client)


def test_a_business_can_neither_give_nor_take_the_role_operator() -> None:
    operator = given(user_registered, operator_appointed)

    [changed] = users.change_roles(change_roles, operator)

    assert USER.fold([changed], operator).roles == (Role.FRONT_DESK, Role.AUDITOR, Role.OPERATOR)


def test_a_dismissed_operator_keeps_the_other_roles() -> None:
    operator = given(user_registered, operator_appointed)

    [changed] = users.dismiss_operator(dismiss_operator, operator)

    assert USER.fold([changed], operator).roles == (Role.FRONT_DESK,)
    assert users.dismiss_operator(dismiss_operator, given(user_registered)) == []


def test_who_is_nothing_but_an_operator_is_not_left_without_a_role() -> None:
    operator = given(replace(user_registered, roles=(Role.OPERATOR,)))

    with pytest.raises(users.NoRoleGiven):
        users.dismiss_operator(dismiss_operator, operator)


# --- Details --------------------------------------------------------------------------


def test_a_user_is_called_something_else() -> None:
    renamed = users.change_details(change_user_details, given(user_registered))

    assert renamed == [user_details_changed]
    assert users.change_details(change_user_details, given(user_registered, *renamed)) == []


# --- Leaving --------------------------------------------------------------------------


def test_a_user_is_deactivated_once() -> None:
    assert users.deactivate(deactivate_user, given(user_registered)) == [user_deactivated]
    assert users.deactivate(deactivate_user, given(user_registered, user_deactivated)) == []


def test_an_abandoned_registration_cannot_come_to_its_end() -> None:
    assert users.abandon(abandon_registration, given()) == [registration_abandoned]
    with pytest.raises(users.UserIdTaken):
        users.add(add_user, given(registration_abandoned))


def test_a_registration_that_came_to_its_end_is_not_abandoned() -> None:
    for there in (given(user_registered), given(registration_abandoned)):
        assert users.abandon(abandon_registration, there) == []


ORDERS: list[tuple[Callable[[Any, User], Sequence[UserEvent]], Any]] = [
    (users.change_roles, change_roles),
    (users.appoint_operator, appoint_operator),
    (users.dismiss_operator, dismiss_operator),
    (users.change_details, change_user_details),
]


@pytest.mark.parametrize(("decide", "command"), ORDERS)
def test_only_who_is_there_can_change(
    decide: Callable[[Any, User], Sequence[UserEvent]], command: Any
) -> None:
    with pytest.raises(users.UserNotFound):
        decide(command, given())
    with pytest.raises(users.UserNotFound):
        decide(command, given(registration_abandoned))
    with pytest.raises(users.UserIsDeactivated):
        decide(command, given(user_registered, user_deactivated))


def test_nobody_cannot_be_deactivated() -> None:
    for nobody in (given(), given(registration_abandoned)):
        with pytest.raises(users.UserNotFound):
            users.deactivate(deactivate_user, nobody)


def test_an_erased_user_keeps_the_roles() -> None:
    erased = given(replace(user_registered, name="[erased]", email="[erased]"))

    assert erased.roles == (Role.FRONT_DESK,)
    assert users.deactivate(deactivate_user, erased) == [user_deactivated]
    assert users.change_details(replace(change_user_details, user_id=user_id), erased)
