"""What guests say of themselves before they have proved it: `application.scheduling.guest_bookings.Guests`, filled."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from psycopg import Connection

from adapters.accounts.address_codes import AddressCodes
from adapters.event_store.personal_data import MasterKeys, UnknownMasterKeyError
from adapters.postgres import NO_TENANT, Database
from adapters.sealing import Sealed, keys_in, opened, seal
from application.business.address_proofs import AddressCodeWrong
from application.ports import Clock, NotReadableHere
from application.scheduling.guest_bookings import WISHES_KEPT, GuestWish
from domain.values import BookingId, TenantId, WishId

WISH_KEYS: Final = keys_in("accounts.guest_wishes")

KEEP: Final = """
    INSERT INTO accounts.guest_wishes (id, tenant_id, booking_id, wrapped, sealed, expires_at)
    VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING
"""
OF: Final = """
    SELECT wrapped, sealed FROM accounts.guest_wishes
    WHERE id = %s AND tenant_id = %s AND expires_at > %s
"""
DELETE: Final = """
    WITH gone AS (DELETE FROM accounts.guest_wishes WHERE {} RETURNING tenant_id, id)
    DELETE FROM accounts.address_codes c USING gone
    WHERE c.tenant_id = gone.tenant_id AND c.user_id = gone.id
"""
PRUNE: Final = DELETE.format("expires_at <= %s")
ERASE: Final = DELETE.format("tenant_id = %s AND booking_id = ANY(%s)")


class PostgresGuests:
    """Their table, and the codes that were mailed for it."""

    def __init__(
        self, database: Database, keys: MasterKeys, codes: AddressCodes, clock: Clock
    ) -> None:
        self._database = database
        self._keys = keys
        self._codes = codes
        self._clock = clock

    def keep(
        self, tenant_id: TenantId, wish_id: WishId, wish: GuestWish, booking_id: BookingId
    ) -> None:
        """Keep a wish for this booking, for `WISHES_KEPT`."""
        sealed = seal(self._keys, tenant_id, wish_id, msgspec.json.encode(wish))
        until = self._clock() + WISHES_KEPT
        with self._database.as_tenant(NO_TENANT) as connection:
            connection.execute(KEEP, (wish_id, tenant_id, booking_id, *sealed, until))

    def of(self, tenant_id: TenantId, wish_id: WishId) -> GuestWish | None:
        """Return a wish; None when it is gone. Raises NotReadableHere."""
        values = (wish_id, tenant_id, self._clock())
        with self._database.as_tenant(NO_TENANT) as connection:
            found = connection.execute(OF, values, binary=True).fetchone()
        if found is None:
            return None
        try:
            plain = opened(self._keys, tenant_id, wish_id, Sealed(*found))
        except UnknownMasterKeyError as error:
            raise NotReadableHere(needs="key") from error
        return msgspec.json.decode(plain, type=GuestWish)

    def shown(self, tenant_id: TenantId, wish_id: WishId, code: str) -> GuestWish:
        """Return the wish that a code was mailed for, however often it is shown. Raises AddressCodeWrong,
        NotReadableHere.
        """
        self._codes.check(tenant_id, wish_id, code)
        wish = self.of(tenant_id, wish_id)
        if wish is None:
            raise AddressCodeWrong
        return wish

    def prune(self) -> int:
        """Forget what nobody has proved in time, and the codes that were mailed for it."""
        with self._database.as_tenant(NO_TENANT) as connection:
            return connection.execute(PRUNE, (self._clock(),)).rowcount


def clear_wishes(connection: Connection[Any], tenant: str, bookings: Sequence[str]) -> None:
    """Destroy what was said to make these bookings."""
    connection.execute(ERASE, (tenant, list(bookings)))
