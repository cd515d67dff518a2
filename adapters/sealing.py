"""What lies beside the log and may say something of a person is sealed as what is personal in an event is: by a
key of its own, wrapped by a master key.
"""

from typing import Final, NamedTuple

from adapters.event_store.personal_data import MasterKeys, decrypt, encrypt, new_key
from adapters.event_store.rotation import Wrapped

FORM: Final = 1
"""The version of what is sealed: it takes the place that an event's version has."""


class Sealed(NamedTuple):
    """What is stored of it, in columns of these names."""

    wrapped: bytes
    sealed: bytes


def seal(keys: MasterKeys, tenant: str, row_id: str, plain: bytes) -> Sealed:
    """Seal what a row holds, so that it can be opened nowhere else."""
    key = new_key()
    return Sealed(keys.wrap(key, tenant, row_id), encrypt(key, plain, tenant, row_id, FORM))


def opened(keys: MasterKeys, tenant: str, row_id: str, found: Sealed) -> bytes:
    """Return what was sealed. Raises UnknownMasterKeyError, PersonalDataDamagedError."""
    key = keys.unwrap(found.wrapped, tenant, row_id)
    return decrypt(key, found.sealed, tenant, row_id, FORM)


def keys_in(table: str) -> Wrapped:
    """Return how one goes through a table of what is sealed; `wrapped` may be null."""
    return Wrapped(
        number=f"SELECT count(wrapped) FROM {table}",
        by_master_key=f"""
            SELECT encode(substr(wrapped, 1, %s), 'hex'), count(*)
            FROM {table} WHERE wrapped IS NOT NULL GROUP BY 1
        """,
        # Ids are unique: where one goes on, it does not matter whose it is.
        next=f"""
            SELECT tenant_id::text, id, wrapped FROM {table}
            WHERE %s::uuid IS NOT NULL AND id > %s AND wrapped IS NOT NULL ORDER BY id LIMIT %s
        """,
        wrap=f"""
            UPDATE {table} r SET wrapped = n.anew
            FROM unnest(%s::uuid[], %s::text[], %s::bytea[], %s::bytea[])
                AS n(tenant_id, id, wrapped, anew)
            WHERE r.tenant_id = n.tenant_id AND r.id = n.id AND r.wrapped = n.wrapped
        """,
    )
