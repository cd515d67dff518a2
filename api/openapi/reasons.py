"""Which refusals a route may answer with, by what it is about: for the OpenAPI document.

It says no less than what happens: tests hold every refusal that any of them gets against it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Final

from fastapi.routing import APIRoute

from api import conditions, gate, refusals, signing
from api.conditions import needs_if_match
from api.errors import status_of
from application import (
    accounts,
    address_proofs,
    availability,
    contact_details,
    dispatch,
    jobs,
    outbox,
    parked,
    permissions,
    ports,
    reach,
)
from domain import (
    agendas,
    allowances,
    bookable,
    bookings,
    clients,
    identities,
    professionals,
    series,
    services,
    tenants,
    time_blocks,
    users,
    zones,
)
from domain import availability as hours
from domain.messages import DomainError

Refusals = tuple[type[DomainError], ...]


def of(*modules: ModuleType) -> Refusals:
    """Return the refusals that are declared in these modules, and below them."""
    known = DomainError.__subclasses__()
    names = tuple(f"{module.__name__}." for module in modules)
    return tuple(kind for kind in known if f"{kind.__module__}.".startswith(names))


# --- By what the request is ---------------------------------------------------------------

ALWAYS: Final[Refusals] = (
    refusals.InternalError,
    refusals.TooManyRequests,
    refusals.Unavailable,
    ports.NotReadableHere,
)
GUARDED: Final[Refusals] = (
    gate.TokenMissing,
    accounts.InvalidToken,
    accounts.TokenExpired,
    permissions.PermissionMissing,
)
READING: Final[Refusals] = (
    reach.NotFound,
    refusals.QueryInvalid,
    refusals.ValidationFailed,
    signing.TokenInvalid,
    ports.ProjectionBehind,
    ports.PositionUnknown,
)
WRITING: Final[Refusals] = (
    reach.NotFound,
    reach.StandingChanged,
    reach.ChangedTooOften,
    conditions.IfMatchInvalid,
    dispatch.IdempotencyKeyReused,
    dispatch.TooContended,
    dispatch.VersionMismatch,
    ports.EventTooLarge,
    ports.OrderTooLarge,
    ports.PersonalDataErased,
    ports.ProjectionBehind,
    refusals.BodyMalformed,
    refusals.BodyTooDeep,
    refusals.BodyTooLarge,
    refusals.IdempotencyKeyInvalid,
    refusals.OutcomeUnknown,
    refusals.MediaTypeUnsupported,
    refusals.QueryInvalid,
    refusals.ValidationFailed,
    signing.TokenInvalid,
)

# --- By what it is about ------------------------------------------------------------------

DETAILS: Final = of(contact_details)
VISITS: Final = (
    *of(bookings, hours, agendas, bookable),
    allowances.TooManyHolds,
    allowances.TooManyOpenRequests,
    *DETAILS,
    clients.ClientNotFound,
    clients.ClientIsErased,
    identities.ClientAlreadyExists,
    professionals.ProfessionalNotFound,
    professionals.ProfessionalIsRetired,
    professionals.BookingDisabled,
    services.ServiceNotFound,
    services.ServiceIsRemoved,
)
FREE: Final = (
    bookable.LengthNotOffered,
    availability.WindowInvalid,
    bookings.BookingNotFound,
    bookings.DurationNotKnown,
    bookings.DurationNotAllowed,
    bookings.ServiceNotBookable,
    bookings.ServiceNotOffered,
    professionals.ProfessionalNotFound,
    professionals.ProfessionalIsRetired,
    professionals.BookingDisabled,
    services.ServiceNotFound,
    services.ServiceIsRemoved,
    zones.UnknownTimeZone,
)
WORKING: Final = (*of(professionals, zones), *DETAILS)
TIMES_OFF: Final = (
    *of(time_blocks, zones),
    professionals.ProfessionalNotFound,
    professionals.ProfessionalIsRetired,
)
PEOPLE: Final = (*of(clients, identities), *DETAILS)
ACCOUNTS: Final = (
    *of(accounts, address_proofs, users, tenants, zones),
    *PEOPLE,
    professionals.ProfessionalNotFound,
    professionals.ProfessionalIsRetired,
)

WHEN_WRITING: Final[Mapping[str, Refusals]] = {
    "bookings": VISITS,
    "holds": VISITS,
    "series": (*VISITS, *of(series, zones)),
    "professionals": WORKING,
    "time_blocks": TIMES_OFF,
    "services": (*of(services), professionals.ProfessionalNotFound),
    "clients": PEOPLE,
    "users": ACCOUNTS,
    "tenants": of(tenants, zones),
    "client_limits": of(allowances),
    "jobs": of(jobs),
    "read_models": of(parked),
    "auth": ACCOUNTS,
    "beauty": VISITS,
    "calendar": WORKING,
    "setter.bookings": VISITS,
    "setter.clients": PEOPLE,
    "setter.users": WORKING,
}
WHEN_READING: Final[Mapping[str, Refusals]] = {
    "availability": FREE,
    "calendar": FREE,
    "jobs": of(jobs),
    "outbox": of(outbox),
    "tasks": of(jobs),
}
"""By the module of a route's function, below `api` or `api.compat`."""


def reasons(route: APIRoute, method: str, permission: str | None) -> dict[int, Sequence[str]]:
    """Return the codes of the refusals of a route, by status."""
    found: dict[int, set[str]] = defaultdict(set)
    for kind in _refusals(route, method, permission):
        found[_status(kind)].add(kind.code)
    return {status: sorted(codes) for status, codes in found.items()}


def _refusals(route: APIRoute, method: str, permission: str | None) -> Refusals:
    about = route.endpoint.__module__.removeprefix("api.").removeprefix("compat.")
    if method == "GET":
        by_request = READING if permission else ()
        return (*ALWAYS, *_gate(permission), *by_request, *WHEN_READING.get(about, ()))
    demands = (conditions.IfMatchRequired,) if needs_if_match(method, route.path_format) else ()
    by_topic = WHEN_WRITING.get(about, ())
    return (*ALWAYS, *_gate(permission), *WRITING, *demands, *by_topic)


def _gate(permission: str | None) -> Refusals:
    return GUARDED if permission else ()


def _status(kind: type[DomainError]) -> int:
    return status_of(kind(allowed=()))[0]
