"""What a call says, as it is sealed: see `adapters/sealing.py`."""

from typing import Final

import msgspec

from adapters.event_store.personal_data import MasterKeys
from adapters.sealing import Sealed, keys_in
from adapters.sealing import opened as opened_bytes
from adapters.sealing import seal as seal_bytes
from application.inbound import Arrival

RECEIPT_KEYS: Final = keys_in("work.receipts")


class _Call(msgspec.Struct, array_like=True, frozen=True):
    method: str
    url: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


def seal(keys: MasterKeys, tenant: str, receipt_id: str, arrival: Arrival) -> Sealed:
    """Seal a call, so that it can be opened nowhere else."""
    call = _Call(arrival.method, arrival.url, arrival.headers, arrival.body)
    return seal_bytes(keys, tenant, receipt_id, msgspec.msgpack.encode(call))


def opened(keys: MasterKeys, tenant: str, receipt_id: str, found: Sealed) -> Arrival:
    """Return it opened. Raises UnknownMasterKeyError, PersonalDataDamagedError."""
    plain = opened_bytes(keys, tenant, receipt_id, found)
    call = msgspec.msgpack.decode(plain, type=_Call)
    return Arrival(method=call.method, url=call.url, headers=call.headers, body=call.body)
