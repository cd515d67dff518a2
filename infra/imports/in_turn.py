"""Orders that are decided two at a time, and recorded one after the other: while PostgreSQL records one, the
next is thought about.

What is decided before the turn of the one before it has ended may be out of date by then. That is found out
as ever, by the versions of what was looked at, and it is decided again: so what is recorded is what would
have been, had each waited for the one before it.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any, Final

from application.dispatch import Dispatcher
from application.ports import About, Answer, EventStore, View
from application.transact import Changes, UseCase
from domain.messages import Command

AT_ONCE: Final = 2


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

    def __call__(
        self, order: Command, about: About, before: "Future[Answer] | None" = None
    ) -> "Future[Answer]":
        """Carry out an order: nothing of it is recorded before the one before it was, nor if that was not."""
        return self._threads.submit(self._carried_out, order, about, before)

    def _carried_out(self, order: Command, about: About, before: "Future[Answer] | None") -> Answer:
        with self._at_work():
            return Dispatcher(self._use_cases, _After(self._store, before))(order, about)


class _After:
    """An event store that records nothing before an answer is there. Raises what was raised instead of it."""

    def __init__(self, store: EventStore, before: "Future[Answer] | None") -> None:
        self._store = store
        self._before = before
        self.view = store.view
        self.is_current = store.is_current
        self.history = store.history
        self.answer_to = store.answer_to

    def append(self, view: View, changes: Changes, about: About) -> Answer:
        """Record the changes; VersionConflictError when something seen has changed since."""
        if self._before is not None:
            self._before.result()
        return self._store.append(view, changes, about)
