"""What one command adds to the log: as events that are about to be, as rows for `log.append`, and as
what was recorded.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

import msgspec
from uuid_utils import uuid7

from adapters.event_store.mapper import Stored
from adapters.event_store.writer import Verdict
from application.ports import About, Recorded
from application.transact import Changes
from domain.messages import Erasure, Event

_encoded: Final = msgspec.json.Encoder().encode


class New(NamedTuple):
    """An event that is about to be recorded."""

    stream: str
    version: int
    event: Event
    metadata: bytes


class _Noted(msgspec.Struct, omit_defaults=True):
    """The metadata of an event: what is known of the command that it comes from."""

    id: str
    actor: str
    command: UUID
    correlation: str | None = None
    causation: str | None = None
    trace: str | None = None
    on_behalf_of: str | None = None


class _Row(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What a command wants of one stream; see `log.append`."""

    tenant: str
    command: UUID | None = None
    fingerprint: str | None = None
    stream: str | None = None
    expected: int | None = None
    version: int | None = None
    type: str | None = None
    data: msgspec.Raw | None = None
    metadata: msgspec.Raw | None = None
    personal: bytes | None = None
    key: bytes | None = None
    erase: bool = False
    last: bool = False


def new_events(seen: Mapping[str, int], changes: Changes, about: About) -> list[New]:
    noted = _Noted(
        id="",
        actor=about.actor,
        command=about.command_id,
        correlation=about.correlation,
        causation=about.causation,
        trace=about.trace,
        on_behalf_of=about.on_behalf_of,
    )
    new = []
    for stream, events in changes.items():
        for version, event in enumerate(events, seen[stream] + 1 if events else 0):
            noted.id = str(uuid7())
            new.append(New(stream, version, event, _encoded(noted)))
    return new


def rows_of(
    seen: Mapping[str, int],
    stored: Sequence[Stored],
    new: Sequence[New],
    about: About,
    keys: Mapping[str, bytes],
) -> bytes:
    """Return the rows of one command; see `log.append`."""
    tenant = about.tenant
    expected = dict(seen)
    fresh = dict(keys)
    rows = [
        _Row(
            tenant=tenant,
            stream=stream,
            expected=expected.pop(stream, None),
            version=version,
            type=text.type,
            data=msgspec.Raw(text.data),
            metadata=msgspec.Raw(metadata),
            personal=text.personal,
            key=fresh.pop(stream, None) if text.personal else None,
        )
        for (stream, version, _, metadata), text in zip(new, stored, strict=True)
    ]
    rows += [
        _Row(tenant=tenant, stream=stream, erase=True)
        for past in new
        if isinstance(past.event, Erasure)
        for stream in past.event.streams
    ]
    rows[:0] = [_Row(tenant=tenant, stream=s, expected=v) for s, v in expected.items()]
    rows = rows or [_Row(tenant=tenant)]
    rows[0].command = about.command_id
    rows[0].fingerprint = about.fingerprint
    rows[-1].last = True
    return _encoded(rows)[1:-1]


def recorded_by(
    verdict: Verdict, stored: Sequence[Stored], new: Sequence[New], about: About
) -> list[Recorded]:
    first = verdict.last_position - len(new) + 1
    tenant_first = verdict.last_tenant_position - len(new) + 1
    return [
        Recorded(
            position=first + n,
            tenant=about.tenant,
            tenant_position=tenant_first + n,
            stream=stream,
            version=version,
            type=stored[n].type,
            event=event,
            recorded_at=verdict.at_time,
            metadata_json=metadata.decode(),
        )
        for n, (stream, version, event, metadata) in enumerate(new)
    ]
