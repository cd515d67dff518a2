"""The race: A B A B …, every contender on the same PostgreSQL, one at a time."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Final, Self

import msgspec

from infra.bench.contender import Contender, Running, started
from infra.bench.figures import Round
from infra.bench.processor import processor_seconds
from infra.bench.rounds import Order
from infra.servers import postgres

WARM_UP_SECONDS: Final = 0.3


class Entrant(msgspec.Struct, frozen=True):
    """A contender, what it is told to do in each round, and what that is called."""

    name: str
    contender: Contender
    order: Order


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """One question: how do we compare at this? `key` names it in bench.json."""

    key: str
    title: str
    ours: Entrant
    rivals: tuple[Entrant, ...]
    unit: str = "per second"
    needs_kafka: bool = False

    @property
    def entrants(self) -> tuple[Entrant, ...]:
        return (self.ours, *self.rivals)


Rounds = Mapping[str, Sequence[Round]]
"""Of each entrant, by its name."""


class Field:
    """Who has started, on which server. All end together."""

    def __init__(self, server: postgres.Server) -> None:
        self._server = server
        self._postmaster = int((server.data / "postmaster.pid").read_text().split()[0])
        self._running: dict[Contender, tuple[Running, ExitStack]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for contender in list(self._running):
            self.stop(contender)

    def start(self, contender: Contender) -> None:
        if contender not in self._running:
            postgres.ensure_database(self._server, contender.database)
            dsn, end = self._server.dsn(contender.database), ExitStack()
            self._running[contender] = end.enter_context(started(contender, dsn)), end

    def stop(self, contender: Contender) -> None:
        """Whoever has nothing to do any more shall not disturb the others."""
        _, end = self._running.pop(contender)
        end.close()

    def round(self, entrant: Entrant) -> Round:
        running, _ = self._running[entrant.contender]
        processes = [self._postmaster, *running.processes]
        before = processor_seconds(processes)
        tally = running.round(entrant.order)
        return Round(tally, processor_seconds(processes) - before)


def contenders(works: Sequence[Work]) -> set[Contender]:
    return {entrant.contender for work in works for entrant in work.entrants}


def race(work: Work, field: Field, *, rounds: int, tick: Callable[[], None]) -> Rounds:
    """Everybody starts up and warms up first; `tick` is called after every round."""
    for entrant in work.entrants:
        field.start(entrant.contender)
    for entrant in work.entrants:
        field.round(_shortened(entrant))
        tick()
    run: dict[str, list[Round]] = {entrant.name: [] for entrant in work.entrants}
    for _ in range(rounds):
        for entrant in work.entrants:
            run[entrant.name].append(field.round(entrant))
            tick()
    return run


def _shortened(entrant: Entrant) -> Entrant:
    if "seconds" not in entrant.order:
        return entrant
    return msgspec.structs.replace(entrant, order={**entrant.order, "seconds": WARM_UP_SECONDS})
