"""Tenants take turns: whoever has much to be done does not keep others waiting."""

import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from adapters.jobs import claims
from adapters.jobs.claims import Claimed

LOOK: Final = 0.5
"""Seconds after which it is asked again who has something due. What a look costs grows with what is
due: it takes a twentieth of the time at most."""

SHARE: Final = 20
MOST: Final = 100
"""Tenants that are looked through together for something that can be done."""


class Turns:
    """Whose turn it is in one lane: who was served last comes last."""

    def __init__(self, lane: str, seconds: Callable[[], float] = time.monotonic) -> None:
        self._lane = lane
        self._seconds = seconds
        self._tenants: list[str] = []
        self._look_again = 0.0
        self._looked_now = False

    def has_any(self, connection: Connection[Any], now: datetime) -> bool:
        """Whether anybody has something due."""
        self._looked_now = not self._tenants or self._seconds() >= self._look_again
        if self._looked_now:
            self._look(connection, now)
        return bool(self._tenants)

    def claim(self, connection: Connection[Any], *, now: datetime, **how: Any) -> list[Claimed]:
        """Take what is due of those whose turn it is, `without` these; if they have no more, of those who came
        since.
        """
        jobs = self._claimed(connection, now=now, **how)
        if not jobs and not self._looked_now:
            self._look(connection, now)
            jobs = self._claimed(connection, now=now, **how)
        return jobs

    def _claimed(
        self,
        connection: Connection[Any],
        *,
        now: datetime,
        most: int,
        claim_id: UUID,
        lease: timedelta,
        without: Collection[str] = (),
    ) -> list[Claimed]:
        turns = [each for each in self._tenants if each not in without]
        for first in range(0, len(turns), MOST):
            jobs = claims.claim(
                connection,
                self._lane,
                now=now,
                most=most,
                claim_id=claim_id,
                lease=lease,
                tenants=turns[first : first + MOST],
            )
            if jobs:
                self._serve([job.tenant for job in jobs])
                return jobs
        self._tenants = [each for each in self._tenants if each in without]
        return []

    def _look(self, connection: Connection[Any], now: datetime) -> None:
        """Find who has something due. Who is new comes first, the others keep their turns."""
        began = self._seconds()
        turns = {tenant: number for number, tenant in enumerate(self._tenants)}
        due = claims.tenants_due(connection, self._lane, now)
        self._tenants = sorted(due, key=lambda tenant: turns.get(tenant, -1))
        took = self._seconds() - began
        self._look_again = began + took + max(LOOK, SHARE * took)

    def _serve(self, tenants: Sequence[str]) -> None:
        served = set(tenants)
        waiting = [tenant for tenant in self._tenants if tenant not in served]
        self._tenants = waiting + [tenant for tenant in self._tenants if tenant in served]
