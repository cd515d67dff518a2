"""What the log says of a person: in which streams, and when an address or number was whose.

Whoever cannot read all of it would leave something out: everything here raises NotReadableHere then.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from psycopg import Connection

from adapters.event_store.reader import LAST, Reader
from adapters.event_store.upcasters import ONCE_IN_CLEAR
from application.people.erasure import Claim, Mention, streams_about
from application.ports import Recorded
from domain.business.users import USER, Role, User
from domain.people.clients import (
    ClientAbsorbed,
    ClientChanged,
    ClientErased,
    ClientLinkedToUser,
    ClientMerged,
    ClientNamedOnChannel,
    ClientNoteAdded,
    ClientNotFound,
    ClientRegistered,
    ClientReleased,
    ClientUnmerged,
)
from domain.people.identities import IdentityClaimed, IdentityReleased
from domain.records import ReferenceMade, links_of
from domain.values import ClientId


class OwnStream(NamedTuple):
    """What a client's own stream says. `erased` are its erasures, and `merged` the records that are the
    same person by now.
    """

    identities: list[str]
    users: list[str]
    notes: list[str]
    erased: list[Recorded]
    merged: set[ClientId]

    @property
    def until(self) -> int:
        """Return the position up to which what is said of them is theirs."""
        return self.erased[0].position if self.erased else LAST

    @property
    def last(self) -> int:
        """Return the position of the last erasure; 0 if there is none."""
        return self.erased[-1].position if self.erased else 0

    @property
    def erased_streams(self) -> list[str]:
        """Name the streams that were erased."""
        found = (s for past in self.erased for s in _erasure(past).streams)
        return list(dict.fromkeys(found))


def _known(connection: Connection[Any], reader: Reader, tenant: str, client_id: str) -> OwnStream:
    """Read the stream of a client. Raises ClientNotFound."""
    named, past = OwnStream([], [], [], [], set()), None
    with reader.parts(connection, tenant, client_id) as parts:
        for past in (past for part in parts for past in reader.whole(part)):
            _note(past, named)
    if past is None:
        raise ClientNotFound
    return named


def _note(past: Recorded, named: OwnStream) -> None:
    match past.event:
        case ClientRegistered(identities=ids) | ClientChanged(identities=ids):
            named.identities.extend(ids)
        case ClientNamedOnChannel(identity_id=identity):
            named.identities.append(identity)
        case ClientLinkedToUser(user_id=user):
            named.users.append(user)
        case ClientNoteAdded(note_id=note):
            named.notes.append(note)
        case ClientMerged(into=other) | ClientAbsorbed(source=other):
            named.merged.add(other)
        case ClientUnmerged(into=other) | ClientReleased(source=other):
            named.merged.discard(other)
        case ClientErased():
            named.erased.append(past)
        case _:
            pass


def records_of(
    connection: Connection[Any], reader: Reader, tenant: str, client_id: ClientId
) -> dict[ClientId, OwnStream]:
    """Return what is said of each record of the same person, this one first: whoever proves an address
    may have had another before, and have another by now; and some were merged. Raises ClientNotFound.
    """
    records: dict[ClientId, OwnStream] = {}
    unseen = {client_id}
    while unseen:
        record = unseen.pop()
        records[record] = _known(connection, reader, tenant, record)
        unseen |= records[record].merged - records.keys()
        for user in (_user(connection, reader, tenant, each) for each in records[record].users):
            theirs = {user.client_id, *user.earlier_clients}
            unseen |= {each for each in theirs if each is not None} - records.keys()
    return records


def left_of(
    connection: Connection[Any], reader: Reader, tenant: str, records: Mapping[ClientId, OwnStream]
) -> Mapping[ClientId, tuple[str, ...]]:
    """Return the records of which something is not erased, and the streams that it is in."""
    about = {
        record: (record, *_streams_of(connection, reader, tenant, record, client))
        for record, client in records.items()
    }
    erased = {record: {*client.erased_streams} for record, client in records.items()}
    left = {r: tuple(s for s in streams if s not in erased[r]) for r, streams in about.items()}
    return {record: streams for record, streams in left.items() if streams}


def _streams_of(
    connection: Connection[Any], reader: Reader, tenant: str, client_id: str, client: OwnStream
) -> tuple[str, ...]:
    """Return the streams that speak of a client: whatever names them, and whatever named an address
    or number of theirs up to the first erasure, since it may be another's by now; and all records that
    were about them at any time.
    """
    addresses = list(dict.fromkeys(client.identities))
    mentions = [
        *_mentions(connection, tenant, [client_id], LAST),
        *_mentions(connection, tenant, addresses, client.until),
    ]
    claims = {n: _claims(connection, reader, tenant, n) for n in addresses}
    about = streams_about(client_id, mentions, claims)
    series = connection.execute(SERIES, (tenant, list(about))).fetchall()
    records = _records_about(connection, reader, tenant, client_id)
    named = dict.fromkeys([*client.users, *about, *(stream for (stream,) in series), *records])
    theirs = [s for s in named if not _is_of_staff(connection, reader, tenant, s)]
    return (*theirs, *_files_of(connection, tenant, [client_id, *theirs]))


def _files_of(connection: Connection[Any], tenant: str, owners: Sequence[str]) -> list[str]:
    """Return the files of these things: what somebody sent of a person is theirs, and so is its name."""
    found = connection.execute(FILES, (tenant, list(owners))).fetchall()
    return [stream for (stream,) in found]


def _records_about(
    connection: Connection[Any], reader: Reader, tenant: str, client_id: str
) -> list[str]:
    history = reader.whole(reader.stream(connection, tenant, links_of(client_id)))
    return [past.event.owner for past in history if isinstance(past.event, ReferenceMade)]


def was_in_clear(connection: Connection[Any], tenant: str, streams: Sequence[str]) -> bool:
    """Whether anything in these streams is personal by now and was recorded in the clear."""
    types, fields = list(ONCE_IN_CLEAR), list(ONCE_IN_CLEAR.values())
    rows = connection.execute(IN_CLEAR, (types, fields, tenant, list(streams)))
    return rows.fetchone() is not None


def whole(client_id: str, client: OwnStream) -> ClientErased:
    """Return all erasures of a client as one event."""
    return ClientErased(
        client_id=ClientId(client_id),
        streams=tuple(client.erased_streams),
        note_ids=tuple(dict.fromkeys(n for past in client.erased for n in _erasure(past).note_ids)),
    )


def _mentions(
    connection: Connection[Any], tenant: str, names: Sequence[str], until: int
) -> list[Mention]:
    """Return all that is said of anybody in the streams in which one of these is named."""
    found = connection.execute(STREAMS, (tenant, list(names), until)).fetchall()
    rows = connection.execute(MENTIONS, (tenant, [stream for (stream,) in found], until))
    return [Mention(*row) for row in rows.fetchall()]


def _is_of_staff(connection: Connection[Any], reader: Reader, tenant: str, stream: str) -> bool:
    """Whether it is of a user who works here: what they are as such is not the client's."""
    if not stream.startswith(f"{USER.kind}-"):
        return False
    return Role.CLIENT not in _user(connection, reader, tenant, stream).roles


def _user(connection: Connection[Any], reader: Reader, tenant: str, user_id: str) -> User:
    history = reader.whole(reader.stream(connection, tenant, user_id))
    events: list[Any] = [past.event for past in history if past.event is not None]
    return USER.fold(events)


def _claims(connection: Connection[Any], reader: Reader, tenant: str, identity: str) -> list[Claim]:
    claims = []
    for past in reader.whole(reader.stream(connection, tenant, identity)):
        match past.event:
            case IdentityClaimed(owner=owner):
                claims.append(Claim(past.position, owner))
            case IdentityReleased():
                claims.append(Claim(past.position, None))
            case _:
                pass
    return claims


def _erasure(past: Recorded) -> ClientErased:
    assert isinstance(past.event, ClientErased)
    return past.event


STREAMS: Final = """
    SELECT DISTINCT e.stream FROM log.events e
    WHERE e.tenant_id = %s AND log.speaks_of_somebody(e.type)
      AND log.persons(e.data) && %s::text[] AND e.position <= %s
"""
MENTIONS: Final = """
    SELECT e.stream, e.position, log.persons(e.data) FROM log.events e
    WHERE e.tenant_id = %s AND e.stream = ANY(%s) AND log.speaks_of_somebody(e.type)
      AND e.position <= %s
"""
# A guest's series is named by its bookings alone.
SERIES: Final = """
    SELECT DISTINCT e.data #>> '{appointment,series_id}' FROM log.events e
    WHERE e.tenant_id = %s AND e.stream = ANY(%s) AND log.speaks_of_somebody(e.type)
      AND e.data #>> '{appointment,series_id}' IS NOT NULL
"""
FILES: Final = """
    SELECT DISTINCT e.stream FROM log.events e
    WHERE e.tenant_id = %s AND log.is_of_a_file(e.type)
      AND e.data #>> '{file,owner_id}' = ANY(%s)
"""
IN_CLEAR: Final = """
    SELECT FROM log.events e
    JOIN unnest(%s::text[], %s::text[]) AS once(type, field) ON e.type = once.type
    WHERE e.tenant_id = %s AND e.stream = ANY(%s) AND e.data ->> once.field IS NOT NULL LIMIT 1
"""
