"""Other systems that tell us facts: what they send, and how it is taken without a broker."""

import itertools
import threading
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from adapters.streams.facts import FactsDesk
from adapters.streams.topics import FACTS
from application.operations.facts import Facts
from domain.values import TenantId
from tests.running import Running
from tests.streams.topics import Topics

CRM = "/crm"
NUMBERS = itertools.count(1)
ZOE = {"custom_id": "Z-1", "name": "Zoé", "email": "zoe@mail.example", "phone": "01 99 00 12 34"}


class Sent(NamedTuple):
    """A record as a broker hands it out."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]


def sent(
    type_: str,
    data: Any,
    *,
    named: str = "fact-1",
    source: str = CRM,
    changed: Mapping[str, bytes] | None = None,
) -> Sent:
    """Return a fact; `changed` are headers that differ."""
    headers = {
        "ce_specversion": b"1.0",
        "ce_id": named.encode(),
        "ce_source": source.encode(),
        "ce_type": type_.encode(),
        "content-type": b"application/json",
        **(changed or {}),
    }
    value = data if isinstance(data, bytes) else msgspec.json.encode(data)
    return Sent(FACTS, 3, next(NUMBERS), b"zoe", value, list(headers.items()))


class Desk:
    """The desk of a running system; what it refuses is kept."""

    def __init__(
        self,
        running: Running,
        *,
        facts: Any = None,
        sources: Mapping[str, str] | None = None,
        failures: Sequence[int | None] = (),
    ) -> None:
        listed = sources or {CRM: running.tenant}
        self.refused = Topics(failures)
        self._running = running
        self._desk = FactsDesk(
            facts or facts_of(running),
            running.system.database,
            self.refused,
            sources={source: TenantId(tenant) for source, tenant in listed.items()},
            clock=running.clock,
            unread=running.system.reader.notes.met,
            key_is_elsewhere=running.system.roll.others_know_more_keys,
        )

    def settle(self, *records: Sent, stop: threading.Event | None = None) -> bool:
        """Have records settled, and let read models catch up."""
        done = self._desk.settle(records, stop or threading.Event())
        self._running.settle()
        return done == len(records)

    def refusals(self) -> list[dict[str, Any]]:
        """Return what was said of what was refused, so far."""
        return [
            msgspec.json.decode(record.value)
            for records in self.refused.partitions.values()
            for record in records
        ]

    def codes(self) -> list[str]:
        """Return why facts were refused, so far."""
        return [refusal["code"] for refusal in self.refusals()]


def facts_of(running: Running) -> Facts:
    """Return what facts are made into orders by."""
    system = running.system
    pepper = system.settings.pepper.encode()
    return Facts(system.store, system.dispatch, pepper=pepper, region="FR")


def counted(running: Running) -> Mapping[str, int]:
    """Return how many facts came to what."""
    with running.system.database.as_worker() as connection:
        return dict(connection.execute("SELECT outcome, facts FROM work.facts").fetchall())


def clients(running: Running) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = running.http().get("/v1/clients").json()["data"]
    return found


def bookings(running: Running) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = running.http().get("/v1/bookings").json()["data"]
    return found
