"""A million leads, asked for in every way that there is, as the application's role: `make test-large`."""

import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
import pytest
from psycopg import Connection, sql
from psycopg.rows import TupleRow

from domain.sales.leads import LeadStatus
from domain.sales.scores import Facts, Weights, scored
from infra.servers.postgres import Server
from projections.paging import LOOKED_AT
from projections.sales.leads import ListedLead
from tests.at_size.conftest import grown_to
from tests.at_size.explained import Explained, Explaining, explaining, too_much
from tests.at_size.log import LARGE, numbered
from tests.running import Running
from tests.sales.leads.examples import acme, client_id, lead_id, now

pytestmark = [pytest.mark.postgres, pytest.mark.large, pytest.mark.timeout(1800)]

MILLION: Final = 1_000_000
FEW: Final = 300
"""Events of the log."""

LEAD: Final = ListedLead(
    id=lead_id,
    client_id=client_id,
    status=LeadStatus.NEW,
    breakdown=scored(Facts(has_email=True, message_length=200), Weights()),
    message="Do you do weddings?" * 10,
    company=acme,
    opened_at=now,
)
"""What all of them say, whatever they are found by."""

LIKE: Final[Mapping[str, str]] = {
    "status": "CASE n % 5 WHEN 0 THEN 'converted' WHEN 1 THEN 'disqualified' ELSE 'new' END",
    "temperature": "CASE n % 10 WHEN 0 THEN 'hot' WHEN 1 THEN 'warm' ELSE 'cold' END",
    "score": "n % 101",
    "source": "'source-' || n % 40",
    "assignee_id": "'user-' || n % 30",
    "stage_id": "'stage-' || n % 8",
    "industry_key": "'industry ' || n % 300",
    "title_key": "'title ' || n % 500",
    "company_domain": "'company-' || n % 200000 || '.example'",
    "company_size": "1 + n % 5000",
    "opened_at": "timestamptz '2024-01-01' + n * interval '1 minute'",
    "removed_at": "CASE n % 50 WHEN 0 THEN timestamptz '2027-01-01' END",
    "client_id": "'client-' || n",
    "key": "'lead-00000000-0000-7000-8000-' || lpad(n::text, 12, '0')",
}
"""What a lead is like, by its number."""

ASKED: Final[tuple[dict[str, str], ...]] = (
    {},
    {"status": "disqualified"},
    {"status": "connected"},
    {"temperature": "hot"},
    {"score.gte": "90"},
    {"score.gte": "20", "score.lt": "30"},
    {"source": "source-7"},
    {"source": "nowhere"},
    {"assignee_id": "user-7"},
    {"assignee_id": "nobody"},
    {"stage_id": "stage-3"},
    {"stage_id": "nowhere"},
    {"company_domain": "company-77.example"},
    {"company_domain": "nobody.example"},
    {"industry": "Industry 12"},
    {"industry": "none"},
    {"company_size": "4000"},
    {"company_size.gte": "4990", "sort": "company_size"},
    {"company_size.gte": "4990"},
    {"email": "client-1@example.org"},
    {"email": "nobody@example.org"},
    {"client_id": "client-17"},
    {"opened_at.gte": "2025-06-01T00:00:00Z", "sort": "opened_at"},
    {"status": "new", "source": "source-7", "stage_id": "stage-7"},
    {"company_domain": "company-77.example", "sort": "-opened_at"},
    {"include_deleted": "true"},
)


@pytest.fixture(scope="module")
def grown(server: Server) -> Iterator[Running]:
    """A business with a million leads, and a few clients with addresses, one of whom is a lead."""
    with grown_to(server, FEW, plant) as running:
        yield running


def plant(connection: Connection[TupleRow]) -> None:
    """Put leads into their list."""
    names = sql.SQL(", ").join(map(sql.Identifier, LIKE))
    values = sql.SQL(", ").join(map(sql.SQL, LIKE.values()))
    document = msgspec.json.encode(LEAD).decode()
    literals = map(sql.Literal, (LARGE, document, MILLION))
    connection.execute(sql.SQL(PLANTED).format(names, values, *literals))
    # As if it was among those: the first of the clients.
    connection.execute(OF_A_CLIENT, (numbered("client", 1), LARGE))


@pytest.fixture
def explained(grown: Running) -> Iterator[Explaining]:
    with explaining() as found:
        yield found


def _of_leads(found: list[Explained]) -> list[Explained]:
    return [each for each in found if 'live."leads"' in each.text]


def _indexes(plan: Mapping[str, Any]) -> Iterator[str]:
    if name := plan.get("Index Name"):
        yield str(name)
    for below in plan.get("Plans", ()):
        yield from _indexes(below)


def _of_list(grown: Running, each: Explained) -> list[str]:
    """Return which columns the indexes have by which leads are read."""
    with grown.system.database.as_worker() as connection:
        found = connection.execute(DEFINED, ([*_indexes(each.plan)],)).fetchall()
    return [str(said).partition("(")[2].removesuffix(")") for (said,) in found]


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_every_filter_goes_along_an_index(
    grown: Running, explained: Explaining, asked: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    http = grown.http()
    answer = http.get("/v1/leads", params=asked)
    found = _of_leads(explained.found)
    began = time.perf_counter()  # what is explained is done twice
    page = http.get("/v1/leads", params={**asked, "fields": "id"})
    took = time.perf_counter() - began

    assert (answer.status_code, page.status_code) == (200, 200)
    assert found
    assert {each.role for each in found} == {"frontdesk_app"}
    assert too_much(found, LOOKED_AT + FEW) == []
    indexes = [_of_list(grown, each) for each in found]
    assert all(indexes)
    rows = max(sum(node.read for node in each.nodes if node.table == "leads") for each in found)
    wanted = " ".join(f"{name}={value}" for name, value in asked.items()) or "everything"
    along = "; ".join(dict.fromkeys(columns for each in indexes for columns in each))
    with capsys.disabled():
        sys.stdout.write(f"\n{wanted}: along {along}, {rows} rows, {took * 1000:.0f} ms")


PROFILES: Final[tuple[dict[str, Any], ...]] = (
    {"industries": ["Industry 12"]},
    {"industries": ["Industry 12", "Industry 13"], "size_min": 100, "score_min": 50},
    {"domains": ["company-77.example"]},
    {"titles": ["Title 5"]},
    {"size_min": 4990},
    {"sources": ["source-7"], "industries": ["none"]},
)


def test_profiles_are_matched_among_so_many(grown: Running, explained: Explaining) -> None:
    http = grown.http()
    for n, profile in enumerate(PROFILES):
        icp = http.post("/v1/icps", json={"name": f"No. {n}", **profile})
        assert icp.status_code == 201, icp.text
        assert http.get(f"/v1/icps/{icp.json()['id']}/matches").status_code == 200

    found = _of_leads(explained.found)
    assert len(found) >= 12
    assert too_much(found, 2 * (LOOKED_AT + FEW)) == []


PLANTED: Final = """
    INSERT INTO live.leads (tenant_id, version, document, {0}) SELECT {2}::uuid, 1, {3}, {1}
    FROM generate_series(1, {4}) n
"""
OF_A_CLIENT: Final = """
    UPDATE live.leads SET client_id = %s WHERE tenant_id = %s AND client_id = 'client-1'
"""
DEFINED: Final = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'live' AND indexname = ANY(%s)"
