"""Where providers call. Who they are is proven by what they send; it is kept, and nothing else is done."""

from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import StringConstraints

from api.backend import Backend
from api.problems.refusals import ValidationFailed
from api.requests.answers import answers, of
from api.web.arriving import raw
from api.web.routing import Router, called
from application.inbound import Arrival, HandshakeRefused, refusals
from application.reach import NotFound
from domain.values import TenantId

PUBLIC: Final[dict[str, Any]] = {"security": []}
ANYTHING: Final[dict[str, Any]] = {
    "requestBody": {"content": {"*/*": {"schema": {}}}, "description": "As the provider sends it."}
}
LONGEST: Final = 1_000
SUBSCRIBE: Final = "subscribe"

Name = Annotated[str, StringConstraints(max_length=40, pattern="^[a-z][a-z0-9-]*$")]
Said = Annotated[str, StringConstraints(max_length=LONGEST)]

router: Final = Router(prefix="/v1/inbound", tags=["inbound"])


async def _arrival(request: Request) -> Arrival:
    return Arrival(
        method=request.method,
        url=_url(request),
        headers=tuple((name.lower(), value) for name, value in request.scope["headers"]),
        body=await request.body(),
    )


def _url(request: Request) -> str:
    """Return the address as a provider knows it: whoever calls may say in `Host` what they like."""
    ours: str = request.app.state.backend.public_url or f"http://{request.headers.get('host', '')}"
    target: str = request.scope["raw_path"].decode("latin-1")
    asked = request.scope["query_string"].decode("latin-1")
    return ours.rstrip("/") + target + (f"?{asked}" if asked else "")


Arrived = Annotated[Arrival, Depends(_arrival)]


@router.post(
    "/{tenant}/{provider}",
    response_class=PlainTextResponse,
    openapi_extra={**PUBLIC, **ANYTHING},
)
@answers(refuses=of(refusals), records=False)
@called
@raw
def take_call(tenant: UUID, provider: Name, arrival: Arrived, request: Request) -> Response:
    """Take a call of a provider: what it has signed is kept, and understood afterwards. The same again is
    answered in the same way, and nothing comes of it.
    """
    backend: Backend = request.app.state.backend
    proven = partial(backend.limits.count_callback, request.scope, str(tenant))
    backend.reception.take(TenantId(str(tenant)), provider, arrival, proven)
    return PlainTextResponse("")


@router.get("/{tenant}/{provider}/{secret}", response_class=PlainTextResponse, openapi_extra=PUBLIC)
@answers(refuses=(*of(refusals), NotFound, ValidationFailed))
@called
def take_call_in_query(
    tenant: UUID,
    provider: Name,
    secret: Said,  # noqa: ARG001 - it is compared where the whole address is
    arrival: Arrived,
    request: Request,
) -> Response:
    """Take a call of a provider that signs nothing, and says it all in the query: it is known by the last part of the
    address, which nobody else knows. Whoever does not know it is told that there is nothing here.
    """
    return _taken_in_address(tenant, provider, arrival, request)


@router.post(
    "/{tenant}/{provider}/{secret}",
    response_class=PlainTextResponse,
    openapi_extra={**PUBLIC, **ANYTHING},
)
@answers(refuses=of(refusals), records=False)
@called
@raw
def take_call_at_secret_address(
    tenant: UUID,
    provider: Name,
    secret: Said,  # noqa: ARG001 - it is compared where the whole address is
    arrival: Arrived,
    request: Request,
) -> Response:
    """Take a call of a provider that signs nothing: it is known by the last part of the address, which nobody else
    knows. It is kept, and understood afterwards; the same again is answered in the same way, and nothing comes of it.
    """
    return _taken_in_address(tenant, provider, arrival, request)


def _taken_in_address(tenant: UUID, provider: str, arrival: Arrival, request: Request) -> Response:
    backend: Backend = request.app.state.backend
    proven = partial(backend.limits.count_callback, request.scope, str(tenant))
    backend.reception.take(TenantId(str(tenant)), provider, arrival, proven, in_address=True)
    return PlainTextResponse("")


@router.get("/{tenant}/{provider}", response_class=PlainTextResponse, openapi_extra=PUBLIC)
@answers(refuses=(*of(refusals), NotFound, ValidationFailed))
@called
def greet(
    tenant: UUID,
    provider: Name,
    request: Request,
    token: Annotated[Said, Query(alias="hub.verify_token")] = "",
    challenge: Annotated[Said, Query(alias="hub.challenge")] = "",
    mode: Annotated[Said, Query(alias="hub.mode")] = SUBSCRIBE,
) -> Response:
    """Answer the handshake by which a provider finds out that this address is ours: with what it asks, if
    it knows the token that was agreed.
    """
    if mode != SUBSCRIBE:
        raise HandshakeRefused
    backend: Backend = request.app.state.backend
    backend.reception.greet(TenantId(str(tenant)), provider, token)
    return PlainTextResponse(challenge)
