"""Tenants take turns, however much one of them has to be done."""

import time
from uuid import uuid4

import pytest

from adapters.jobs.turns import Turns
from adapters.postgres import Database
from tests.jobs.examples import (
    ANOTHER_TENANT,
    HOUR,
    NOON,
    TENANT,
    ManualClock,
    order,
    ring,
    water,
)

pytestmark = pytest.mark.postgres

THIRD_TENANT = "0198a000-0000-7000-8000-000000000003"


def claimed(database: Database, turns: Turns, most: int = 1) -> list[str]:
    """Claim; return for whom."""
    with database.as_worker() as connection:
        assert turns.has_any(connection, NOON)
        jobs = turns.claim(connection, now=NOON, most=most, claim_id=uuid4(), lease=HOUR)
    return [job.tenant for job in jobs]


def test_who_has_much_to_be_done_keeps_nobody_waiting(database: Database) -> None:
    order(database, *[ring(n) for n in range(150)])
    order(database, ring(), position=2, tenant=ANOTHER_TENANT)
    order(database, ring(1), ring(2), position=3, tenant=THIRD_TENANT)
    turns = Turns("effects")

    first = [claimed(database, turns)[0] for _ in range(6)]

    assert sorted(first[:3]) == [TENANT, ANOTHER_TENANT, THIRD_TENANT]
    assert sorted(first[3:]) == [TENANT, TENANT, THIRD_TENANT]


def test_who_comes_later_is_next(database: Database) -> None:
    seconds = 0.0
    turns = Turns("effects", lambda: seconds)
    order(database, *[ring(n) for n in range(150)])
    claimed(database, turns)
    order(database, ring(), position=2, tenant=ANOTHER_TENANT)
    assert claimed(database, turns) == [TENANT]

    seconds += 1

    assert claimed(database, turns) == [ANOTHER_TENANT]


def test_who_comes_when_the_others_have_no_more_is_next_at_once(database: Database) -> None:
    turns = Turns("effects", lambda: 0.0)
    order(database, ring())
    claimed(database, turns)

    order(database, ring(), position=2, tenant=ANOTHER_TENANT)

    assert claimed(database, turns) == [ANOTHER_TENANT]


def test_a_batch_is_of_all_tenants(database: Database) -> None:
    order(database, *[water(str(n)) for n in range(50)])
    order(database, *[water(str(n)) for n in range(50)], position=2, tenant=ANOTHER_TENANT)

    assert sorted(claimed(database, Turns("commands"), most=20)) == (
        [TENANT] * 10 + [ANOTHER_TENANT] * 10
    )


def test_a_claim_is_fast_with_fifty_thousand_jobs_due(
    database: Database, clock: ManualClock
) -> None:
    """Of one tenant, most of them held back; and one of another."""
    order(database, ring(), tenant=TENANT)
    with database.as_worker() as connection:
        connection.execute(
            """
            INSERT INTO work.jobs (
                id, tenant_id, lane, kind, about, dedupe_key, payload, ordering_key, due_at,
                run_at, max_attempts, caused_by, process
            )
            SELECT gen_random_uuid(), tenant_id, lane, kind, 'bell', 'fill ' || n, payload,
                   'tower ' || n / 3, due_at, due_at - (50000 - n) * interval '1 ms', 20, n, 'fill'
            FROM work.jobs, generate_series(1, 50000) n
            """
        )
    order(database, ring(), position=2, tenant=ANOTHER_TENANT)
    turns = Turns("effects")
    claimed(database, turns)

    began = time.perf_counter()
    tenants = [claimed(database, turns)[0] for _ in range(20)]

    assert (time.perf_counter() - began) / 20 < 0.05
    assert ANOTHER_TENANT in tenants[:2]
