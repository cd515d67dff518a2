"""How often somebody may try a password: from one address, and for one account.

An account has few attempts a minute (ten), from everywhere together; so that no stranger can lock its
owner out with them, one address cannot use up more than half of them. What it tries beyond that is
counted among a few more (five), of all such addresses together. None of this concerns addresses from
which its owner has come in before: those have as many each, and twice as many together. So wherever
they come from, no more fail than fifteen and twenty.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from application.business.accounts import TooManyAttempts, WrongCredentials
from application.operations.rate_limits import Limit, RateLimiter

A_MINUTE: Final = 60.0
ONE_A_MONTH: Final = Limit(quota=1, window=30 * 86_400.0)
"""So long it is remembered from where somebody came in."""

OWN_ADDRESSES: Final = 2
"""From so many of those one would have to try at once to lock somebody out of the others."""


class Attempts:
    """Counts each one before it is made, so that many at once are not too many; what succeeds, or
    comes to no end, is given back.
    """

    def __init__(
        self, limiter: RateLimiter, *, of_account: int = 10, from_address: int = 30
    ) -> None:
        self._limiter = limiter
        self._of_account = Limit(of_account, A_MINUTE)
        self._share = Limit(max(1, of_account // 2), A_MINUTE)
        self._beyond = Limit(of_account - self._share.quota, A_MINUTE)
        self._of_known = Limit(of_account * OWN_ADDRESSES, A_MINUTE)
        self._from_address = Limit(from_address, A_MINUTE)

    @contextmanager
    def one(self, account: str, address: str) -> Iterator[None]:
        """Let one attempt be made. Raises TooManyAttempts."""
        own = f"login/{account}/{address}"
        known = self._limiter.knows(f"{own}/known")
        counted: list[str] = []
        try:
            self._take(counted, f"logins/{address}", self._from_address)
            self._take(counted, own, self._of_account)
            if known:
                self._take(counted, f"known/{account}", self._of_known)
            elif self._limiter.check(f"{own}/share", self._share).allowed:
                counted.append(f"{own}/share")
                self._take(counted, f"account/{account}", self._of_account)
            else:
                self._take(counted, f"beyond/{account}", self._beyond)
            yield
        except WrongCredentials:
            raise
        except BaseException:  # was not made, or came to no end, and so uses nothing up
            self._give_back(counted)
            raise
        counted.remove(own)
        self._give_back(counted)
        self._limiter.forgive(own)
        if not known:
            self._limiter.check(f"{own}/known", ONE_A_MONTH)

    def _take(self, counted: list[str], key: str, limit: Limit) -> None:
        count_one(self._limiter, key, limit)
        counted.append(key)

    def _give_back(self, counted: list[str]) -> None:
        for key in counted:
            self._limiter.give_back(key)


def count_one(limiter: RateLimiter, key: str, limit: Limit) -> None:
    """Count one more. Raises TooManyAttempts."""
    decision = limiter.check(key, limit)
    if not decision.allowed:
        raise TooManyAttempts(
            retry_after=max(1, math.ceil(decision.reset_after)),
            limit=limit.quota,
            window=int(limit.window),
        )
