"""Which bookings ahead do not begin any more when the clock on the wall reads what was agreed?

A country changes its rules, and a new release of the zone data knows of it. The instant of a booking
stays, but the clock will read otherwise then: somebody has to ask what was meant.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import msgspec
from psycopg import Connection

from domain.scheduling.bookings import BookingStatus
from domain.zones import to_local, zone
from projections.scheduling.bookings import BOOKINGS, KnownBooking

AHEAD: Final = f"""
    SELECT tenant_id::text, document::text FROM live.{BOOKINGS.name}
    WHERE starts_at >= %s AND status = ANY(%s) ORDER BY tenant_id, starts_at, key
"""

STANDING: Final = [BookingStatus.PENDING, BookingStatus.CONFIRMED]


class Shifted(msgspec.Struct, frozen=True, kw_only=True):
    """A booking of a tenant: what the clock was to read at its beginning, and what it will."""

    tenant: str
    id: str
    time_zone: str
    starts_at: datetime
    agreed: datetime
    reads: datetime


def shifted(connection: Connection[Any], after: datetime) -> Iterator[Shifted]:
    """Find them among those that begin later, by the zone data in use."""
    with connection.cursor() as cursor:
        for tenant, document in cursor.stream(AHEAD, (after, STANDING)):
            booking = msgspec.json.decode(document, type=KnownBooking)
            assert booking.starts_at is not None, "it is one of those that begin later"
            reads = to_local(booking.starts_at, zone(booking.time_zone))
            if booking.local_start is not None and booking.local_start != reads:
                yield Shifted(
                    tenant=tenant,
                    id=booking.id,
                    time_zone=booking.time_zone,
                    starts_at=booking.starts_at,
                    agreed=booking.local_start,
                    reads=reads,
                )
