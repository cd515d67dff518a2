"""The log as a recorder of the `eventsourcing` library, bound to one tenant.

Anything written for that library runs on our log: `PERSISTENCE_MODULE=adapters.event_store.recorder`
with `DATABASE_URL` and `TENANT_ID`. A notification's id is the tenant's position, its topic is the
stored type. JSON is stored as it is; other bytes are wrapped, and given back exactly.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Final, NoReturn
from uuid import UUID, uuid5

import msgspec
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    DataError,
    InfrastructureFactory,
    IntegrityError,
    Notification,
    NotSupportedError,
    OperationalError,
    PersistenceError,
    ProcessRecorder,
    StoredEvent,
    Subscription,
    TrackingRecorder,
)
from eventsourcing.utils import Environment, EnvType
from psycopg import Connection, errors
from uuid_utils import uuid7

from adapters.event_store.unread import is_ours
from adapters.event_store.writer import WAIT, Writer, bounds_of
from adapters.postgres import WRITER, Database, DatabaseUnavailableError
from adapters.wakeups.bell import Bell
from application.ports import LAST_VERSION, StoreUnavailableError

ACTOR: Final = "eventsourcing"
PAGE: Final = 500
IDLE: Final = 0.5
"""Seconds after which a subscription looks without being woken: others append, too."""

LAST: Final = 2**62

WRAPPED: Final = b'{"base64":"'
NUL: Final = b"\\u0000"

EVENTS: Final = """
    SELECT stream, version, type, data::text, tenant_position FROM log.events
    WHERE tenant_id = %s AND stream = %s AND version > %s AND version <= %s
    ORDER BY version {order} LIMIT %s
"""
NOTIFICATIONS: Final = """
    SELECT stream, version, type, data::text, tenant_position FROM log.events
    WHERE tenant_id = %s AND tenant_position >= %s AND tenant_position <= %s {of_topics}
    ORDER BY tenant_position LIMIT %s
"""
HEAD: Final = """
    SELECT tenant_position FROM log.events WHERE tenant_id = %s
    ORDER BY tenant_position DESC LIMIT 1
"""


class StreamRecorder(AggregateRecorder):
    """Streams of one tenant."""

    def __init__(
        self, database: Database, writer: Writer, tenant: str, *, actor: str = ACTOR
    ) -> None:
        self._database = database
        self._writer = writer
        self._tenant = tenant
        self._actor = actor

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        """Append all or none. Raises IntegrityError if one of the versions exists."""
        self._insert(stored_events)
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> list[StoredEvent]:
        """Return the events of a stream with `gt < version <= lte`."""
        sql = EVENTS.format(order="DESC" if desc else "ASC")
        after = -1 if gt is None else gt
        to = LAST_VERSION if lte is None else lte
        rows = self._select(sql, (self._tenant, str(originator_id), after, to, limit))
        return [
            StoredEvent(originator_id, version, topic, _unwrapped(data))
            for _, version, topic, data, _ in rows
        ]

    def _insert(self, stored_events: Sequence[StoredEvent]) -> Sequence[int]:
        if not stored_events:
            return []
        with _translated():
            verdict = self._writer.append(self._rows(stored_events))
        last = verdict.last_tenant_position
        return range(last - len(stored_events) + 1, last + 1)

    def _rows(self, stored_events: Sequence[StoredEvent]) -> bytes:
        """Return the rows of one command; see `log.append`. Raises DataError for a topic that is named
        as ours are: every consumer would stop before it, see `unread.py`.
        """
        for stored in stored_events:
            if is_ours(stored.topic):
                raise DataError(f"{stored.topic} is named as the product's own events are")
        command = str(uuid7())
        rows: list[dict[str, Any]] = [
            {
                "tenant": self._tenant,
                "stream": str(stored.originator_id),
                "version": stored.originator_version,
                "type": stored.topic,
                "data": msgspec.Raw(_wrapped(stored.state)),
                "metadata": {"id": str(uuid7()), "actor": self._actor, "command": command},
            }
            for stored in stored_events
        ]
        rows[0]["command"] = command
        rows[-1]["last"] = True
        return msgspec.json.encode(rows)[1:-1]

    def _select(self, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with _translated(), self._database.as_tenant(self._tenant) as connection:
            return _asked(connection, sql, values)


class TenantRecorder(StreamRecorder, ApplicationRecorder):
    """All events of one tenant, in the order of the log.

    `as_uuid` is for applications whose ids are UUIDs, as by default.
    """

    def __init__(
        self,
        database: Database,
        writer: Writer,
        tenant: str,
        *,
        appended: Bell,
        as_uuid: bool = True,
        actor: str = ACTOR,
    ) -> None:
        super().__init__(database, writer, tenant, actor=actor)
        self.appended = appended
        self._as_uuid = as_uuid

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int]:
        """Append all or none; return their positions. Raises IntegrityError."""
        return list(self._insert(stored_events))

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> list[Notification]:
        """Return what happened from `start` up to and including `stop`."""
        first = (start or 0) + (start is not None and not inclusive_of_start)
        last = LAST if stop is None else stop
        sql = NOTIFICATIONS.format(of_topics="AND type = ANY(%s)" if topics else "")
        filters = (list(topics),) if topics else ()
        rows = self._select(sql, (self._tenant, first, last, *filters, limit))
        return [
            Notification(self._originator_id(stream), version, topic, _unwrapped(data), position)
            for stream, version, topic, data, position in rows
        ]

    def max_notification_id(self) -> int | None:
        """Return the position of the newest event, None when nothing happened yet."""
        rows = self._select(HEAD, (self._tenant,))
        return rows[0][0] if rows else None

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> "Subscription[ApplicationRecorder]":
        """Follow what happens, from behind `gt` on, for as long as one likes."""
        return LiveNotifications(self, gt, topics)

    def _originator_id(self, stream: str) -> UUID | str:
        """Return the id as the application knows it; streams of ours are no UUIDs."""
        if not self._as_uuid:
            return stream
        try:
            return UUID(stream)
        except ValueError:
            return stream


class LiveNotifications(Subscription[TenantRecorder]):
    """Pages while there are any, then waits until somebody appends."""

    def __init__(
        self, recorder: TenantRecorder, gt: int | None = None, topics: Sequence[str] = ()
    ) -> None:
        super().__init__(recorder, gt, topics)
        self._page: Iterator[Notification] = iter(())

    def __next__(self) -> Notification:
        """Wait for the next event; the iteration ends when the subscription is stopped."""
        while not self._has_been_stopped:
            heard = self._recorder.appended.rings
            for notification in self._page:
                self._last_notification_id = notification.id
                return notification
            page = self._recorder.select_notifications(
                self._last_notification_id, PAGE, topics=self._topics, inclusive_of_start=False
            )
            self._page = iter(page)
            if not page:
                self._recorder.appended.wait(heard, IDLE)
        raise StopIteration

    def stop(self) -> None:
        """Stop, and wake whoever waits."""
        super().stop()
        self._recorder.appended.ring()


class Factory(InfrastructureFactory[TrackingRecorder]):
    """What `PERSISTENCE_MODULE` names. `ORIGINATOR_ID_TYPE` is `uuid`, as in the library, or
    `text`.
    """

    DATABASE_URL = "DATABASE_URL"
    TENANT_ID = "TENANT_ID"
    ORIGINATOR_ID_TYPE = "ORIGINATOR_ID_TYPE"

    def __init__(self, env: Environment | EnvType | None = None) -> None:
        super().__init__(env)
        self._database = Database(self._required(self.DATABASE_URL), worker_connections=1)
        self._tenant = str(UUID(self._required(self.TENANT_ID)))
        self._as_uuid = self.env.get(self.ORIGINATOR_ID_TYPE, "uuid").lower() == "uuid"
        self._actor = self.env.name.lower() or ACTOR
        self._appended = Bell()
        self._writer = Writer(
            lambda: self._database.connect(
                WRITER, "frontdesk recorder", bounds_of(WAIT, idle=60.0)
            ),
            committed=self._appended.ring,
        )
        self._database.__enter__()

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        """Close everything."""
        super().__exit__(exc_type, exc_val, exc_tb)
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._writer.close()
        self._database.__exit__()

    def aggregate_recorder(self, purpose: str = "events") -> StreamRecorder:
        """Return a recorder apart: snapshots are no history, so they are another tenant's."""
        tenant = str(uuid5(UUID(self._tenant), purpose))
        return StreamRecorder(self._database, self._writer, tenant, actor=self._actor)

    def application_recorder(self) -> TenantRecorder:
        """Return the recorder of the tenant's history."""
        return TenantRecorder(
            self._database,
            self._writer,
            self._tenant,
            appended=self._appended,
            as_uuid=self._as_uuid,
            actor=self._actor,
        )

    def tracking_recorder(
        self, tracking_recorder_class: type[TrackingRecorder] | None = None
    ) -> TrackingRecorder:
        """Refuse: what follows our log keeps its position with its effect, by `adapters.consumers.runner`."""
        _refuse(tracking_recorder_class)

    def process_recorder(self) -> ProcessRecorder:
        """Refuse, as `tracking_recorder` does."""
        _refuse(None)

    def _required(self, name: str) -> str:
        value = self.env.get(name)
        if not value:
            raise OSError(f"{name} is not set: it is needed to record events.")
        return value


def _refuse(_: type[TrackingRecorder] | None) -> NoReturn:
    raise NotSupportedError(
        "Read models and processes follow the log by adapters.consumers.runner."
    )


def _asked(connection: Connection[Any], sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    return connection.execute(sql.encode(), values, prepare=True).fetchall()


@contextmanager
def _translated() -> Iterator[None]:
    """Say in the library's words what went wrong."""
    try:
        yield
    except errors.IntegrityError as error:
        raise IntegrityError(str(error)) from error
    except errors.DataError as error:
        raise DataError(str(error)) from error
    except (StoreUnavailableError, DatabaseUnavailableError, errors.OperationalError) as error:
        raise OperationalError(str(error)) from error
    except errors.Error as error:
        raise PersistenceError(str(error)) from error


# --- Bytes that need not be JSON ----------------------------------------------------------


def _wrapped(state: bytes) -> bytes:
    """Return JSON for any bytes: themselves where possible.

    >>> _wrapped(b'{"a": 1}'), _wrapped(b"state")
    (b'{"a": 1}', b'{"base64":"c3RhdGU="}')
    """
    return state if _is_kept_exactly(state) else WRAPPED + b64encode(state) + b'"}'


def _unwrapped(data: str) -> bytes:
    """Return the bytes again.

    >>> _unwrapped('{"base64":"c3RhdGU="}')
    b'state'
    """
    state = data.encode()
    return b64decode(state[len(WRAPPED) : -2]) if state.startswith(WRAPPED) else state


def _is_kept_exactly(state: bytes) -> bool:
    """Whether PostgreSQL takes it as JSON: no spaces around it, and no NUL in a text."""
    if state.startswith(WRAPPED) or NUL in state or state != state.strip() or state == b"null":
        return False
    try:
        msgspec.json.decode(state)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True
