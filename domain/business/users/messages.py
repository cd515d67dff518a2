"""What may be asked of a user, what can happen to one, and why not."""

from enum import StrEnum

from domain.messages import Command, DomainError, Event, Forbidden, Gone, Invalid, Missing, Personal
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
    `domain/people/identities.py`.
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


class UserClientsSettled(Event, frozen=True):
    """Who they are as a client was settled by merging records, or undoing it: what they order is
    `client_id`'s, and what is of the `others` is theirs as well.
    """

    user_id: UserId
    client_id: ClientId
    others: tuple[ClientId, ...] = ()


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
    | UserClientsSettled
    | RegistrationAbandoned
)


# --- Why it may be refused ------------------------------------------------------------


class UserNotFound(Missing):
    """There is no such user."""


class UserIdTaken(DomainError):
    """Another user was registered under this id."""


class UserIsDeactivated(Gone):
    """The user was deactivated."""


class NoRoleGiven(Invalid):
    """A user has at least one role."""


class ClientIsNoStaff(Invalid):
    """The role client stands alone: a client is not staff."""


class ProfessionalNotNamed(Invalid):
    """The role professional needs the professional that the user is."""


class OperatorNotGrantable(Forbidden):
    """The role operator is given by those who run the system, not by a business."""
