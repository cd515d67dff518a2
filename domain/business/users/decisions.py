"""What a user does when asked. Each decision is total, and done twice it changes nothing."""

from collections.abc import Iterable, Sequence
from typing import assert_never

from domain.business.users.messages import (
    AbandonRegistration,
    AddressCodeRequested,
    AddUser,
    AppointOperator,
    ChangeRoles,
    ChangeUserDetails,
    ClientIsNoStaff,
    DeactivateUser,
    DismissOperator,
    NoRoleGiven,
    OperatorNotGrantable,
    ProfessionalNotNamed,
    ProveAddress,
    RegistrationAbandoned,
    RequestAddressCode,
    Role,
    UserAddressProved,
    UserClientsSettled,
    UserDeactivated,
    UserDetailsChanged,
    UserEvent,
    UserIdTaken,
    UserIsDeactivated,
    UserLinkedToClient,
    UserNotFound,
    UserRegistered,
    UserRolesChanged,
    UserStatus,
)
from domain.business.users.user import User, evolve
from domain.values import ClientId, ProfessionalId, UserId


def add(command: AddUser, user: User) -> Sequence[UserEvent]:
    """Make the user known, with roles that go together."""
    roles = _granted(command.roles, command.professional_id)
    registered = UserRegistered(
        user_id=command.user_id,
        name=command.name,
        email=command.email,
        roles=roles,
        professional_id=command.professional_id,
        client_id=command.client_id,
        language=command.language,
    )
    match user.status:
        case UserStatus.NONE:
            return [registered]
        case UserStatus.ACTIVE if evolve(User(), registered) == user:
            return []
        case UserStatus.ACTIVE | UserStatus.DEACTIVATED | UserStatus.ABANDONED:
            raise UserIdTaken
        case _:
            assert_never(user.status)


def change_roles(command: ChangeRoles, user: User) -> Sequence[UserEvent]:
    """Return the user these roles and take the others. Who operates the system keeps doing so."""
    _refuse_unless_active(user)
    professional = command.professional_id or user.professional_id
    granted = _granted(command.roles, professional)
    kept = (Role.OPERATOR,) if Role.OPERATOR in user.roles else ()
    return _roles_changed(command.user_id, user, _in_order((*granted, *kept)), professional)


def appoint_operator(command: AppointOperator, user: User) -> Sequence[UserEvent]:
    """Add the role operator to those the user has."""
    _refuse_unless_active(user)
    roles = _in_order((*user.roles, Role.OPERATOR))
    _refuse_mixed(roles)
    return _roles_changed(command.user_id, user, roles, user.professional_id)


def dismiss_operator(command: DismissOperator, user: User) -> Sequence[UserEvent]:
    """Take the role operator away, if another remains."""
    _refuse_unless_active(user)
    roles = tuple(role for role in user.roles if role is not Role.OPERATOR)
    if not roles:
        raise NoRoleGiven
    return _roles_changed(command.user_id, user, roles, user.professional_id)


def change_details(command: ChangeUserDetails, user: User) -> Sequence[UserEvent]:
    """Say what the user is called and which language is spoken."""
    _refuse_unless_active(user)
    if (user.name, user.language) == (command.name, command.language):
        return []
    return [
        UserDetailsChanged(user_id=command.user_id, name=command.name, language=command.language)
    ]


def deactivate(command: DeactivateUser, user: User) -> Sequence[UserEvent]:
    """End the user's access. History keeps what was done."""
    match user.status:
        case UserStatus.NONE | UserStatus.ABANDONED:
            raise UserNotFound
        case UserStatus.ACTIVE:
            return [UserDeactivated(user_id=command.user_id)]
        case UserStatus.DEACTIVATED:
            return []
        case _:
            assert_never(user.status)


def request_code(command: RequestAddressCode, user: User) -> Sequence[UserEvent]:
    """Ask for a code, unless there is nothing to prove any more."""
    _refuse_unless_active(user)
    return [] if user.proved is not None else [AddressCodeRequested(user_id=command.user_id)]


def prove_address(command: ProveAddress, user: User) -> Sequence[UserEvent]:
    """Hold that whoever uses this account reads the mail of its address."""
    _refuse_unless_active(user)
    if user.proved == command.identity_id:
        return []
    return [UserAddressProved(user_id=command.user_id, identity_id=command.identity_id)]


def link_to_client(user_id: UserId, client_id: ClientId, user: User) -> Sequence[UserEvent]:
    """Let the user be this client from now on."""
    if user.client_id == client_id:
        return []
    return [UserLinkedToClient(user_id=user_id, client_id=client_id, previous=user.client_id)]


def settle_clients(
    user_id: UserId, client_id: ClientId, others: tuple[ClientId, ...], user: User
) -> Sequence[UserEvent]:
    """Let the user be this client from now on, and have what is of the others."""
    if (user.client_id, {*user.earlier_clients}) == (client_id, {*others}):
        return []
    return [UserClientsSettled(user_id=user_id, client_id=client_id, others=others)]


def abandon(command: AbandonRegistration, user: User) -> Sequence[UserEvent]:
    """Close a stream in which nothing happened yet. A user who is there, stays."""
    if user.status is not UserStatus.NONE:
        return []
    return [RegistrationAbandoned(user_id=command.user_id)]


def _granted(roles: tuple[Role, ...], professional_id: ProfessionalId | None) -> tuple[Role, ...]:
    """Return the roles in their one order, if a business may grant them together."""
    if not roles:
        raise NoRoleGiven
    if Role.OPERATOR in roles:
        raise OperatorNotGrantable
    if Role.PROFESSIONAL in roles and professional_id is None:
        raise ProfessionalNotNamed
    _refuse_mixed(roles)
    return _in_order(roles)


def _in_order(roles: Iterable[Role]) -> tuple[Role, ...]:
    wanted = set(roles)
    return tuple(role for role in Role if role in wanted)


def _refuse_mixed(roles: tuple[Role, ...]) -> None:
    if Role.CLIENT in roles and set(roles) != {Role.CLIENT}:
        raise ClientIsNoStaff


def _refuse_unless_active(user: User) -> None:
    match user.status:
        case UserStatus.NONE | UserStatus.ABANDONED:
            raise UserNotFound
        case UserStatus.ACTIVE:
            return
        case UserStatus.DEACTIVATED:
            raise UserIsDeactivated
        case _:
            assert_never(user.status)


def _roles_changed(
    user_id: UserId, user: User, roles: tuple[Role, ...], professional_id: ProfessionalId | None
) -> Sequence[UserEvent]:
    if (user.roles, user.professional_id) == (roles, professional_id):
        return []
    return [
        UserRolesChanged(
            user_id=user_id, previous=user.roles, roles=roles, professional_id=professional_id
        )
    ]
