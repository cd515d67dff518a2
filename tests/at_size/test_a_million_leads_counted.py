"""How a million leads do is asked of those who came in a month: `make test-large`."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import psycopg
import pytest

from application.sales.analytics import MOST_LEADS
from infra.servers.postgres import Server
from tests.at_size.conftest import grown_to
from tests.at_size.explained import Explained, explaining
from tests.at_size.log import EVENTS_OF_A_CLIENT
from tests.running import Running

pytestmark = [pytest.mark.postgres, pytest.mark.large, pytest.mark.timeout(1800)]

MILLION: Final = 1_000_000
MINUTES: Final = "interval '2 minutes'"
WHERE: Final = "/v1/analytics/leads"


@pytest.fixture(scope="module")
def business(server: Server) -> Iterator[Running]:
    """A business to which somebody new has come each other minute for four years."""
    with grown_to(server, EVENTS_OF_A_CLIENT) as running:
        made = running.http().post("/v1/leads", json={"person": {"name": "Zoé"}, "message": "Hi"})
        assert made.status_code == 201
        running.settle()
        with psycopg.connect(running.system.database.dsn, autocommit=True) as connection:
            connection.execute(PLANTED.encode(), {"tenant": running.tenant, "many": MILLION})
            connection.execute("VACUUM ANALYZE live.leads")
        yield running


PLANTED: Final = f"""
    INSERT INTO live.leads (tenant_id, key, version, client_id, status, score, temperature, source,
        opened_at, answered_after, converted_at, seconds_in, document)
    SELECT tenant_id, 'lead-' || gen_random_uuid(), 1, client_id, status, score, temperature, source,
        at, CASE WHEN n % 3 > 0 THEN n * 79 % 100000 END,
        CASE status WHEN 'converted' THEN at + interval '9 days' END,
        seconds_in, document
    FROM (
        SELECT r.tenant_id, r.client_id, r.score, r.temperature, r.document, n,
            CASE n % 5 WHEN 0 THEN 'converted' WHEN 1 THEN 'connected' ELSE 'new' END AS status,
            CASE WHEN n % 4 > 0 THEN 'source ' || n % 40 END AS source,
            timestamptz '2023-01-01' + n * {MINUTES} AS at,
            json_build_object('new', n * 31 % 90000, 'attempting', n * 17 % 90000) AS seconds_in
        FROM live.leads r, generate_series(1, %(many)s) n WHERE tenant_id = %(tenant)s
    ) leads
""".replace("% ", "%% ")
"""Each after the likeness of the one that is there."""


def asked(running: Running, **question: str) -> tuple[Any, list[Explained]]:
    """Ask; return the answer, and what was read for it."""
    with explaining() as explained:
        answer = running.http().get(WHERE, params=question)
    return answer, [each for each in explained.found if "live.leads" in each.text]


def test_of_a_month_just_those_are_read_who_came_or_were_won_in_it(business: Running) -> None:
    answer, found = asked(business, **{"from": "2025-03-01", "until": "2025-04-01", "by": "day"})

    total = answer.json()["total"]
    assert total["opened"] == 31 * 24 * 30
    (statement,) = found
    read = [node for node in statement.nodes if node.table == "leads"]
    assert {node.kind for node in read} <= {"Index Scan", "Index Only Scan", "Bitmap Heap Scan"}
    assert sum(node.read for node in read) == total["opened"] + total["converted"]


def test_as_many_as_may_be_asked_for_are_counted_in_time(business: Running) -> None:
    many: Mapping[str, str] = {"from": "2023-01-01", "until": "2023-05-18"}

    answer = business.http().get(WHERE, params=many)

    assert answer.status_code == 200, answer.text
    assert 0.98 * MOST_LEADS < answer.json()["total"]["opened"] <= MOST_LEADS


def test_more_are_refused(business: Running) -> None:
    answer, found = asked(business, **{"from": "2023-01-01", "until": "2026-01-01"})

    assert (answer.status_code, answer.json()["code"]) == (422, "too-many-leads")
    assert sum(n.read for each in found for n in each.nodes if n.table == "leads") <= 3 * MOST_LEADS
