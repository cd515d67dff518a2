"""A small world of its own: accounts that are opened, renamed, paid into, moved and closed, and two
read models of them, one owned by the account and one that many accounts feed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, assert_never
from uuid import uuid4

import msgspec
from msgspec.structs import replace
from psycopg import sql

from adapters.clock import system_clock
from adapters.consumers.runner import Runner
from adapters.event_store.mapper import Mapper
from adapters.event_store.personal_data import MasterKeys
from adapters.event_store.reader import Reader
from adapters.event_store.store import PostgresEventStore
from adapters.event_store.writer import Writer
from adapters.keys import Key
from adapters.postgres import WRITER, Database
from adapters.read_models.consumer import ReadModelConsumer
from adapters.read_models.fold import fold, relevant
from adapters.read_models.renewal import enter
from adapters.read_models.tables import LIVE, Rows
from adapters.wakeups.bell import Bell
from application.ports import About, Answer, Clock, Recorded
from domain.aggregate import Aggregate
from domain.messages import Event, Personal
from projections.read_model import ReadModel, Row

TENANTS: Final = tuple(f"00000000-0000-4000-8000-00000000000{n}" for n in range(1, 4))
TENANT: Final = TENANTS[0]

# --- What happens ---------------------------------------------------------------------------


class Opened(Event, frozen=True, kw_only=True):
    account: str
    group: str
    holder: Personal[str]


class Renamed(Event, frozen=True, kw_only=True):
    account: str
    name: str


class Paid(Event, frozen=True, kw_only=True):
    account: str
    group: str
    amount: int


class Moved(Event, frozen=True, kw_only=True):
    account: str
    from_group: str
    to_group: str


class Closed(Event, frozen=True, kw_only=True):
    account: str
    group: str


class Ignored(Event, frozen=True, kw_only=True):
    """What no read model waits for."""

    account: str


AccountEvent = Opened | Renamed | Paid | Moved | Closed
STORED_AS: Final[Mapping[str, type[Event]]] = {
    "opened.v1": Opened,
    "renamed.v1": Renamed,
    "paid.v1": Paid,
    "moved.v1": Moved,
    "closed.v1": Closed,
    "ignored.v1": Ignored,
}

# --- What can be asked ----------------------------------------------------------------------


class AccountRow(Row, frozen=True, kw_only=True):
    id: str
    group: str
    holder: str
    name: str | None = None
    paid: int = 0


class GroupRow(Row, frozen=True, kw_only=True):
    group: str
    accounts: int = 0
    total: int = 0


def account_after(row: AccountRow | None, event: AccountEvent) -> AccountRow | None:
    match event:
        case Opened(account=account, group=group, holder=holder):
            return AccountRow(id=account, group=group, holder=holder)
        case Renamed(name="refuse"):
            message = "a name that no fold can bear"
            raise ValueError(message)
        case Renamed(name=name):
            return row and replace(row, name=name)
        case Paid(amount=amount):
            return row and replace(row, paid=row.paid + amount)
        case Moved(to_group=group):
            return row and replace(row, group=group)
        case Closed():
            return None
        case _:
            assert_never(event)


def group_after(row: GroupRow | None, event: AccountEvent) -> GroupRow | None:
    match event:
        case Opened(group=group):
            row = row or GroupRow(group=group)
            return replace(row, accounts=row.accounts + 1)
        case Paid(amount=amount, group=group):
            row = row or GroupRow(group=group)
            return replace(row, total=row.total + amount)
        case Moved():
            return row and replace(row, total=row.total + 1)
        case Closed():
            row = row and replace(row, accounts=row.accounts - 1)
            return row if row and row.accounts else None
        case _:
            return row


def groups_of(event: AccountEvent) -> Sequence[str]:
    match event:
        case Moved(from_group=one, to_group=other):
            return list(dict.fromkeys([one, other]))
        case _:
            return [event.group]  # type: ignore[union-attr]


ACCOUNTS: Final = ReadModel(
    name="accounts",
    version=1,
    row=AccountRow,
    subscribes_to=(Opened, Renamed, Paid, Moved, Closed),
    key=lambda event: [event.account],
    evolve=account_after,
    columns=("group", "name", "paid", "created_at"),
    indexes=(("group", "paid"), ("created_at",)),
    owner="account",
)
GROUPS: Final = ReadModel(
    name="groups",
    version=1,
    row=GroupRow,
    subscribes_to=(Opened, Paid, Moved, Closed),
    key=groups_of,
    evolve=group_after,
    columns=("total",),
    indexes=(("total",),),
)
MODELS: Final = (ACCOUNTS, GROUPS)


class DoubledRow(AccountRow, frozen=True, kw_only=True):
    doubled: int = 0


def doubled_after(row: DoubledRow | None, event: AccountEvent) -> AccountRow | None:
    match event:
        case Opened(account=account, group=group, holder=holder):
            return DoubledRow(id=account, group=group, holder=holder)
        case Paid(amount=amount) if row:
            paid = row.paid + amount
            return replace(row, paid=paid, doubled=2 * paid)
        case _:
            return account_after(row, event)


DOUBLED: Final = msgspec.structs.replace(
    ACCOUNTS,
    version=2,
    row=DoubledRow,
    columns=("group", "doubled"),
    indexes=(("doubled",),),
    evolve=doubled_after,
)
"""The next version of ACCOUNTS: another fold, a column more and two columns less."""

# --- What decides -----------------------------------------------------------------------------

BALANCE: Final = Aggregate[int, Any](
    kind="account",
    initial=0,
    evolve=lambda sum_, event: sum_ + event.amount if isinstance(event, Paid) else sum_,
)


def new_account() -> str:
    return f"account-{uuid4()}"


@dataclass
class World:
    """A log in PostgreSQL with these events, and those who read it."""

    database: Database
    clock: Clock = system_clock
    stored_as: Mapping[str, type[Event]] = field(default_factory=lambda: STORED_AS)

    def __post_init__(self) -> None:
        keys = MasterKeys([b"a master key of 32 bytes, for us"])
        self.mapper = Mapper(self.stored_as)
        self.reader = Reader(self.mapper, keys)
        self.appended, self.advanced = Bell(), Bell()
        self.writer = Writer(
            lambda: self.database.connect(WRITER, "test"),
            clock=None if self.clock is system_clock else self.clock,
            committed=self.appended.ring,
        )
        self.store = PostgresEventStore(self.database, self.mapper, keys, self.writer, self.clock)
        self.versions: dict[tuple[str, str], int] = {}

    def record(self, stream: str, *events: Event, tenant: str = TENANT) -> Answer:
        """Let something have happened."""
        about = About(tenant=tenant, actor="somebody", command_id=uuid4())
        version = self.versions.get((tenant, stream), 0)
        with self.store.view(about) as past:
            past.seen[stream] = version  # type: ignore[index]
            answer = self.store.append(past, {stream: events}, about)
        self.versions[tenant, stream] = version + len(events)
        return answer

    def account(self, *events: Event, tenant: str = TENANT, group: str = "red") -> str:
        """Let an account have been opened; `events` name no account yet."""
        account = new_account()
        opened = Opened(account=account, group=group, holder="Ada")
        rest = [replace(event, account=account) for event in events]
        self.record(account, opened, *rest, tenant=tenant)
        return account

    def consumers(self, *models: ReadModel) -> list[ReadModelConsumer]:
        """Enter read models."""
        consumers = [ReadModelConsumer(model) for model in models or MODELS]
        with self.database.as_worker() as connection:
            for consumer in consumers:
                enter(connection, consumer)
        return consumers

    def runner(self, *models: ReadModel, batch: int = 5_000) -> Runner:
        """Return a runner that carries these read models on."""
        return Runner(
            self.database,
            self.reader,
            self.consumers(*models),
            appended=self.appended,
            advanced=self.advanced,
            batch=batch,
        )

    def history(self) -> list[Recorded]:
        """Return the whole log."""
        with self.database.as_worker() as connection:
            return [past for page in self.reader.follow(connection, 0) for past in page]

    def folded(self, model: ReadModel, *, to: int = 2**62) -> dict[Key, Any]:
        """Fold the log as simply as can be."""
        rows: Rows = {}
        events = [past for past in self.history() if past.position <= to]
        fold(model, rows, relevant(model, events))
        return {key: row for key, row in rows.items() if row is not None}

    def stored(self, model: ReadModel, schema: str = LIVE) -> dict[Key, Any]:
        """Return the rows of a table; that its columns say what its documents say is checked."""
        consumer = ReadModelConsumer(model, schema)
        names = ("tenant_id::text", "key", "version", *map('"{}"'.format, model.columns))
        with self.database.as_worker() as connection:
            statement = f'SELECT {", ".join(names)} FROM "{schema}"."{model.name}"'
            lines = connection.execute(statement.encode()).fetchall()
            rows: dict[Key, Any] = dict(
                consumer.table.load(connection, [(line[0], line[1]) for line in lines])
            )
        for tenant, key, version, *columns in lines:
            row = rows[tenant, key]
            assert [version, *columns] == [
                row.version,
                *(getattr(row, name) for name in model.columns),
            ]
        return rows

    def ask(self, statement: str, *values: Any) -> list[Any]:
        """Ask PostgreSQL, as the worker."""
        with self.database.as_worker() as connection:
            cursor = connection.execute(sql.SQL(statement), values)
            return cursor.fetchall() if cursor.description else []

    def position_of(self, consumer: str) -> int:
        [[position]] = self.ask(
            "SELECT position FROM work.checkpoints WHERE consumer = %s", consumer
        )
        return int(position)

    def close(self) -> None:
        self.writer.close()
