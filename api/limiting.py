"""How often one may ask: per person and class of route, told in every answer.

The headers are those of draft-ietf-httpapi-ratelimit-headers-09.
"""

from collections.abc import Mapping
from math import ceil
from typing import Any, Final

from api.marks import mark
from api.refusals import TooManyRequests
from application.permissions import Principal
from application.rate_limits import Limit, RateLimiter

READS: Final = "reads"
WRITES: Final = "writes"
HEAVY: Final = "heavy"
LIGHTER: Final = 10
"""What is heavy may be asked a tenth as often."""

MINUTE: Final = 60


class Limits:
    """Counts requests. What is refused here was not carried out: its key is as good as before."""

    def __init__(self, limiter: RateLimiter, per_minute: int) -> None:
        self.policies: Mapping[str, Limit] = {
            READS: Limit(per_minute, MINUTE),
            WRITES: Limit(per_minute, MINUTE),
            HEAVY: Limit(max(1, per_minute // LIGHTER), MINUTE),
        }
        self._limiter = limiter
        self._told = {
            name: b'"%b";q=%d;w=%d' % (name.encode(), policy.quota, MINUTE)
            for name, policy in self.policies.items()
        }

    def count(self, scope: Any, principal: Principal, name: str) -> None:
        """Count one request. Raises TooManyRequests."""
        key = f"{name}/{principal.tenant_id}/{principal.user_id}"
        decision = self._limiter.check(key, self.policies[name])
        grows = ceil(decision.reset_after)
        mark(scope, b"ratelimit-policy", self._told[name])
        mark(scope, b"ratelimit", b'"%b";r=%d;t=%d' % (name.encode(), decision.remaining, grows))
        if not decision.allowed:
            raise TooManyRequests(retry_after=max(1, grows), policy=name, quota=decision.limit)
