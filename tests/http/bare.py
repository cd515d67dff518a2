"""A backend with nothing behind it, for what happens on the wire alone."""

from typing import Any, Final
from unittest.mock import Mock

from adapters.rate_limits.one_process import ProcessRateLimiter
from api.backend import Backend
from api.web.limiting import Limits
from application.permissions import Principal
from domain.values import TenantId, UserId

ANA: Final = Principal(
    tenant_id=TenantId("salon-1"),
    user_id=UserId("ana"),
    roles=(),
    permissions=frozenset(),
    session_id="session-1",
)


def bare(**more: Any) -> Backend:
    """Return one to which everybody with a token is Ana."""
    parts = ("dispatch", "ask", "read_models", "accounts", "erasures", "audit", "jobs", "live")
    others = ("files", "long_operations", "outbox", "parked", "signer", "vitals", "walk")
    more_of_it = (
        "receipts",
        "reception",
        "origins",
        "public_names",
        "public_forms",
        "tried",
        "guests",
        "feed",
        "tickets",
        "configured",
        "company",
        "following",
        "attending",
        "ends",
        "webhooks",
        "payments",
    )
    nothing: dict[str, Any] = {part: Mock() for part in (*parts, *others, *more_of_it)}
    return Backend(
        authenticate=Mock(return_value=ANA),
        is_denied=Mock(return_value=False),
        positions=Mock(),
        clock=Mock(),
        pepper="",
        limits=Limits(ProcessRateLimiter(), 10_000, strangers_per_minute=10_000),
        **{**nothing, **more},
    )
