"""What an operation was given may name people: it is sealed, and nothing of it is left when it is over."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from adapters.event_store.personal_data import MasterKeys, UnknownMasterKeyError
from adapters.sealing import Sealed, keys_in, opened, seal
from application.ports import NotReadableHere

OPERATION_KEYS: Final = keys_in("work.operations")


def sealed_given(
    keys: MasterKeys, tenant: str, operation_id: str, given: Mapping[str, Any]
) -> Mapping[str, bytes | None]:
    """Return the columns of what it was given: null where it was given nothing."""
    if not given:
        return dict.fromkeys(Sealed._fields)
    return seal(keys, tenant, operation_id, msgspec.json.encode(given))._asdict()


def opened_given(keys: MasterKeys, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what it was given, as a row holds it. Raises NotReadableHere, PersonalDataDamagedError."""
    if row["wrapped"] is None:
        return {}
    found = Sealed(row["wrapped"], row["sealed"])
    try:
        plain = opened(keys, row["tenant"], row["id"], found)
    except UnknownMasterKeyError as error:
        raise NotReadableHere(needs="key") from error
    given: dict[str, Any] = msgspec.json.decode(plain)
    return given
