"""How often one may ask, for whoever wants to know before being refused."""

from typing import Annotated, Final

import msgspec
from fastapi import Response

from api.requests.answers import Made, answers
from api.requests.caller import JSON, Caller
from api.web.gate import may
from api.web.routing import Router
from application.permissions import Permission

MayRead = Annotated[Caller, may(Permission.ACCOUNT_READ)]

router: Final = Router(prefix="/v1/limits", tags=["limits"])


class Policy(msgspec.Struct):
    """So many requests in any so many seconds: for each user, tenant or address, as its name says."""

    name: str
    quota: int
    window_seconds: float


class Policies(msgspec.Struct):
    data: list[Policy]


@router.get("")
@answers(Made(Policies))
def list_limits(caller: MayRead) -> Response:
    """List how often one may ask: reads, writes and what is heavy; and what all of a tenant, and who
    is not logged in.
    """
    policies = caller.backend.limits.policies.items()
    found = [Policy(name, limit.quota, limit.window) for name, limit in policies]
    return Response(msgspec.json.encode({"data": found}), media_type=JSON)
