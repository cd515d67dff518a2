"""Lets in who sends a request, with the permission that its route demands, and counts them."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import Request
from fastapi.params import Depends
from fastapi.routing import APIRoute
from starlette.datastructures import Headers

from api.backend import Backend
from api.problems.questions import refuse, unknown
from api.problems.refusals import QueryInvalid
from api.problems.refused import Refused
from api.requests.answers import Listed, said_of
from api.requests.asker import READING
from api.requests.caller import Caller
from api.web.limiting import READS, STRANGERS, WRITES
from api.web.routing import in_thread
from api.web.turns import HEAVY, is_heavy
from application.permissions import Permission, Principal
from domain.messages import DomainError

PRINCIPAL: Final = "frontdesk.principal"


class TokenMissing(Refused, status=401):
    """Log in first: this needs an access token."""


ELSEWHERE: Final = frozenset(
    {
        Permission.JOBS_MANAGE,
        Permission.READ_MODELS_MANAGE,
        Permission.RECEIPTS_MANAGE,
        Permission.FILES_WRITE,
        Permission.CONFIGURATION_WRITE,
    }
)
"""What is changed by these is no event, or not only one: bytes are kept, and providers asked, before any
dispatcher asks who wants it.
"""


class Gate:
    """Lets in who has the permission; the route is declared by it (see `routes_and_permissions`)."""

    def __init__(self, permission: str) -> None:
        self.permission = permission

    async def __call__(self, request: Request) -> Caller:
        """Return the caller. Raises TokenMissing, PermissionMissing and what the token deserves."""
        backend: Backend = request.app.state.backend
        principal = authentic(request.scope)
        reading = request.method in READING
        heavy = is_heavy(request.scope["endpoint"], request.query_params)
        kind = HEAVY if heavy else READS if reading else WRITES
        backend.limits.count(request.scope, principal, kind)
        if self.permission not in principal.permissions:
            principal.reach(self.permission)
        if request.scope["query_string"]:
            refuse_unknown(request)
        body = None if reading else await request.body()
        caller = Caller(request, principal, self.permission, body, heavy=heavy)
        if self.permission in ELSEWHERE and not reading:
            await in_thread(_refuse_outdated)(caller=caller)
        return caller


def _refuse_outdated(caller: Caller) -> None:
    caller.refuse_outdated()


def recognise(scope: Any, backend: Backend) -> None:
    """Find out who sends a request, once, and count it: by their tenant, or by where it comes from,
    whatever was claimed. Raises TooManyRequests.
    """
    try:
        found = scope[PRINCIPAL] = backend.authenticate(bearer(scope))
    except DomainError as refusal:
        scope[PRINCIPAL] = refusal
        backend.limits.count_stranger(scope)
    else:
        backend.limits.count_known(found)


def authentic(scope: Any) -> Principal:
    """Return who sends a request that was looked at. Raises TokenMissing and what the token deserves."""
    found: Principal | DomainError = scope[PRINCIPAL]
    if isinstance(found, DomainError):
        raise found
    return found


def is_known(scope: Any) -> bool:
    """Whether it was found out who sends a request."""
    return isinstance(scope.get(PRINCIPAL), Principal)


def party(scope: Any) -> str:
    """Return the business for which something is asked, or that it is asked by a stranger."""
    return scope[PRINCIPAL].tenant_id if is_known(scope) else STRANGERS


def refuse_unknown(request: Request) -> None:
    """What is asked and not understood is refused, never ignored."""
    known, asked = request.app.state.asked(request.scope["route"]), request.query_params
    if strange := sorted(asked.keys() - known):
        rest = {name: text for name, text in asked.items() if name in known}
        refuse([*unknown(strange, sorted(known)), *_wrong_besides(request, rest)])


def _wrong_besides(request: Request, asked: Mapping[str, str]) -> list[QueryInvalid]:
    """Return what else a list refuses of a question, for all of it to be told at once."""
    shape = said_of(request.scope["endpoint"]).shape
    if isinstance(shape, Listed):
        try:
            shape.asked.look_at(asked)
        except QueryInvalid as refusal:
            return [refusal]
    return []


def may(permission: str) -> Any:
    """Mark a parameter as the caller of a route that demands this permission:
    `MayWrite = Annotated[Caller, may(Permission.SERVICES_WRITE)]`.
    """
    return Depends(Gate(permission))


def permission_of(route: APIRoute) -> str | None:
    """Return the permission that a route demands; None for what is for everybody."""
    gates = (getattr(each.call, "permission", None) for each in route.dependant.dependencies)
    return next((str(permission) for permission in gates if permission), None)


def bearer(scope: Any) -> str:
    """Return the access token of a request. Raises TokenMissing."""
    scheme, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise TokenMissing
    return token
