"""A look at the past by somebody who only asks: nobody queues for it, and nothing is recorded."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from adapters.event_store.store import PostgresEventStore
from application.ports import About, Clock, View
from domain.aggregate import Aggregate
from domain.messages import DomainError

S = TypeVar("S")
T = TypeVar("T")

ATTEMPTS: Final = 5
"""While others write all the time, an answer is out of date as soon as it is given anyhow."""


class Glance:
    """A past that remembers what was looked at, to find out whether it is still so."""

    def __init__(self, store: PostgresEventStore, tenant: str, now: datetime) -> None:
        self._store = store
        self._tenant = tenant
        self._states: dict[str, Any] = {}
        self.now = now
        self.seen: dict[str, int] = {}

    def of(self, aggregate: Aggregate[S, Any], identity: str) -> S:
        """Return the state of an aggregate; its initial state when it never happened."""
        if identity not in self.seen:
            key = (self._tenant, identity)
            self._states[identity], self.seen[identity] = self._store.state(aggregate, key)
        state: S = self._states[identity]
        return state

    def foresee(self, aggregate: Aggregate[Any, Any], identities: Iterable[str]) -> None:
        """Read them at once."""
        self._store.foresee(aggregate, self._tenant, identities)

    def let_go(self) -> None:
        """Nothing is queued for."""


class Asking:
    """Answers questions about the past as it is now, whichever process changed it last."""

    def __init__(self, store: PostgresEventStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def __call__(self, tenant: str, question: Callable[[View], T]) -> T:
        """Ask; ask again when something that was looked at turns out to be older than the log."""
        for _ in range(ATTEMPTS - 1):
            glance = Glance(self._store, tenant, self._clock())
            try:
                answer = question(glance)
            except DomainError:
                if self._is_current(glance, tenant):
                    raise
                continue
            if self._is_current(glance, tenant):
                return answer
        return question(Glance(self._store, tenant, self._clock()))

    def _is_current(self, glance: Glance, tenant: str) -> bool:
        nobody = About(tenant=tenant, actor="", command_id=UUID(int=0))
        return self._store.is_current(glance, nobody)
