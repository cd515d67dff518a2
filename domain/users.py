"""A person who may log in. What the person may do follows from the roles; see
`application/permissions.py`. Passwords and tokens are no part of history: `adapters/accounts`.

register ─► ACTIVE ─ deactivate ─► DEACTIVATED
abandon  ─► ABANDONED                     (a registration that came to nothing, and now cannot)
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final, assert_never

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.messages import Command, DomainError, Event, Personal, Value
from domain.values import ClientId, IdentityId, ProfessionalId, TenantId, UserId


class Role(StrEnum):
    """What somebody is to a business. A client is never staff; staff may have several roles."""

    OWNER = "owner"
    PROFESSIONAL = "professional"
    FRONT_DESK = "front_desk"
    AUDITOR = "auditor"
    CLIENT = "client"
    OPERATOR = "operator"


class UserStatus(StrEnum):
    NONE = "none"
    ACTIVE = "active"
    DEACTIVATED = "deactivated"
    ABANDONED = "abandoned"


# --- What may be asked ----------------------------------------------------------------


class AddUser(Command, frozen=True):
    """`professional_id` and `client_id` say who this user is in the business."""

    tenant_id: TenantId
    user_id: UserId
    name: str
    email: str
    roles: tuple[Role, ...]
    professional_id: ProfessionalId | None = None
    client_id: ClientId | None = None
    language: str | None = None


class SignUpClient(Command, frozen=True):
    """A person makes an account with a business and becomes its client, a new one: the address says
    nothing of who they are before it is proved.
    """

    tenant_id: TenantId
    user_id: UserId
    client_id: ClientId
    name: str
    email: str
    language: str | None = None


class ChangeRoles(Command, frozen=True):
    """The roles from now on, all of them. No `professional_id`: the one there is."""

    tenant_id: TenantId
    user_id: UserId
    roles: tuple[Role, ...]
    professional_id: ProfessionalId | None = None


class AppointOperator(Command, frozen=True):
    """Let a user operate the whole system. Owners cannot order this, only who runs it."""

    user_id: UserId


class DismissOperator(Command, frozen=True):
    user_id: UserId


class ChangeUserDetails(Command, frozen=True):
    user_id: UserId
    name: str
    language: str | None = None


class DeactivateUser(Command, frozen=True):
    tenant_id: TenantId
    user_id: UserId


class RequestAddressCode(Command, frozen=True):
    """Have a code sent to the user's address, once more."""

    user_id: UserId


class ProveAddress(Command, frozen=True):
    """The user has shown the code that was sent. `identity_id` is that of the address: see
    `domain/identities.py`.
    """

    user_id: UserId
    identity_id: IdentityId


class AbandonRegistration(Command, frozen=True):
    """See to it that a registration which never came to its end cannot do so any more."""

    user_id: UserId


# --- What can happen ------------------------------------------------------------------


class UserRegistered(Event, frozen=True):
    user_id: UserId
    name: Personal[str]
    email: Personal[str]
    roles: tuple[Role, ...]
    professional_id: ProfessionalId | None = None
    client_id: ClientId | None = None
    language: str | None = None


class UserRolesChanged(Event, frozen=True):
    user_id: UserId
    previous: tuple[Role, ...]
    roles: tuple[Role, ...]
    professional_id: ProfessionalId | None = None


class UserDetailsChanged(Event, frozen=True):
    user_id: UserId
    name: Personal[str]
    language: str | None = None


class UserDeactivated(Event, frozen=True):
    user_id: UserId


class AddressCodeRequested(Event, frozen=True):
    user_id: UserId


class UserAddressProved(Event, frozen=True):
    user_id: UserId
    identity_id: IdentityId


class UserLinkedToClient(Event, frozen=True):
    """They were a client of this business before, as their address shows. What they did under the
    record they were given at first, stays theirs.
    """

    user_id: UserId
    client_id: ClientId
    previous: ClientId | None = None


class RegistrationAbandoned(Event, frozen=True):
    user_id: UserId


UserEvent = (
    UserRegistered
    | UserRolesChanged
    | UserDetailsChanged
    | UserDeactivated
    | AddressCodeRequested
    | UserAddressProved
    | UserLinkedToClient
    | RegistrationAbandoned
)


# --- Why it may be refused ------------------------------------------------------------


class UserNotFound(DomainError):
    """There is no such user."""


class UserIdTaken(DomainError):
    """Another user was registered under this id."""


class UserIsDeactivated(DomainError):
    """The user was deactivated."""


class NoRoleGiven(DomainError):
    """A user has at least one role."""


class ClientIsNoStaff(DomainError):
    """The role client stands alone: a client is not staff."""


class ProfessionalNotNamed(DomainError):
    """The role professional needs the professional that the user is."""


class OperatorNotGrantable(DomainError):
    """The role operator is given by those who run the system, not by a business."""


# --- What a decision needs to remember ------------------------------------------------


class User(Value, frozen=True, kw_only=True):
    status: UserStatus = UserStatus.NONE
    name: str = ""
    email: str = ""
    roles: tuple[Role, ...] = ()
    professional_id: ProfessionalId | None = None
    client_id: ClientId | None = None
    earlier_clients: tuple[ClientId, ...] = ()
    language: str | None = None
    proved: IdentityId | None = None

    @property
    def exists(self) -> bool:
        """Tell whether somebody was ever registered here."""
        return self.status in (UserStatus.ACTIVE, UserStatus.DEACTIVATED)


def evolve(user: User, event: UserEvent) -> User:
    match event:
        case UserRegistered():
            return User(
                status=UserStatus.ACTIVE,
                name=event.name,
                email=event.email,
                roles=event.roles,
                professional_id=event.professional_id,
                client_id=event.client_id,
                language=event.language,
            )
        case UserRolesChanged(roles=roles, professional_id=professional):
            return replace(user, roles=roles, professional_id=professional)
        case UserDetailsChanged(name=name, language=language):
            return replace(user, name=name, language=language)
        case UserDeactivated():
            return replace(user, status=UserStatus.DEACTIVATED)
        case AddressCodeRequested() | UserAddressProved() | UserLinkedToClient():
            return _known_better(user, event)
        case RegistrationAbandoned():
            return replace(user, status=UserStatus.ABANDONED)
        case _:
            assert_never(event)


def _known_better(
    user: User, event: AddressCodeRequested | UserAddressProved | UserLinkedToClient
) -> User:
    match event:
        case AddressCodeRequested():
            return user
        case UserAddressProved(identity_id=identity):
            return replace(user, proved=identity)
        case UserLinkedToClient(client_id=client, previous=previous):
            earlier = (
                user.earlier_clients if previous is None else (*user.earlier_clients, previous)
            )
            return replace(user, client_id=client, earlier_clients=earlier)
        case _:
            assert_never(event)


USER = Aggregate(kind="user", initial=User(), evolve=evolve)


# --- Decisions ------------------------------------------------------------------------


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
    """Give the user these roles and take the others. Who operates the system keeps doing so."""
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


def abandon(command: AbandonRegistration, user: User) -> Sequence[UserEvent]:
    """Close a stream in which nothing happened yet. A user who is there, stays."""
    if user.status is not UserStatus.NONE:
        return []
    return [RegistrationAbandoned(user_id=command.user_id)]


def _granted(roles: tuple[Role, ...], professional_id: ProfessionalId | None) -> tuple[Role, ...]:
    """Give the roles in their one order, if a business may grant them together."""
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


STORED_AS: Final[dict[str, type[Event]]] = {
    "user-registered.v1": UserRegistered,
    "user-roles-changed.v1": UserRolesChanged,
    "user-details-changed.v1": UserDetailsChanged,
    "user-deactivated.v1": UserDeactivated,
    "address-code-requested.v1": AddressCodeRequested,
    "user-address-proved.v1": UserAddressProved,
    "user-linked-to-client.v1": UserLinkedToClient,
    "registration-abandoned.v1": RegistrationAbandoned,
}
