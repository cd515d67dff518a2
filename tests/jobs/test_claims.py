from datetime import timedelta
from uuid import uuid4

import pytest

from adapters.jobs import claims
from adapters.postgres import Database
from tests.jobs.examples import HOUR, NOON, order, ring

pytestmark = pytest.mark.postgres

LEASE = timedelta(seconds=20)


def claimed(connection, most: int = 2) -> list[str]:
    jobs = claims.claim(connection, "effects", now=NOON, most=most, claim_id=uuid4(), lease=LEASE)
    return [job.payload for job in jobs]


def test_a_claim_passes_over_what_is_being_claimed_and_waits_for_nobody(
    database: Database,
) -> None:
    order(database, *[ring(n, at=NOON - n * HOUR) for n in range(4)])

    with database.as_worker() as one, database.as_worker() as other:
        other.execute("SET lock_timeout = '1s'")
        with one.transaction():
            first = claimed(one)
            second = claimed(other)

    assert first == ['{"times":3}', '{"times":2}']
    assert second == ['{"times":1}', '{"times":0}']


def test_what_is_due_longest_is_claimed_first_however_it_is_found(database: Database) -> None:
    order(database, ring(1, at=NOON - HOUR), ring(3, at=NOON - 3 * HOUR), ring(2, at=NOON))

    with database.as_worker() as connection:
        connection.execute("SET enable_indexscan = off; SET enable_bitmapscan = off")
        assert claimed(connection, most=1) == ['{"times":3}']
        assert claimed(connection, most=1) == ['{"times":1}']


def test_the_next_due_time_is_that_of_the_asked_lanes(database: Database) -> None:
    order(database, ring(1, at=NOON - HOUR))

    with database.as_worker() as connection:
        assert claims.next_due(connection) == NOON - HOUR
        assert claims.next_due(connection, ["commands"]) is None
