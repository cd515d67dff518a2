"""How often somebody may try a password: from one address, and for one account.

An account has few attempts a minute, from everywhere together; so that no stranger can lock its owner
out with them, they do not concern an address from which its owner has come in before, and one address
cannot use up more than half of them.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from application.accounts import TooManyAttempts, WrongCredentials
from application.rate_limits import Limit, RateLimiter

A_MINUTE: Final = 60.0
ONE_A_MONTH: Final = Limit(quota=1, window=30 * 86_400.0)
"""So long it is remembered from where somebody came in."""


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
        self._from_address = Limit(from_address, A_MINUTE)

    @contextmanager
    def one(self, account: str, address: str) -> Iterator[None]:
        """Let one attempt be made. Raises TooManyAttempts."""
        own = f"login/{account}/{address}"
        counted = self._count(account, address, own)
        try:
            yield
        except WrongCredentials:
            raise
        except BaseException:
            self._give_back(counted)
            raise
        self._give_back(counted)
        self._limiter.forgive(own)
        self._limiter.check(f"{own}/known", ONE_A_MONTH)

    def _count(self, account: str, address: str, own: str) -> list[str]:
        counted: list[str] = []
        for key, limit in self._limits(account, address, own):
            decision = self._limiter.check(key, limit)
            if not decision.allowed:
                self._give_back(counted)
                raise TooManyAttempts(
                    retry_after=max(1, math.ceil(decision.reset_after)),
                    limit=limit.quota,
                    window=int(limit.window),
                )
            counted.append(key)
        return counted

    def _limits(self, account: str, address: str, own: str) -> Iterator[tuple[str, Limit]]:
        """Return what to count an attempt under, one after the other, while it is allowed."""
        yield f"logins/{address}", self._from_address
        yield own, self._of_account
        if self._limiter.knows(f"{own}/known"):
            return
        if self._limiter.check(f"{own}/share", self._share).allowed:
            yield f"login/{account}", self._of_account

    def _give_back(self, counted: list[str]) -> None:
        for key in counted:
            self._limiter.give_back(key)
