"""A small business to prove the log with: guests who are counted, described and forgotten."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from adapters.clock import system_clock
from adapters.event_store.mapper import Mapper, Upcaster
from adapters.event_store.personal_data import MasterKeys
from adapters.event_store.reader import Reader
from adapters.event_store.store import PostgresEventStore
from adapters.event_store.writer import Writer
from adapters.postgres import WRITER, Database
from adapters.wakeups.bell import Bell
from application.dispatch import Dispatcher
from application.ports import About, Answer, Clock, Recorded
from application.transact import Changes, Past
from domain.aggregate import Aggregate
from domain.messages import Command, Erasure, Event, Personal

TENANT: Final = "0198c0de-0000-7000-8000-0000000000aa"
ANOTHER_TENANT: Final = "0198c0de-0000-7000-8000-0000000000bb"
MASTER_KEY: Final = b"a master key of 32 bytes, for us"

# --- What happens -------------------------------------------------------------------------


class Came(Event, frozen=True):
    guest: str
    seats: int = 1


class Described(Event, frozen=True):
    guest: str
    looks: Personal[str]


class Forgotten(Erasure, frozen=True):
    guest: str


STORED_AS: Final[Mapping[str, type[Event]]] = {
    "guest-came.v1": Came,
    "guest-described.v1": Described,
    "guest-forgotten.v1": Forgotten,
}

# --- What a decision remembers ------------------------------------------------------------

Seen = tuple[str, ...]
"""What is known of a guest: a word for every event, so that nothing missing goes unnoticed."""


def evolve(seen: Seen, event: Any) -> Seen:
    match event:
        case Came(seats=seats):
            return (*seen, str(seats))
        case Described(looks=looks):
            return (*seen, looks)
        case _:
            return (*seen, "forgotten")


GUEST: Final = Aggregate[Seen, Any](kind="guest", initial=(), evolve=evolve)
TABLE: Final = Aggregate[Seen, Any](kind="table", initial=(), evolve=evolve, contended=True)


def new_guest() -> str:
    return f"guest-{uuid4()}"


# --- What may be asked --------------------------------------------------------------------


class Come(Command, frozen=True):
    """Come to some streams at once."""

    streams: tuple[str, ...]
    seats: int = 1


class Describe(Command, frozen=True):
    stream: str
    looks: str


class Forget(Command, frozen=True):
    """Forget what is personal in some streams; it is recorded in the first of them."""

    streams: tuple[str, ...]


def aggregate_of(stream: str) -> Aggregate[Seen, Any]:
    return TABLE if stream.startswith("table-") else GUEST


def come(command: Come, past: Past) -> Changes:
    for stream in command.streams:
        past.of(aggregate_of(stream), stream)
    return {stream: [Came(guest=stream, seats=command.seats)] for stream in command.streams}


def describe(command: Describe, past: Past) -> Changes:
    past.of(aggregate_of(command.stream), command.stream)
    return {command.stream: [Described(guest=command.stream, looks=command.looks)]}


def forget(command: Forget, past: Past) -> Changes:
    first = command.streams[0]
    past.of(aggregate_of(first), first)
    return {first: [Forgotten(guest=first, streams=command.streams)]}


USE_CASES: Final[Mapping[type[Command], Any]] = {Come: come, Describe: describe, Forget: forget}

# --- A log, as one process holds it -------------------------------------------------------


@dataclass(frozen=True)
class Log:
    """The store and what it is made of."""

    database: Database
    mapper: Mapper
    reader: Reader
    writer: Writer
    store: PostgresEventStore
    dispatch: Dispatcher
    appended: Bell

    def order(
        self, command: Command, *, tenant: str = TENANT, id_: UUID | None = None, **about: Any
    ) -> Answer:
        """Have a command carried out; with an id it may be one that was carried out before."""
        return self.dispatch(
            command,
            About(
                tenant=tenant,
                actor=about.pop("actor", "user-1"),
                command_id=id_ or uuid4(),
                retried=id_ is not None,
                **about,
            ),
        )

    def record(
        self, stream: str, *events: Event, tenant: str = TENANT, actor: str = "user-1"
    ) -> Answer:
        """Let something have happened."""
        about = About(tenant=tenant, actor=actor, command_id=uuid4())
        with self.store.view(about) as view:
            view.of(aggregate_of(stream), stream)
            return self.store.append(view, {stream: events}, about)

    def all(self, after: int = 0) -> list[Recorded]:
        """Return the whole log."""
        with self.database.as_worker() as connection:
            return [past for page in self.reader.follow(connection, after) for past in page]

    def stream(self, stream: str, tenant: str = TENANT) -> Sequence[Recorded]:
        return self.store.history(tenant, stream)

    def state(self, stream: str, tenant: str = TENANT) -> Seen:
        """Fold a stream as it is stored, whatever is remembered."""
        return GUEST.fold(past.event for past in self.stream(stream, tenant))


@contextmanager
def opened(
    dsn: str,
    *,
    clock: Clock = system_clock,
    stored_as: Mapping[str, type[Event]] = STORED_AS,
    upcasters: Mapping[str, Upcaster] | None = None,
    connections: int = 8,
    writing_to: str | None = None,
    master_key: bytes = MASTER_KEY,
) -> Iterator[Log]:
    """Open the log; every process, and whoever stands for one, opens it for themselves. What is
    appended may take another way to PostgreSQL than what is read.
    """
    mapper, keys, appended = Mapper(stored_as, upcasters), MasterKeys([master_key]), Bell()
    with Database(dsn, app_connections=connections, worker_connections=2) as database:
        writes = Database(writing_to or dsn)
        writer = Writer(
            lambda: writes.connect(WRITER, "frontdesk writer"),
            clock=None if clock is system_clock else clock,
            committed=appended.ring,
        )
        store = PostgresEventStore(database, mapper, keys, writer, clock)
        reader = Reader(mapper, keys)
        dispatch = Dispatcher(USE_CASES, store)
        try:
            yield Log(database, mapper, reader, writer, store, dispatch, appended)
        finally:
            writer.close()
