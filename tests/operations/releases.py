"""A newer release beside this one: it records every event in its next version."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, Final
from uuid import uuid4

from adapters.clock import SettableClock
from adapters.consumers import checkpoints
from adapters.consumers.delivery import Consumer
from adapters.consumers.runner import Runner
from adapters.event_store.mapper import Mapper
from adapters.event_store.upcasters import UPCASTERS
from adapters.wakeups.bell import Bell
from application.ports import About, VersionConflictError
from domain.aggregate import Aggregate
from domain.catalogue import EVENTS
from domain.messages import Event
from infra.composition import System, running_system
from infra.settings import Settings
from tests.architecture.examples import examples


def next_version(name: str) -> str:
    base, _, version = name.rpartition(".v")
    return f"{base}.v{int(version) + 1}"


def lifted_to(new: str, fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return new, fields


LATER: Final = {next_version(name): event for name, event in EVENTS.items()}
NEWER: Final = Mapper(
    LATER, {**UPCASTERS, **{name: partial(lifted_to, next_version(name)) for name in EVENTS}}
)
FIRST: Final = {type(each): each for each in reversed([*examples()])}
EXAMPLES: Final[Mapping[str, Event]] = {name: FIRST[event] for name, event in LATER.items()}
"""An event of every type that the newer release records."""

NAME_OF: Final[Mapping[type[Event], str]] = {event: name for name, event in LATER.items()}

ANYTHING: Final = Aggregate[int, Any](kind="any", initial=0, evolve=lambda count, _: count + 1)


@contextmanager
def newer_release(settings: Settings, dsn: str, clock: SettableClock) -> Iterator[System]:
    """Start it: it says first which of its consumers each of its types is for."""
    with running_system(settings, dsn, clock=clock, mapper=NEWER) as system:
        yield system


def record(system: System, tenant: str, stream: str, *events: Event) -> int:
    """Have a system record something in a stream; return its position."""
    about = About(tenant=tenant, actor="user-1", command_id=uuid4())
    while True:
        with suppress(VersionConflictError), system.store.view(about) as view:
            view.of(ANYTHING, stream)
            return system.store.append(view, {stream: events}, about).position


def record_as(system: System, tenant: str, type_: str, stream: str = "visit-1") -> None:
    """Have something recorded by whatever name, as the first thing of a stream."""
    row = {
        "tenant": tenant,
        "command": str(uuid4()),
        "stream": stream,
        "version": 1,
        "type": type_,
        "data": {},
        "metadata": {"id": str(uuid4())},
        "last": True,
    }
    with system.database.connect(None, "a test") as connection:
        connection.execute("SELECT log.append(%s::json)", (json.dumps([row]),))


# --- A process on it ---------------------------------------------------------------------


def runner_of(system: System, *consumers: Consumer, **how: Any) -> Runner:
    """A process that begins just now: it has not tried anything before."""
    return Runner(
        system.database,
        system.reader,
        consumers or system.consumers,
        appended=Bell(),
        advanced=Bell(),
        **how,
    )


def places(system: System) -> dict[str, checkpoints.Place]:
    with system.database.as_worker() as connection:
        return checkpoints.places(connection, [each.name for each in system.consumers])


def moved(system: System, position: int) -> set[str]:
    return {name for name, place in places(system).items() if place.position >= position}
