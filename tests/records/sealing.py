"""A log in memory whose events are stored as PostgreSQL has them, and read again where a key is gone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters.event_store.mapper import Mapper, Stored
from application.ports import PersonalDataErased
from application.transact import UseCase
from domain.catalogue import EVENTS
from domain.messages import Command, Erasure
from domain.records import Kind
from projections.records import model_of
from tests.in_memory import InMemory


class Sealing(InMemory):
    """Keeps the list of a kind besides, event by event."""

    def __init__(
        self, kind: Kind[Any], use_cases: Mapping[type[Command], UseCase[Any]], now: datetime
    ) -> None:
        super().__init__(use_cases, now)
        self.mapper = Mapper({**EVENTS, **kind.events})
        self.stored: dict[str, list[Stored]] = {}
        self.destroyed: set[str] = set()
        self.model = model_of(kind)
        self.rows: dict[str, Any] = {}
        self.log: list[tuple[str, int]] = []

    def record(self, stream: str, *events: Any) -> None:
        """Store them, erase what they erase, and carry the list on."""
        for event in events:
            self.stored.setdefault(stream, []).append(self._sealed(stream, event))
            super().record(stream, event)
            self.log.append((stream, len(self.stored[stream]) - 1))
            self._show(event)
            for each in event.streams if isinstance(event, Erasure) else ():
                self._destroy(each)

    def _sealed(self, stream: str, event: Any) -> Stored:
        stored = self.mapper.encode(event)
        if stored.personal is None or stream not in self.destroyed:
            return stored
        if (said := self.mapper.without_persons(event)) is None:
            raise PersonalDataErased
        return said

    def _destroy(self, stream: str) -> None:
        self.destroyed.add(stream)
        self.streams[stream] = [self.read(each) for each in self.stored.get(stream, ())]
        self._states.pop(stream, None)

    def read(self, stored: Stored, *, erased: bool = True) -> Any:
        """Read an event; where its key was destroyed, as far as it can be."""
        personal = b"{}" if stored.personal is None else None if erased else stored.personal
        return self.mapper.decode(stored.type, stored.data.decode(), personal)

    def _show(self, event: Any) -> None:
        if type(event) in self.model.subscribes_to:
            for key in self.model.key(event):
                self.rows[key] = self.model.evolve(self.rows.get(key), event)

    def rebuilt(self) -> dict[str, Any]:
        """Return the list as a rebuild would make it."""
        rows: dict[str, Any] = {}
        for stream, place in self.log:
            event = self.read(self.stored[stream][place], erased=stream in self.destroyed)
            if type(event) in self.model.subscribes_to:
                for key in self.model.key(event):
                    rows[key] = self.model.evolve(rows.get(key), event)
        return rows

    @property
    def in_clear(self) -> str:
        """Return all that is stored outside of what is sealed, which is what Kafka's value is, too."""
        return b"\n".join(each.data for all_ in self.stored.values() for each in all_).decode()
