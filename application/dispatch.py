"""Carry out commands: find the use case, let it decide on the present past, record its events."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from application.ports import THERE, About, Answer, EventStore, VersionConflictError, View
from application.reach import refuse_beyond, refuse_endless
from application.refusals import NotNow
from application.transact import Changes, Together, UseCase, together
from domain.messages import Bookkeeping, Command, DomainError, Invalid
from domain.values import TenantId

ATTEMPTS: Final = 200
"""How often a decision is made before giving up. In one process commands on a contended aggregate
queue up, so only other processes win in between, at random: of eight that want the same all the
time one loses forty times in a row within minutes, two hundred times never."""


class VersionMismatch(DomainError):
    """It has changed since you last saw it: read it again, and change what is there now."""

    current_version: int


class IdempotencyKeyReused(Invalid):
    """The idempotency key was used for another request."""


class TooContended(NotNow):
    """Too many changes are being made to this at once; try again in a moment."""


MOST_MISSED: Final = 50
"""Events that are looked through for whether they change what somebody has seen."""


class Dispatcher:
    """Knows every use case; recording is the store's. What businesses have to `claim` before it is recorded
    is claimed when nothing else speaks against it. Whoever wants to is `told` of what was recorded.
    """

    def __init__(
        self,
        use_cases: Mapping[type[Command], UseCase[Any]],
        store: EventStore,
        *,
        claims: Callable[[Changes, TenantId], Sequence[Callable[[], object]]] = lambda *_: (),
        told: Callable[[Answer], object] = lambda _: None,
    ) -> None:
        self._use_cases: dict[type[Command], UseCase[Any]] = {
            **use_cases,
            Together: together(use_cases),
        }
        self._store = store
        self._claims = claims
        self._told = told

    def __call__(self, command: Command, about: About) -> Answer:
        """Decide and record; decide again when somebody else was faster."""
        use_case = self._use_cases[type(command)]
        for _ in range(ATTEMPTS):
            try:
                return self._attempt(use_case, command, about)
            except VersionConflictError:
                continue
        raise TooContended

    def _attempt(self, use_case: UseCase[Any], command: Command, about: About) -> Answer:
        with self._store.view(about) as view:
            self._refuse_beyond(command, view, about)
            try:
                changes = use_case(command, view)
                if about.leave is not None:
                    refuse_endless(command, about.leave, changes, view.seen)
                self._refuse_another_version(view, about)
                if claims := self._claims(changes, TenantId(about.tenant)):
                    if first := self._first_answer(view, about):
                        return first
                    for claim in claims:
                        claim()
            except DomainError:
                if first := self._first_answer(view, about):
                    return first
                raise
            answer = self._store.append(view, changes, about)
        self._told(answer)
        return answer

    def _refuse_beyond(self, command: Command, view: View, about: About) -> None:
        """Refuse what whoever orders has no leave for, also when it was carried out before."""
        if about.leave is None:
            return
        try:
            refuse_beyond(command, about.leave, view)
        except DomainError:
            if not self._store.is_current(view, about):
                raise VersionConflictError from None
            raise

    def _first_answer(self, view: View, about: About) -> Answer | None:
        """Return what was answered if the command was carried out before: a booking made by the first
        request has taken its own slot. Raises VersionConflictError where it was decided on what is out of
        date: neither a refusal nor a claim counts then.
        """
        if about.retried and (first := self._store.answer_to(about)):
            return first
        if not self._store.is_current(view, about):
            raise VersionConflictError
        return None

    def _refuse_another_version(self, view: View, about: About) -> None:
        if about.if_match is None:
            return
        stream, version = about.if_match
        seen = view.seen.get(stream, 0)
        if version == THERE and seen:
            return
        if seen != version and not self._has_missed_nothing(about.tenant, stream, version, seen):
            raise VersionMismatch(current_version=seen)

    def _has_missed_nothing(self, tenant: str, stream: str, version: int, seen: int) -> bool:
        """Whether only bookkeeping lies between the version named and the present one, and not
        much of it.
        """
        if not 0 < seen - version <= MOST_MISSED or version < 1:
            return False
        since = self._store.history(tenant, stream, after=version)
        return all(isinstance(past.event, Bookkeeping) for past in since)
