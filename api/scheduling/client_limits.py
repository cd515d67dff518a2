"""How much one client may have open at once, as the business says."""

from typing import Annotated, Final

import msgspec
from fastapi import Response
from pydantic import Field

from api.requests.answers import Made, answers, of
from api.requests.caller import JSON, Caller
from api.requests.forms import Body
from api.web.gate import may
from api.web.routing import Router
from application.permissions import Permission
from domain.scheduling import allowances
from domain.scheduling.allowances import (
    CLIENT_LIMITS,
    MOST,
    THE_LIMITS,
    ChangeClientLimits,
    ClientLimits,
)

MayRead = Annotated[Caller, may(Permission.TENANT_READ)]
MayManage = Annotated[Caller, may(Permission.TENANT_MANAGE)]
HowMany = Annotated[int, Field(strict=True, ge=0, le=MOST)]

router: Final = Router(prefix="/v1/client-limits", tags=["bookings"])


class ChangedLimits(Body):
    """What is not named stays."""

    open_requests: HowMany | None = None
    open_holds: HowMany | None = None


@router.get("")
@answers(Made(ClientLimits))
def show_client_limits(caller: MayRead) -> Response:
    """Show how many requests and holds one client may have open at once."""
    return Response(msgspec.json.encode(_limits(caller)), media_type=JSON)


@router.patch("")
@answers(Made(ClientLimits), refuses=of(allowances), any_version=True)
def change_client_limits(body: ChangedLimits, caller: MayManage) -> Response:
    """Let clients have more open from now on, or less; what is open stays open."""
    command = ChangeClientLimits(open_requests=body.open_requests, open_holds=body.open_holds)
    answer = caller.order(command)
    return Response(msgspec.json.encode(_limits(caller)), 200, caller.marks(answer), JSON)


def _limits(caller: Caller) -> ClientLimits:
    return caller.ask(lambda past: past.of(CLIENT_LIMITS, THE_LIMITS))
