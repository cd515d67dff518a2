"""An event as a Kafka record, in the binary mode of CloudEvents 1.0: the value is what happened,
the headers say where and when. Our own workers read it as it is stored, with what is personal in a
header of its own, encrypted; others as it is told, without.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import msgspec

from adapters.streams.topics import place_of, told_place_of

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


class Said(NamedTuple):
    """What others are told of an event: the name of it, and the JSON."""

    name: str
    value: bytes


def record_of(row: Row, sequence: int = 0) -> Record:
    """Return the record of an event; `sequence` counts those of its partition."""
    stream, type_, data, metadata, personal = row[3], row[5], row[6], row[8], row[9]
    headers = [*_headers(row, type_, sequence), (METADATA, metadata.encode())]
    if personal is not None:
        headers.append((PERSONAL, bytes(personal)))
    return Record(*place_of(stream), stream.encode(), data.encode(), headers)


def told_record_of(row: Row, said: Said, sequence: int = 0) -> Record:
    """Return the record by which others are told of an event."""
    stream, headers = row[3], _headers(row, said.name, sequence)
    return Record(*told_place_of(stream), stream.encode(), said.value, headers)


def _headers(row: Row, type_: str, sequence: int) -> Headers:
    position, tenant, tenant_position, stream, version, _, _, at, metadata = row[:9]
    noted = _noted(metadata)
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
    }
    return [(name, value.encode()) for name, value in said.items() if value is not None]


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
