"""Ideal customer profiles: who matches one, how many do, and why."""

from typing import Any, Final

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.business.users import Role
from domain.sales.companies import Company
from domain.sales.icps import Icp, SizesContradict, refuse_impossible
from domain.sales.leads import LeadStatus
from domain.texts import loosely
from projections.questions import Op
from projections.sales.leads import ListedLead
from projections.sales.matching import CRITERIA, filters, judged
from tests.running import Running
from tests.sales.leads.examples import client_id, lead_id, now

pytestmark = pytest.mark.together

PEOPLE: Final = [
    ({"industry": "Hôtellerie", "size": 40, "title": "Directrice"}, "google"),
    ({"industry": "hotellerie", "size": 400, "domain": "grand.example"}, "fair"),
    ({"industry": "Retail", "size": 40, "domain": "shop.example"}, "google"),
    ({}, "google"),
]
PROFILES: Final[list[dict[str, Any]]] = [
    {},
    {"industries": ["HOTELLERIE"]},
    {"industries": ["Hôtellerie", "Retail"], "size_max": 100},
    {"size_min": 41},
    {"size_min": 40, "size_max": 40},
    {"titles": ["directrice", "Directeur"]},
    {"domains": ["GRAND.example", "shop.example"]},
    {"sources": ["google"], "score_min": 10},
    {"score_min": 99},
]


@pytest.fixture
def http(running: Running) -> TestClient:
    """An owner."""
    return running.http()


def opened(http: TestClient, number: int) -> str:
    company, source = PEOPLE[number]
    person = {"name": f"Zoé {number}", "email": f"zoe{number}@example.org"}
    lead = {"person": person, "company": company, "touch": {"source": source}}
    return str(http.post("/v1/leads", json=lead).json()["id"])


def listed(http: TestClient, icp: Any, **asked: Any) -> set[str]:
    answer = http.get(f"/v1/icps/{icp['id']}/matches", params=asked)
    assert answer.status_code == 200, answer.text
    return {each["id"] for each in answer.json()["data"]}


@pytest.mark.postgres
def test_who_is_listed_and_counted_is_who_is_judged_to_match(
    running: Running, http: TestClient
) -> None:
    everybody = [opened(http, n) for n in range(len(PEOPLE))]
    running.settle()
    sizes = set()
    for n, profile in enumerate(PROFILES):
        icp = http.post("/v1/icps", json={"name": f"No. {n}", **profile}).json()
        judged_ = {
            each: http.get(f"/v1/icps/{icp['id']}/matches/{each}").json() for each in everybody
        }
        matching = {each for each, told in judged_.items() if told["matches"]}
        assert (icp["matches"], icp["is_least"]) == (len(matching), False), profile
        assert listed(http, icp) == matching, profile
        sizes.add(len(matching))

    assert len(sizes) > 2, "profiles that tell nobody apart prove nothing"


@pytest.mark.postgres
def test_whatever_changes_on_either_side_is_matched_anew(
    running: Running, http: TestClient
) -> None:
    first, second = opened(http, 0), opened(http, 2)
    running.settle()
    icp = http.post("/v1/icps", json={"name": "Hotels", "industries": ["Hôtellerie"]}).json()
    where = f"/v1/icps/{icp['id']}"
    changed = http.put(where, json={"name": "Shops", "industries": ["Retail"]}).json()
    part = http.patch(where, json={"industries": ["Retail", "Hôtellerie"]}).json()
    http.put(f"/v1/leads/{first}/company", json={"industry": "Farming"})
    running.settle()
    after = listed(http, icp)
    http.delete(f"/v1/leads/{second}")
    running.settle()

    assert [each["matches"] for each in (icp, changed, part)] == [1, 1, 2]
    assert after == {second}
    assert listed(http, icp) == set()


@pytest.mark.postgres
def test_it_is_told_why_one_matches_or_not_criterion_by_criterion(
    running: Running, http: TestClient
) -> None:
    lead = opened(http, 0)
    profile = {"name": "Large hotels", "industries": ["Hôtellerie"], "size_min": 100}
    icp = http.post("/v1/icps", json=profile).json()
    told = http.get(f"/v1/icps/{icp['id']}/matches/{lead}").json()

    assert told == {
        "lead_id": lead,
        "matches": False,
        "criteria": [
            {
                "criterion": "industries",
                "wanted": ["Hôtellerie"],
                "found": "hotellerie",
                "meets": True,
            },
            {"criterion": "size_min", "wanted": 100, "found": 40, "meets": False},
        ],
    }


@pytest.mark.postgres
def test_matches_are_for_who_sees_leads_and_of_profiles_that_there_are(
    running: Running, http: TestClient
) -> None:
    lead = opened(http, 0)
    icp = http.post("/v1/icps", json={"name": "All"}).json()
    where = f"/v1/icps/{icp['id']}/matches"

    assert running.http(Role.AUDITOR).get(where).status_code == 200
    assert running.http(Role.PROFESSIONAL).get(where).status_code == 403
    other = running.http(tenant="0198c0de-0000-7000-8000-0000000000bb")
    assert other.get(where).status_code == 404
    assert other.get(f"{where}/{lead}").status_code == 404
    assert http.get(f"{where}/{lead[:-1]}{'1' if lead[-1] == '0' else '0'}").status_code == 404


def test_sizes_that_contradict_each_other_are_refused() -> None:
    refuse_impossible(Icp(name="One size", size_min=5, size_max=5))
    with pytest.raises(SizesContradict):
        refuse_impossible(Icp(name="None", size_min=6, size_max=5))


def test_each_criterion_of_a_profile_is_compared_with_a_column_of_leads() -> None:
    named = {each.name for each in CRITERIA}

    assert named == {*Icp.__struct_fields__} - {"name", "description"}
    assert {each.column for each in CRITERIA} <= {*ListedLead.__struct_fields__}


# --- Over all profiles and leads ------------------------------------------------------

WORDS: Final = st.sampled_from(["Hôtellerie", "hotellerie", "Retail", "RETAIL"])
SEVERAL: Final = st.lists(WORDS, max_size=2, unique=True).map(tuple)
SIZES: Final = st.none() | st.integers(1, 5)
ICPS: Final = st.builds(
    Icp,
    name=st.just("One"),
    industries=SEVERAL,
    titles=SEVERAL,
    sources=SEVERAL,
    size_min=SIZES,
    size_max=SIZES,
    score_min=SIZES,
)
LEADS: Final = st.builds(
    lambda industry, title, source, size, score: ListedLead(
        id=lead_id,
        client_id=client_id,
        status=LeadStatus.NEW,
        opened_at=now,
        score=score,
        source=source,
        company=Company(industry=industry, title=title, size=size),
        company_size=size,
        industry_key=industry and loosely(industry),
        title_key=title and loosely(title),
    ),
    st.none() | WORDS,
    st.none() | WORDS,
    st.none() | WORDS,
    SIZES,
    st.integers(0, 5),
)


@given(ICPS, LEADS)
def test_a_lead_matches_if_it_passes_the_filters_of_the_list(icp: Icp, lead: ListedLead) -> None:
    def passes(column: str, op: Op, value: Any) -> bool:
        found = getattr(lead, column)
        if found is None:
            return False
        if op is Op.IS:
            return found in value
        return bool(found >= value if op is Op.AT_LEAST else found <= value)

    assert all(each.meets for each in judged(icp, lead)) == all(
        passes(*each) for each in filters(icp)
    )


@given(ICPS, LEADS, WORDS)
def test_a_profile_that_asks_for_more_matches_no_more(
    icp: Icp, lead: ListedLead, industry: str
) -> None:
    if not icp.industries and not all(each.meets for each in judged(icp, lead)):
        stricter = replace(icp, industries=(industry,))
        assert not all(each.meets for each in judged(stricter, lead))
