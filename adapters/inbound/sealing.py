"""A call is sealed as what is personal in an event is: by a key of its own, wrapped by a master key."""

from typing import Final, NamedTuple

import msgspec

from adapters.event_store.personal_data import MasterKeys, decrypt, encrypt, new_key
from adapters.event_store.rotation import Wrapped
from application.inbound import Arrival

FORM: Final = 1
"""The version of what is sealed: the fields of a call, in their order."""


class Sealed(NamedTuple):
    """What is stored of a call."""

    wrapped: bytes
    sealed: bytes


class _Call(msgspec.Struct, array_like=True, frozen=True):
    method: str
    url: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


def seal(keys: MasterKeys, tenant: str, receipt_id: str, arrival: Arrival) -> Sealed:
    """Seal a call, so that it can be opened nowhere else."""
    call = _Call(arrival.method, arrival.url, arrival.headers, arrival.body)
    key, plain = new_key(), msgspec.msgpack.encode(call)
    sealed = encrypt(key, plain, tenant, receipt_id, FORM)
    return Sealed(keys.wrap(key, tenant, receipt_id), sealed)


def opened(keys: MasterKeys, tenant: str, receipt_id: str, found: Sealed) -> Arrival:
    """Open it. Raises UnknownMasterKeyError, PersonalDataDamagedError."""
    key = keys.unwrap(found.wrapped, tenant, receipt_id)
    plain = decrypt(key, found.sealed, tenant, receipt_id, FORM)
    call = msgspec.msgpack.decode(plain, type=_Call)
    return Arrival(method=call.method, url=call.url, headers=call.headers, body=call.body)


RECEIPT_KEYS: Final = Wrapped(
    number="SELECT count(*) FROM work.receipts",
    by_master_key="""
        SELECT encode(substr(wrapped, 1, %s), 'hex'), count(*) FROM work.receipts GROUP BY 1
    """,
    # Ids are unique: where one goes on, it does not matter whose it is.
    next="""
        SELECT tenant_id::text, id, wrapped FROM work.receipts
        WHERE %s::uuid IS NOT NULL AND id > %s ORDER BY id LIMIT %s
    """,
    wrap="""
        UPDATE work.receipts r SET wrapped = n.anew
        FROM unnest(%s::uuid[], %s::text[], %s::bytea[], %s::bytea[])
            AS n(tenant_id, id, wrapped, anew)
        WHERE r.tenant_id = n.tenant_id AND r.id = n.id AND r.wrapped = n.wrapped
    """,
)
