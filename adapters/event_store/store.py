"""The event store: what commands see of the log, and how they add to it."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec

from adapters.event_store.bookmarks import END, mark_at
from adapters.event_store.mapper import Mapper, Stored
from adapters.event_store.memory import Memory, Queues
from adapters.event_store.personal_data import MasterKeys, UnknownMasterKeyError, encrypt, new_key
from adapters.event_store.reader import Reader
from adapters.event_store.rows import New, new_events, recorded_by, rows_of
from adapters.event_store.unread import Notes
from adapters.event_store.writer import Verdict, Writer
from adapters.keys import Key
from adapters.postgres import Database
from application.dispatch import IdempotencyKeyReused
from application.ports import (
    LAST_VERSION,
    About,
    Answer,
    Clock,
    EventTooLarge,
    OrderTooLarge,
    PersonalDataErased,
    Recorded,
    VersionConflictError,
    View,
    already_recorded,
)
from application.transact import Changes
from domain.aggregate import Aggregate
from domain.messages import Erasure, StreamErased

S = TypeVar("S")

MOST_BYTES: Final = 900_000
"""Kafka's brokers take messages up to a megabyte: what cannot be published is not recorded."""


MOST_BYTES_AT_ONCE: Final = 2_000_000
"""What one order may add to the log. It is held in memory by all who read it, at once."""

VERSIONS: Final = """
    SELECT s.stream, coalesce((
        SELECT e.version FROM log.events e WHERE e.tenant_id = %s AND e.stream = s.stream
        ORDER BY e.version DESC LIMIT 1
    ), 0) FROM unnest(%s::text[]) AS s(stream)
"""

KEY_IS_ANOTHER: Final = -1
"""What `log.append` gives as the version of a stream whose key was made or destroyed meanwhile."""


class _ErasedSinceError(Exception):
    """Something was erased since a state was known: it has to be read anew."""


class PostgresView:
    """A past that remembers what was looked at. States come from memory where it has them."""

    def __init__(self, store: "PostgresEventStore", about: About, now: datetime) -> None:
        self._store = store
        self._about = about
        self.now = now
        self.seen: dict[str, int] = {}
        self.states: dict[str, tuple[Aggregate[Any, Any], Any]] = {}
        self.held: list[threading.Lock] = []

    def of(self, aggregate: Aggregate[S, Any], identity: str) -> S:
        """Return the state of an aggregate; its initial state when it never happened."""
        if identity in self.states:
            state: S = self.states[identity][1]
            return state
        key = (self._about.tenant, identity)
        if aggregate.contended:
            self._store.queues.enter(key, self.held)
        state, version = self._store.state(aggregate, key, fresh=identity == self._about.fresh)
        self.seen[identity] = version
        self.states[identity] = (aggregate, state)
        return state

    def foresee(self, aggregate: Aggregate[Any, Any], identities: Iterable[str]) -> None:
        """Read them at once."""
        self._store.foresee(aggregate, self._about.tenant, identities)

    def let_go(self) -> None:
        """Let others have the contended streams."""
        self._store.queues.leave(self.held)


class PostgresEventStore:
    """Reads and appends for the commands of all tenants."""

    def __init__(
        self,
        database: Database,
        mapper: Mapper,
        master_keys: MasterKeys,
        writer: Writer,
        clock: Clock,
        *,
        notes: Notes | None = None,
    ) -> None:
        self._database = database
        self._mapper = mapper
        self._keys = master_keys
        self._writer = writer
        self._clock = clock
        self._reader = Reader(mapper, master_keys, notes)
        self._memory = Memory()
        self._stream_keys = Memory()
        self.queues = Queues()

    # --- Looking -------------------------------------------------------------------------

    @contextmanager
    def view(self, about: About) -> Iterator[View]:
        """Open a view on the past; contended streams are queued for until it is closed."""
        view = PostgresView(self, about, self._clock())
        try:
            yield view
        finally:
            view.let_go()

    def state(
        self, aggregate: Aggregate[S, Any], key: Key, *, fresh: bool = False
    ) -> tuple[S, int]:
        """Return a state and its version, from memory or from the log."""
        known = self._memory.get(key)
        if known is not None:
            return known
        if fresh:
            return aggregate.initial, 0
        found = self._carried_on(aggregate, key) or self._read(aggregate, key)
        self._memory.put(key, *found)
        return found

    def foresee(
        self, aggregate: Aggregate[Any, Any], tenant: str, identities: Iterable[str]
    ) -> None:
        """Remember the states of many that are not known yet, as far as they can be read at once."""
        unknown = self._memory.unknown((tenant, each) for each in identities)
        if not unknown:
            return
        with self._database.as_tenant(tenant) as connection:
            found = self._reader.streams(connection, tenant, [stream for _, stream in unknown])
        self._memory.put_all({(tenant, s): _folded(aggregate, h) for s, h in found.items()})

    def _carried_on(self, aggregate: Aggregate[S, Any], key: Key) -> tuple[S, int] | None:
        """Return what was known with all that has happened since. None if it has to be read anew:
        nothing was known, or the log does not tell why it was out of date.
        """
        known = self._memory.doubted(key)
        if known is None:
            return None
        try:
            found = self._read(aggregate, key, known)
        except _ErasedSinceError:
            return None
        return found if found[1] > known[1] else None

    def _read(
        self, aggregate: Aggregate[S, Any], key: Key, start: tuple[S, int] | None = None
    ) -> tuple[S, int]:
        """Carry a state on to the end of its stream. Raises _ErasedSinceError: what was erased was
        erased from its beginning on.
        """
        tenant, stream = key
        state, version = start or (aggregate.initial, 0)
        with ExitStack() as lent:
            connection = lent.enter_context(self._database.as_tenant(tenant))
            if start is None and (said := aggregate.carried_by):
                version = self._reader.before_carried(connection, tenant, stream, said)
            parts = lent.enter_context(
                self._reader.parts(connection, tenant, stream, after=version)
            )
            for part in filter(None, map(self._reader.whole, parts)):
                events = [past.event for past in part if past.event is not None]
                if start and any(isinstance(event, Erasure | StreamErased) for event in events):
                    raise _ErasedSinceError
                state, version = aggregate.fold(events, state), part[-1].version
        return state, version

    def history(self, tenant: str, stream: str, after: int = 0) -> Sequence[Recorded]:
        """Return what happened in a stream after a version. Raises NotReadableHere."""
        with self._database.as_tenant(tenant) as connection:
            return self._reader.whole(self._reader.stream(connection, tenant, stream, after))

    def is_current(self, view: View, about: About) -> bool:
        """Whether all that was seen is still the latest; forget what is not."""
        if not view.seen:
            return True
        versions = self._versions(about.tenant, list(view.seen))
        changed = [stream for stream, version in versions.items() if version != view.seen[stream]]
        for stream in changed:
            self._memory.doubt((about.tenant, stream), view.seen[stream])
        return not changed

    def answer_to(self, about: About) -> Answer | None:
        """Return the answer already recorded under this command id, if any."""
        with self._database.as_tenant(about.tenant) as connection:
            row = connection.execute(
                """
                SELECT last_position, last_tenant_position, events, fingerprint FROM log.commands
                WHERE tenant_id = %s AND command_id = %s
                """,
                (about.tenant, about.command_id),
            ).fetchone()
            if row is None:
                return None
            position, last, events, fingerprint = row
            _refuse_another_order(fingerprint, about)
            # Both ends are values: see `VERSION_AT` in history.py for what a sum in a condition would do.
            found = self._reader.of_tenant(connection, about.tenant, last - events, last)
            recorded = self._reader.whole(found)
            mark = mark_at(connection, about.tenant, last)
        return Answer(
            position=position, tenant_position=last, mark=mark, recorded=recorded, repeated=True
        )

    # --- Recording -----------------------------------------------------------------------

    def append(self, view: View, changes: Changes, about: About) -> Answer:
        """Record the changes; VersionConflictError when something seen has changed since."""
        changes, seen = self._with_erased(changes, view.seen, about.tenant)
        new = new_events(seen, changes, about)
        if not new and not about.retried:
            return self._nothing_to_do(view, about)
        keys: dict[str, bytes] = {}
        stored = self._all_stored(about.tenant, new, seen, keys)
        wrapped = {s: self._keys.wrap(key, about.tenant, s) for s, key in keys.items()}
        verdict = self._writer.append(rows_of(seen, stored, new, about, wrapped))
        if verdict.outcome == "appended":
            for stream, key in keys.items():
                self._stream_keys.put((about.tenant, stream), key, 0)
        return self._answer(verdict, view, stored, new, about)

    def _with_erased(
        self, changes: Changes, seen: Mapping[str, int], tenant: str
    ) -> tuple[Changes, Mapping[str, int]]:
        """Add to every stream that is erased here that it was, unless it says so itself; return the
        versions of those streams with the others.
        """
        named = [
            stream
            for events in changes.values()
            for event in events
            if isinstance(event, Erasure)
            for stream in event.streams
            if not changes.get(stream)
        ]
        if not named:
            return changes, seen
        versions = {**self._versions(tenant, named), **seen}
        told = {s: [StreamErased(stream=s)] for s in dict.fromkeys(named) if versions[s]}
        return {**changes, **told}, versions

    def _versions(self, tenant: str, streams: Sequence[str]) -> dict[str, int]:
        """Return the versions that streams are at; 0 for what never was."""
        with self._database.as_tenant(tenant) as connection:
            rows = connection.execute(VERSIONS, (tenant, list(streams)), prepare=True).fetchall()
        return dict(rows)

    def _nothing_to_do(self, view: View, about: About) -> Answer:
        if not self.is_current(view, about):
            raise VersionConflictError
        with self._database.as_tenant(about.tenant) as connection:
            row = connection.execute(END, (about.tenant,), prepare=True).fetchone()
        position, tenant_position, mark = row or (0, 0, "")
        return Answer(position=position, tenant_position=tenant_position, mark=mark, recorded=())

    def _all_stored(
        self, tenant: str, new: Sequence[New], seen: Mapping[str, int], keys: dict[str, bytes]
    ) -> list[Stored]:
        stored: list[Stored] = []
        size = 0
        for each in new:
            stored.append(self._stored(tenant, each, seen, keys))
            size += len(stored[-1].data) + len(stored[-1].personal or b"")
            if size > MOST_BYTES_AT_ONCE:
                raise OrderTooLarge(most_bytes=MOST_BYTES_AT_ONCE)
        return stored

    def _stored(
        self, tenant: str, new: New, seen: Mapping[str, int], keys: dict[str, bytes]
    ) -> Stored:
        stored = self._mapper.encode(new.event)
        if len(stored.data) + len(stored.personal or b"") > MOST_BYTES:
            raise EventTooLarge
        if stored.personal is None:
            return stored
        try:
            known = keys.get(new.stream) or self._key(tenant, new.stream, seen)
        except PersonalDataErased:
            if (said := self._mapper.without_persons(new.event)) is None:
                raise
            return said
        if known is None:
            known = keys[new.stream] = new_key()
        sealed = encrypt(known, stored.personal, tenant, new.stream, new.version)
        return msgspec.structs.replace(stored, personal=sealed)

    def _key(self, tenant: str, stream: str, seen: Mapping[str, int]) -> bytes | None:
        """Return the key of a stream; None when it has none yet."""
        known = self._stream_keys.get((tenant, stream))
        if known is not None:
            return bytes(known[0])
        return self._stored_key(tenant, stream) if seen.get(stream, 0) else None

    def _stored_key(self, tenant: str, stream: str) -> bytes | None:
        with self._database.as_tenant(tenant) as connection:
            row = connection.execute(
                "SELECT wrapped FROM log.keys WHERE tenant_id = %s AND stream = %s",
                (tenant, stream),
                prepare=True,
            ).fetchone()
        if row is None:
            return None
        if row[0] is None:
            raise PersonalDataErased
        try:
            key = self._keys.unwrap(row[0], tenant, stream)
        except UnknownMasterKeyError as unknown:
            raise self._reader.lacking(unknown.name) from unknown
        self._stream_keys.put((tenant, stream), key, 0)
        return key

    def _answer(
        self,
        verdict: Verdict,
        view: View,
        stored: Sequence[Stored],
        new: Sequence[New],
        about: About,
    ) -> Answer:
        if verdict.outcome == "conflict":
            self._learn(about.tenant, verdict, view.seen)
            raise VersionConflictError
        if verdict.outcome == "repeated":
            with already_recorded():
                first = self.answer_to(about)
            if first is None:
                raise VersionConflictError
            return first
        recorded = recorded_by(verdict, stored, new, about)
        self._remember(view, recorded)
        return Answer(
            position=verdict.last_position,
            tenant_position=verdict.last_tenant_position,
            mark=verdict.last_mark or "",
            recorded=recorded,
        )

    def _learn(self, tenant: str, conflict: Verdict, seen: Mapping[str, int]) -> None:
        """Doubt what the log has contradicted: a state, or the key of a stream."""
        stream = conflict.at_stream or ""
        self._memory.doubt((tenant, stream), seen.get(stream, LAST_VERSION))
        self._stream_keys.forget((tenant, stream))
        if conflict.at_version == KEY_IS_ANOTHER:
            self._stored_key(tenant, stream)

    def _remember(self, view: View, recorded: Sequence[Recorded]) -> None:
        assert isinstance(view, PostgresView)
        known: dict[Key, tuple[Any, int]] = {}
        for past in recorded:
            aggregate, state = view.states.get(past.stream, (None, None))
            if aggregate is None or isinstance(past.event, StreamErased):
                continue
            state = aggregate.evolve(state, past.event)
            view.states[past.stream] = (aggregate, state)
            known[past.tenant, past.stream] = (state, past.version)
        self._memory.put_all(known)
        for past in recorded:
            if isinstance(past.event, Erasure):
                self._forget(past.tenant, past.event.streams)

    def _forget(self, tenant: str, streams: Sequence[str]) -> None:
        for stream in streams:
            self._memory.forget((tenant, stream))
            self._stream_keys.forget((tenant, stream))


def _folded(aggregate: Aggregate[Any, Any], history: Sequence[Recorded]) -> tuple[Any, int]:
    events = [past.event for past in history if past.event is not None]
    return aggregate.fold(events), history[-1].version if history else 0


def _refuse_another_order(fingerprint: str | None, about: About) -> None:
    if fingerprint is not None and about.fingerprint not in (None, fingerprint):
        raise IdempotencyKeyReused
