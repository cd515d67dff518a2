"""An event as a Kafka record, in the binary mode of CloudEvents 1.0: the value is what happened,
the headers say where and when. What is personal stays encrypted, in a header of its own.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import msgspec

from adapters.streams.topics import place_of

Row = tuple[Any, ...]
"""An event in the columns of `adapters.event_store.reader.WRITTEN`."""

Headers = list[tuple[str, bytes]]

METADATA: Final = "frontdesk_metadata"
PERSONAL: Final = "frontdesk_personal"
SOURCE: Final = "/frontdesk/tenants/"


class Record(NamedTuple):
    """What is sent to a partition of a topic."""

    topic: str
    partition: int
    key: bytes
    value: bytes
    headers: Headers

    @property
    def place(self) -> tuple[str, int]:
        """Where its order counts."""
        return self.topic, self.partition


class RecordNotUnderstood(Exception):
    """A record that no relay of ours has published."""


class _Noted(msgspec.Struct):
    id: str = ""
    correlation: str | None = None
    causation: str | None = None
    trace: str | None = None


_noted: Final = msgspec.json.Decoder(_Noted).decode


def record_of(row: Row, sequence: int = 0) -> Record:
    """Return the record of an event; `sequence` counts those of its partition."""
    position, tenant, tenant_position, stream, version, type_, data, at, metadata, personal = row[
        :10
    ]
    noted, place = _noted(metadata), place_of(stream)
    said = {
        "ce_specversion": "1.0",
        "ce_id": noted.id,
        "ce_source": SOURCE + tenant,
        "ce_type": type_,
        "ce_subject": stream,
        "ce_time": ce_time(at),
        "ce_partitionkey": stream,
        "ce_position": str(position),
        "ce_tenantid": tenant,
        "ce_tenantposition": str(tenant_position),
        "ce_streamversion": str(version),
        "ce_sequence": str(sequence),
        "ce_correlationid": noted.correlation,
        "ce_causationid": noted.causation,
        "traceparent": noted.trace,
        "content-type": "application/json",
        METADATA: metadata,
    }
    headers = [(name, value.encode()) for name, value in said.items() if value is not None]
    if personal is not None:
        headers.append((PERSONAL, bytes(personal)))
    return Record(*place, stream.encode(), data.encode(), headers)


def ce_time(at: datetime) -> str:
    """Return a time as CloudEvents writes it (RFC 3339), in UTC and to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def row_of(value: bytes | None, headers: Iterable[tuple[str, bytes]]) -> Row:
    """Return the event of a record. Raises RecordNotUnderstood."""
    said = dict(headers)
    try:
        return (
            int(said["ce_position"]),
            said["ce_tenantid"].decode(),
            int(said["ce_tenantposition"]),
            said["ce_subject"].decode(),
            int(said["ce_streamversion"]),
            said["ce_type"].decode(),
            (value or b"").decode(),
            datetime.fromisoformat(said["ce_time"].decode()),
            said[METADATA].decode(),
            said.get(PERSONAL),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise RecordNotUnderstood from error
