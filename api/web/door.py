"""The door for strangers: what may be asked without logging in is counted by where it comes from."""

from typing import Annotated, Final

from fastapi import Depends, Request

from api.web.limiting import Limits
from api.web.turns import is_heavy


async def _stranger(request: Request) -> str:
    limits: Limits = request.app.state.backend.limits
    limits.count_stranger(request.scope)
    if is_heavy(request.scope["endpoint"], request.query_params):
        limits.count_heavy_stranger(request.scope)
    return limits.address_of(request.scope)


COUNTED: Final = Depends(_stranger)
Address = Annotated[str, COUNTED]
"""Where a request comes from that needs nobody to be logged in. It has been counted."""
