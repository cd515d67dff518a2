"""Who may do what: one table from roles to permissions, and what a request knows of its sender."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final

from domain.business.users import Role
from domain.catalogue import KINDS
from domain.messages import Forbidden, Value
from domain.values import ClientId, ProfessionalId, TenantId, UserId


class Permission(StrEnum):
    """What a route demands. `own-…` is the same for what bears one's own id, and nothing else. Kinds of
    records have their own, by name: see `OF_RECORDS`.
    """

    BOOKINGS_READ = "bookings:read"
    BOOKINGS_WRITE = "bookings:write"
    BOOKINGS_OVERRIDE = "bookings:override"
    OWN_BOOKINGS_READ = "own-bookings:read"
    OWN_BOOKINGS_WRITE = "own-bookings:write"
    CLIENTS_READ = "clients:read"
    CLIENTS_WRITE = "clients:write"
    CLIENTS_ERASE = "clients:erase"
    OWN_CLIENT_READ = "own-client:read"
    OWN_CLIENT_WRITE = "own-client:write"
    PROFESSIONALS_READ = "professionals:read"
    PROFESSIONALS_WRITE = "professionals:write"
    OWN_PROFESSIONAL_WRITE = "own-professional:write"
    LEADS_READ = "leads:read"
    LEADS_WRITE = "leads:write"
    THREADS_READ = "threads:read"
    THREADS_WRITE = "threads:write"
    OWN_THREADS_READ = "own-threads:read"
    OWN_THREADS_WRITE = "own-threads:write"
    SERVICES_READ = "services:read"
    SERVICES_WRITE = "services:write"
    ACCOUNT_READ = "account:read"
    ACCOUNT_WRITE = "account:write"
    USERS_READ = "users:read"
    USERS_MANAGE = "users:manage"
    TENANT_READ = "tenant:read"
    TENANT_MANAGE = "tenant:manage"
    CONFIGURATION_READ = "configuration:read"
    CONFIGURATION_WRITE = "configuration:write"
    PAYMENTS_READ = "payments:read"
    PAYMENTS_WRITE = "payments:write"
    OWN_PAYMENTS_READ = "own-payments:read"
    FILES_READ = "files:read"
    FILES_WRITE = "files:write"
    OWN_FILES_READ = "own-files:read"
    OWN_FILES_WRITE = "own-files:write"
    OUTBOX_READ = "outbox:read"
    HISTORY_READ = "history:read"
    LIVE_READ = "live:read"
    JOBS_MANAGE = "jobs:manage"
    READ_MODELS_MANAGE = "read-models:manage"
    OPERATIONS_READ = "operations:read"
    OPERATIONS_CANCEL = "operations:cancel"
    OWN_OPERATIONS_READ = "own-operations:read"
    OWN_OPERATIONS_CANCEL = "own-operations:cancel"
    RECEIPTS_MANAGE = "receipts:manage"


OWN: Final[Mapping[str, str]] = {
    Permission.BOOKINGS_READ: Permission.OWN_BOOKINGS_READ,
    Permission.BOOKINGS_WRITE: Permission.OWN_BOOKINGS_WRITE,
    Permission.CLIENTS_READ: Permission.OWN_CLIENT_READ,
    Permission.CLIENTS_WRITE: Permission.OWN_CLIENT_WRITE,
    Permission.PROFESSIONALS_WRITE: Permission.OWN_PROFESSIONAL_WRITE,
    Permission.OPERATIONS_READ: Permission.OWN_OPERATIONS_READ,
    Permission.OPERATIONS_CANCEL: Permission.OWN_OPERATIONS_CANCEL,
    Permission.THREADS_READ: Permission.OWN_THREADS_READ,
    Permission.THREADS_WRITE: Permission.OWN_THREADS_WRITE,
    Permission.PAYMENTS_READ: Permission.OWN_PAYMENTS_READ,
    Permission.FILES_READ: Permission.OWN_FILES_READ,
    Permission.FILES_WRITE: Permission.OWN_FILES_WRITE,
    **{kind.reading: kind.own_reading for kind in KINDS if kind.own},
    **{kind.writing: kind.own_writing for kind in KINDS if kind.own_writers},
}
"""What is enough for a route that then keeps to what is one's own: see `Principal.reach`."""

OF_CONVERSATIONS: Final = frozenset({Permission.THREADS_READ, Permission.THREADS_WRITE})
"""Own is what one takes part in."""

EVERYBODY: Final = frozenset(
    {
        Permission.ACCOUNT_READ,
        Permission.ACCOUNT_WRITE,
        Permission.TENANT_READ,
        Permission.SERVICES_READ,
        Permission.PROFESSIONALS_READ,
        Permission.OWN_FILES_READ,  # whose a file is follows from what it is of
        Permission.OWN_FILES_WRITE,
    }
)

OF_RECORDS: Final[Mapping[str, frozenset[Role]]] = {
    **{kind.reading: kind.readers | kind.writers for kind in KINDS},
    **{kind.writing: kind.writers for kind in KINDS},
    **{kind.own_reading: kind.own_readers for kind in KINDS if kind.own},
    **{kind.own_writing: kind.own_writers for kind in KINDS if kind.own_writers},
}
"""Who has which permission to see and to change records, as each kind declares it."""

GRANTED: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.OWNER: EVERYBODY
    | {
        Permission.BOOKINGS_READ,
        Permission.BOOKINGS_WRITE,
        Permission.BOOKINGS_OVERRIDE,
        Permission.CLIENTS_READ,
        Permission.CLIENTS_WRITE,
        Permission.CLIENTS_ERASE,
        Permission.LEADS_READ,
        Permission.LEADS_WRITE,
        Permission.THREADS_READ,
        Permission.THREADS_WRITE,
        Permission.PROFESSIONALS_WRITE,
        Permission.SERVICES_WRITE,
        Permission.USERS_READ,
        Permission.USERS_MANAGE,
        Permission.TENANT_MANAGE,
        Permission.CONFIGURATION_READ,
        Permission.CONFIGURATION_WRITE,
        Permission.PAYMENTS_READ,
        Permission.PAYMENTS_WRITE,
        Permission.FILES_READ,
        Permission.FILES_WRITE,
        Permission.OUTBOX_READ,
        Permission.HISTORY_READ,
        Permission.LIVE_READ,
        Permission.OPERATIONS_READ,
        Permission.OPERATIONS_CANCEL,
    },
    Role.FRONT_DESK: EVERYBODY
    | {
        Permission.BOOKINGS_READ,
        Permission.BOOKINGS_WRITE,
        Permission.CLIENTS_READ,
        Permission.CLIENTS_WRITE,
        Permission.LEADS_READ,
        Permission.LEADS_WRITE,
        Permission.THREADS_READ,
        Permission.THREADS_WRITE,
        Permission.USERS_READ,
        Permission.PAYMENTS_READ,
        Permission.PAYMENTS_WRITE,
        Permission.FILES_READ,
        Permission.FILES_WRITE,
        Permission.LIVE_READ,
        Permission.OWN_OPERATIONS_READ,
        Permission.OWN_OPERATIONS_CANCEL,
    },
    Role.PROFESSIONAL: EVERYBODY
    | {
        Permission.OWN_BOOKINGS_READ,
        Permission.OWN_BOOKINGS_WRITE,
        Permission.OWN_PROFESSIONAL_WRITE,
        Permission.OWN_THREADS_READ,
        Permission.OWN_THREADS_WRITE,
        Permission.CLIENTS_READ,
        Permission.CLIENTS_WRITE,
        Permission.OWN_OPERATIONS_READ,
        Permission.OWN_OPERATIONS_CANCEL,
    },
    Role.CLIENT: EVERYBODY
    | {
        Permission.OWN_BOOKINGS_READ,
        Permission.OWN_BOOKINGS_WRITE,
        Permission.OWN_CLIENT_READ,
        Permission.OWN_CLIENT_WRITE,
        Permission.OWN_PAYMENTS_READ,
        Permission.OWN_THREADS_READ,
        Permission.OWN_THREADS_WRITE,
    },
    Role.AUDITOR: EVERYBODY
    | {
        Permission.BOOKINGS_READ,
        Permission.CLIENTS_READ,
        Permission.LEADS_READ,
        Permission.THREADS_READ,
        Permission.USERS_READ,
        Permission.CONFIGURATION_READ,
        Permission.PAYMENTS_READ,
        Permission.FILES_READ,
        Permission.HISTORY_READ,
        Permission.LIVE_READ,
        Permission.OPERATIONS_READ,
        Permission.OWN_OPERATIONS_CANCEL,
    },
    Role.OPERATOR: EVERYBODY
    | {
        Permission.JOBS_MANAGE,
        Permission.READ_MODELS_MANAGE,
        Permission.OPERATIONS_READ,
        Permission.OPERATIONS_CANCEL,
        Permission.RECEIPTS_MANAGE,
    },
}


class PermissionMissing(Forbidden):
    """Your role does not permit this."""

    permission: str


Whose = str | Sequence[str] | None
"""An id of whom something is, or several."""


class Reach(Value, frozen=True):
    """How far a permission goes: to everything in the tenant, or to what bears this one id.

    `field` is where the id stands in rows, states and filters: `client_id`, `professional_id`, `member_id`.
    Neither set, and not everything: to nothing at all. `others` are ids that were one's own before.
    """

    everything: bool = False
    field: str | None = None
    id: str | None = None
    others: tuple[str, ...] = ()

    @property
    def ids(self) -> list[str]:
        """Return all that is one's own."""
        return [each for each in (self.id, *self.others) if each is not None]

    def is_oneself(self, named: str | None) -> bool:
        """Whether somebody names themselves, as they are now.

        >>> Reach(field="client_id", id="client-2", others=("client-1",)).is_oneself("client-1")
        False
        """
        return named is not None and named == self.id

    def includes(self, **ids: "Whose") -> bool:
        """Whether a thing with these ids is within reach; where several have it in common, any of them.

        >>> Reach(field="client_id", id="client-1").includes(client_id="client-2")
        False
        """
        if self.everything:
            return True
        whose = ids.get(self.field or "")
        named = (whose,) if whose is None or isinstance(whose, str) else whose
        return any(each in self.ids for each in named)


class Principal(Value, frozen=True, kw_only=True):
    """Who sends a request, as the access token says."""

    tenant_id: TenantId
    user_id: UserId
    roles: tuple[Role, ...]
    permissions: frozenset[str]
    session_id: str
    professional_id: ProfessionalId | None = None
    client_id: ClientId | None = None
    earlier_clients: tuple[ClientId, ...] = ()

    @property
    def is_client(self) -> bool:
        """Whether they are a client of the business, and do not work there."""
        return Role.CLIENT in self.roles

    @property
    def member_id(self) -> ClientId | UserId | None:
        """As whom they take part in conversations: whoever works here by their user, a client by their record,
        if they have one yet.
        """
        return self.client_id if self.is_client else self.user_id

    def may(self, permission: str) -> bool:
        """Whether this is permitted for everything in the tenant."""
        return permission in self.permissions

    def reach(self, permission: str) -> Reach:
        """Return how far it goes; refuse if it goes nowhere."""
        if permission in self.permissions:
            return EVERYTHING
        if OWN.get(permission) not in self.permissions:
            raise PermissionMissing(permission=permission)
        if permission in OF_CONVERSATIONS:
            return Reach(field="member_id", id=self.member_id, others=self.earlier_clients)
        if self.is_client:
            return Reach(field="client_id", id=self.client_id, others=self.earlier_clients)
        return Reach(field="professional_id", id=self.professional_id)


EVERYTHING: Final = Reach(everything=True)


def permissions_of(roles: Iterable[Role]) -> frozenset[str]:
    """Return what any of the roles permits."""
    return frozenset[str]().union(*(_ALL[role] for role in roles))


_ALL: Final[Mapping[Role, frozenset[str]]] = {
    role: granted | {permission for permission, who in OF_RECORDS.items() if role in who}
    for role, granted in GRANTED.items()
}
