"""Leads of clients who were merged: of one person one lead stands, until they are two again."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

import pytest
from fastapi.testclient import TestClient
from hypothesis import example, given
from hypothesis import strategies as st

from application.people.people import records
from application.sales.leads import lead_named, lead_of_person
from application.use_cases import USE_CASES
from domain.messages import Command, DomainError
from domain.people.clients import MergeClients, UnmergeClients
from domain.sales.leads import (
    LEAD,
    OPEN,
    ContactWay,
    ConvertLead,
    Lead,
    LeadStatus,
    MoveLead,
    OpenLead,
    PurgeLead,
    RecordContact,
    RecordEngagement,
    RemoveLead,
    RestoreLead,
)
from domain.sales.scores import EngagementSource, Facts, Weights, scored
from domain.sales.tasks import TASKS
from domain.values import ClientId, Contact, IdentityId, LeadId
from tests.in_memory import InMemory
from tests.running import Running
from tests.sales.leads.coming import again, engage, make_hot, opened, tasks
from tests.sales.leads.examples import now

# --- Over HTTP ------------------------------------------------------------------------

PHONE: Final = {"name": "Zoé Müller", "phone": "+33199001234"}
MAIL: Final = {"name": "Zoé M.", "email": "zoe@example.org"}


def merge(http: TestClient, first: Any, *others: Any, how: str = "merge") -> None:
    where = f"/v1/clients/{first['client_id']}/{how}"
    answer = http.post(where, json={"sources": [each["client_id"] for each in others]})
    assert answer.status_code == 200, answer.text


def listed(running: Running, http: TestClient, **asked: Any) -> list[str]:
    running.settle()
    return [each["id"] for each in http.get("/v1/leads", params=asked).json()["data"]]


@pytest.mark.postgres
@pytest.mark.together
def test_of_one_person_one_lead_is_listed_and_its_score_is_of_all_that_they_did(
    running: Running, http: TestClient
) -> None:
    by_phone = opened(http, person=PHONE, message="Bonjour !" * 10)
    by_mail = engage(http, opened(http, person=MAIL), "visit", "one", "two")
    engage(http, by_phone, "visit", "two", "three")
    merge(http, by_phone, by_mail)

    stands, merged = again(http, by_phone), again(http, by_mail)
    assert listed(running, http) == [by_phone["id"]]
    assert listed(running, http, include_deleted=True) != [by_phone["id"]]
    assert (stands["merged"], merged["merged_into"]) == ([by_mail["id"]], by_phone["id"])
    parts = {each["name"]: each["fact"] for each in stands["breakdown"]["parts"]}
    assert parts == {"name": 1, "phone": 1, "message": 90, "visit": 3}


@pytest.mark.postgres
@pytest.mark.together
def test_who_turns_to_what_was_merged_is_told_where_to_turn(
    running: Running, http: TestClient
) -> None:
    stands, merged = opened(http, person=PHONE), opened(http, person=MAIL)
    merge(http, stands, merged)
    where = f"/v1/leads/{merged['id']}"
    refused = [
        http.post(f"{where}/move", json={"status": "connected"}),
        http.post(f"{where}/convert"),
        http.post(f"{where}/contacts", json={"way": "call"}),
        http.post(f"{where}/engagements", json={"source": "visit", "key": "one"}),
        http.post(f"{where}/activities", json={"kind": "note", "text": "Zoé is away"}),
        http.post(f"{where}/invite"),
        http.put(f"{where}/assignee", json={"assignee_id": None}),
        http.put(f"{where}/stage", json={"stage_id": None}),
        http.put(f"{where}/company", json={"name": "Acme"}),
        http.delete(where),
        http.post(f"{where}/restoration"),
    ]

    told = {(each.status_code, each.json()["code"], each.json()["into"]) for each in refused}
    assert told == {(409, "lead-is-merged", stands["id"])}


@pytest.mark.postgres
@pytest.mark.together
def test_nobody_is_to_turn_to_one_person_twice_until_they_are_two_again(
    running: Running, http: TestClient
) -> None:
    stands, merged = make_hot(http, opened(http, person=PHONE)), opened(http, person=MAIL)
    merge(http, stands, merged)
    once = (len(tasks(running, http, stands)), len(tasks(running, http, merged)))
    merge(http, stands, merged, how="unmerge")

    assert once == (1, 0)
    assert [each["id"] for each in tasks(running, http, merged)] == [merged["task_id"]]
    assert len(tasks(running, http, stands)) == 1
    assert len(listed(running, http)) == 2


@pytest.mark.postgres
@pytest.mark.together
def test_what_is_done_for_one_that_was_merged_counts_for_the_one_that_stands(
    running: Running, http: TestClient
) -> None:
    stands, merged = opened(http, person=PHONE), opened(http, person=MAIL)
    http.post(f"/v1/tasks/{stands['task_id']}/complete", json={})
    merge(http, stands, merged)
    before = again(http, stands)["score"]
    [left] = tasks(running, http, merged)
    http.post(f"/v1/tasks/{left['id']}/complete", json={})
    running.settle()

    assert again(http, stands)["score"] > before


@pytest.mark.postgres
@pytest.mark.together
def test_it_stands_with_whom_one_has_come_farthest_and_both_say_so(
    running: Running, http: TestClient
) -> None:
    first, second = opened(http, person=PHONE), opened(http, person=MAIL)
    http.post(f"/v1/leads/{second['id']}/move", json={"status": "qualified"})
    merge(http, first, second)
    running.settle()

    assert listed(running, http) == [second["id"]]
    kinds = [_kinds(http, each) for each in (first, second)]
    assert (kinds[0][0], kinds[1][0]) == (("merged", second["id"]), ("absorbed", first["id"]))
    assert http.get("/v1/analytics/leads").json()["total"]["opened"] == 1


def _kinds(http: TestClient, lead: Any) -> list[tuple[str, str | None]]:
    told = http.get(f"/v1/leads/{lead['id']}/activities").json()["data"]
    return [(each["kind"], each["other_lead_id"]) for each in told]


@pytest.mark.postgres
@pytest.mark.together
def test_what_is_removed_is_removed_with_all_for_which_it_stands_and_is_back_with_them(
    running: Running, http: TestClient
) -> None:
    stands, merged = opened(http, person=PHONE), opened(http, person=MAIL)
    merge(http, stands, merged)
    http.delete(f"/v1/leads/{stands['id']}")
    gone = [again(http, each)["removed_at"] for each in (stands, merged)]
    http.post(f"/v1/leads/{stands['id']}/restoration")
    back = [again(http, each)["removed_at"] for each in (stands, merged)]

    assert None not in gone
    assert back == [None, None]
    assert listed(running, http) == [stands["id"]]


@pytest.mark.postgres
@pytest.mark.together
def test_a_table_has_what_the_list_has(running: Running, http: TestClient) -> None:
    stands, merged = opened(http, person=PHONE), opened(http, person=MAIL)
    removed = opened(http, person={"name": "Léo", "email": "leo@example.org"})
    company = {"name": "Hôtel Zoé", "domain": "hotel.example", "size": 40}
    http.put(f"/v1/leads/{stands['id']}/company", json=company)
    merge(http, stands, merged)
    http.delete(f"/v1/leads/{removed['id']}")
    running.settle()

    told = http.get("/v1/leads.csv").text.splitlines()
    assert len(told) == 2
    assert told[0].endswith("company,company_domain,job_title,industry,company_size")
    assert told[1].endswith("Hôtel Zoé,hotel.example,,,40")
    assert len(http.get("/v1/leads.csv?include_deleted=true").text.splitlines()) == 4


# --- Whatever happens, in whichever order ---------------------------------------------

PERSONS: Final = range(4)
WHO: Final = st.sampled_from(PERSONS)
STEPS: Final = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["merge", "unmerge"]), WHO, WHO),
        st.tuples(st.just("moves"), WHO, st.sampled_from(LeadStatus)),
        st.tuples(st.just("engages"), WHO, st.integers(0, 3)),
        st.tuples(
            st.sampled_from(["comes", "is won", "is contacted", "is removed", "is back", "goes"]),
            WHO,
        ),
    ),
    max_size=20,
)


class People:
    """Four records, each with a lead."""

    def __init__(self) -> None:
        self.past = InMemory(USE_CASES, now)
        self.clients: list[ClientId] = []
        for each in PERSONS:
            identity = IdentityId(f"identity-00000000-0000-5000-8000-00000000000{each}")
            contact = Contact(name="Zoé", email=f"zoe{each}@example.org")
            seed = f"client-0198c0de-0000-7000-8000-00000000000{each}"
            self.past.run(OpenLead(seed=seed, contact=contact, identities=(identity,)))
            known = [s for s in self.past.streams if s.startswith("client-")]
            self.clients.append(ClientId(next(s for s in known if s not in self.clients)))

    def lead(self, who: int) -> LeadId:
        return lead_named(self.clients[who], self.past)

    def tries(self, step: tuple[Any, ...]) -> None:
        self.past.now += timedelta(minutes=1)
        name, *more = step
        try:
            self.past.run(ORDERS[name](self, *more))
        except DomainError:
            return

    def go(self, who: int) -> Command:
        self.past.now += timedelta(days=31)
        return PurgeLead(lead_id=self.lead(who))

    def state(self) -> Mapping[str, Lead]:
        return {each: self.past.of(LEAD, each) for each in map(self.lead, PERSONS)}

    def told(self) -> Any:
        """Return what is told of the leads, and what is to be done about them."""
        told = {
            each: (e.status, e.breakdown, e.temperature, e.merged_into, e.absorbed, e.removed_at)
            for each, e in self.state().items()
        }
        streams = (s for s in self.past.streams if s.startswith("task-"))
        return told, {s for s in streams if self.past.of(TASKS.aggregate, s).active}


ORDERS: Final[Mapping[str, Callable[..., Command]]] = {
    "merge": lambda p, a, b: MergeClients(client_id=p.clients[a], sources=(p.clients[b],)),
    "unmerge": lambda p, a, b: UnmergeClients(client_id=p.clients[a], sources=(p.clients[b],)),
    "moves": lambda p, a, to: MoveLead(lead_id=p.lead(a), status=to, reason="Because"),
    "engages": lambda p, a, key: RecordEngagement(
        lead_id=p.lead(a), source=EngagementSource.VISIT, key=str(key)
    ),
    "comes": lambda p, a: OpenLead(seed="client-9", client_id=p.clients[a], message="Bonjour"),
    "is won": lambda p, a: ConvertLead(lead_id=p.lead(a)),
    "is contacted": lambda p, a: RecordContact(lead_id=p.lead(a), way=ContactWay.CALL),
    "is removed": lambda p, a: RemoveLead(lead_id=p.lead(a)),
    "is back": lambda p, a: RestoreLead(lead_id=p.lead(a)),
    "goes": People.go,
}


REMOVED_MEANWHILE: Final = [("is removed", 1), ("merge", 0, 1), ("is back", 1)]
"""Who is had again has another by then."""


@given(STEPS)
@example(REMOVED_MEANWHILE)
def test_one_lead_of_a_person_stands_and_what_was_merged_is_merged_into_that(steps: Any) -> None:
    people = People()
    for step in steps:
        people.tries(step)
        for client in people.clients:
            assert_one_stands(people, client)


def assert_one_stands(people: People, client: ClientId) -> None:
    theirs = {lead_named(each, people.past) for each in records(people.past, client)}
    known = {each: people.past.of(LEAD, each) for each in theirs}
    stand = [each for each in known if known[each].is_there]
    assert len([e for e in stand if known[e].status is not LeadStatus.CONVERTED]) <= 1
    for each, lead in known.items():
        if lead.merged_into is not None:
            assert known[lead.merged_into].removed_at == lead.removed_at
            assert known[lead.merged_into].absorbed[each] == lead.own
        merged = {e for e in known if known[e].merged_into == each}
        assert merged == {*lead.absorbed}
    if stand:
        assert lead_of_person(client, people.past) in stand
        assert_scored(known[stand[0]])


def assert_scored(lead: Lead) -> None:
    if lead.status not in OPEN:
        return
    facts = Facts(
        has_email=True,
        message_length=lead.written,
        answered_after=lead.answered,
        engagements={each: len(lead.keys(each)) for each in EngagementSource},
    )
    assert lead.breakdown == scored(facts, Weights())


def test_what_was_merged_does_not_stand_again_when_the_one_that_stands_is_given_up() -> None:
    people = People()
    for step in [
        ("moves", 0, LeadStatus.QUALIFIED),
        ("moves", 1, LeadStatus.CONNECTED),
        ("merge", 0, 1),
        ("moves", 0, LeadStatus.DISQUALIFIED),
        ("merge", 0, 2),
    ]:
        people.tries(step)

    _, merged, stands, _ = map(people.lead, PERSONS)
    assert lead_of_person(people.clients[0], people.past) == stands
    assert people.past.of(LEAD, merged).merged_into == stands


@given(STEPS, WHO, WHO)
def test_who_is_merged_and_two_again_is_as_before(steps: Any, first: int, second: int) -> None:
    people = People()
    for step in steps:
        people.tries(step)
    before = people.told()
    try:
        people.past.run(ORDERS["merge"](people, first, second))
    except DomainError:
        return
    done = people.told()
    people.past.run(ORDERS["merge"](people, first, second))
    assert people.told() == done
    if done != before:
        people.past.run(ORDERS["unmerge"](people, first, second))
        assert people.told() == before
