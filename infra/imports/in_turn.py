"""Orders that are decided one after the other, and recorded one after the other: while PostgreSQL records one,
the next is thought about.

What is decided before the one before it is recorded may be out of date by then. That is found out as ever, by
the versions of what was looked at, and it is decided again: so what is recorded, or refused, is what would have
been, had each waited for the one before it. Whoever waits keeps nothing contended from it.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from threading import Event
from typing import Any, Final, NamedTuple

from application.dispatch import Dispatcher
from application.ports import About, Answer, EventStore, View
from application.transact import Changes, UseCase
from domain.messages import Command

AT_ONCE: Final = 2


class Turn(NamedTuple):
    """An order under way: when it is `decided`, the next is thought about."""

    decided: Event
    answer: Future[Answer]


class InTurn:
    """Carries out orders in threads of its own; `at_work` lends each the connections of those who work."""

    def __init__(
        self,
        use_cases: Mapping[type[Command], UseCase[Any]],
        store: EventStore,
        at_work: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._use_cases = use_cases
        self._store = store
        self._at_work = at_work
        self._threads = ThreadPoolExecutor(AT_ONCE, "in turn")

    def __call__(self, order: Command, about: About, before: Turn | None = None) -> Turn:
        """Carry out an order: nothing of it is recorded before the one before it was, nor if that was not."""
        decided = Event()
        store = _After(self._store, before, decided)
        return Turn(decided, self._threads.submit(self._carried_out, order, about, store))

    def _carried_out(self, order: Command, about: About, store: "_After") -> Answer:
        try:
            with self._at_work():
                return Dispatcher(self._use_cases, store)(order, about)
        finally:
            store.decided.set()


class _After:
    """An event store in which nothing is seen before the order before this was `decided`, and nothing is
    recorded, or known to be current, before that was answered. Raises what was raised instead of its answer.
    """

    def __init__(self, store: EventStore, before: Turn | None, decided: Event) -> None:
        self._store = store
        self._before = before
        self.decided = decided
        self.history = store.history
        self.answer_to = store.answer_to

    def view(self, about: About) -> AbstractContextManager[View]:
        """Open a view on the past; contended streams are queued for until it is closed."""
        if self._before is not None:
            self._before.decided.wait()
        return self._store.view(about)

    def append(self, view: View, changes: Changes, about: About) -> Answer:
        """Record the changes; VersionConflictError when something seen has changed since."""
        self._wait(view)
        return self._store.append(view, changes, about)

    def is_current(self, view: View, about: About) -> bool:
        """Whether all that was seen is still the latest."""
        self._wait(view)
        return self._store.is_current(view, about)

    def _wait(self, view: View) -> None:
        self.decided.set()
        if self._before is not None:
            if not self._before.answer.done():
                view.let_go()
            self._before.answer.result()
