"""Rows become leads: who is known is who they are, nothing counts twice, and no order is another."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from application.sales.imports.taking_in import Outcome, judged, outcomes
from application.use_cases import USE_CASES
from domain.business.users import AddUser, DeactivateUser, Role
from domain.people.clients import (
    CLIENT,
    ChangeClient,
    ClientNamedOnChannel,
    ClientRegistered,
    ClientStatus,
    EraseClient,
    MergeClients,
    RegisterClient,
)
from domain.records import Created
from domain.sales.companies import Company
from domain.sales.imports import FollowUps, ImportedLead, ImportLeads
from domain.sales.leads import (
    LEAD,
    FollowUpSet,
    LeadAssigned,
    LeadOpened,
    LeadStatus,
    LeadTouched,
    MoveLead,
    TellCompany,
    decisions,
    lead_of,
)
from domain.values import ClientId, Contact, TenantId
from tests.in_memory import InMemory
from tests.sales.imports.files import (
    HEADER,
    NOOR,
    ZOE,
    ZOE_AGAIN,
    ana,
    file_of,
    leads_in,
    now,
    one,
)

WITH_ID: Final = "Nom;E-mail;Identifiant externe;Message;Statut;Responsable"
DAILY: Final = FollowUps(first_at=now + timedelta(days=1), time_zone="Europe/Paris", daily=2)


def desk() -> InMemory:
    return InMemory(USE_CASES, now)


def taken(past: InMemory, *rows: ImportedLead, **more: Any) -> list[Outcome]:
    """Take rows in; return what became of each, as it was recorded."""
    events = past.run(ImportLeads(rows=rows, **more))
    found = outcomes(events)
    return [found.get(row.key, Outcome.ALREADY_THERE) for row in rows]


def became(past: InMemory, *rows: ImportedLead) -> list[tuple[Outcome, str | None]]:
    """Say what would become of rows."""
    return [(each.outcome, each.code) for each in judged(rows, past)]


def lead(past: InMemory, row: ImportedLead) -> Any:
    return past.of(LEAD, lead_of(person(past, row)))


def person(past: InMemory, row: ImportedLead) -> ClientId:
    """Return whom a row is about, by the event with its key."""
    events: list[Any] = [event for events in past.streams.values() for event in events]
    lead_id = next(each.lead_id for each in events if getattr(each, "key", None) == row.key)
    return next(
        each.client_id
        for each in events
        if isinstance(each, LeadOpened) and each.lead_id == lead_id
    )


# --- Who it is ------------------------------------------------------------------------


def test_who_is_not_known_is_registered_and_a_lead_from_when_they_came() -> None:
    past, row = desk(), one(ZOE)

    assert taken(past, row) == [Outcome.NEW]

    found, client = lead(past, row), past.of(CLIENT, person(past, row))
    assert (found.status, found.opened_at) == (LeadStatus.NEW, row.at)
    assert (client.contact, client.status) == (row.contact, ClientStatus.LEAD)
    assert found.breakdown is not None


def test_duplicates_are_attached() -> None:
    past = desk()

    assert taken(past, one(ZOE), one(NOOR), one(ZOE_AGAIN)) == [
        Outcome.NEW,
        Outcome.NEW,
        Outcome.ATTACHED,
    ]
    assert person(past, one(ZOE)) == person(past, one(ZOE_AGAIN))
    assert lead(past, one(ZOE)).message_length == len("Un mariage en mai ?Et en juin ?")


def test_so_is_whoever_the_business_knows() -> None:
    past, row = desk(), one(ZOE)
    client = ClientId("client-0198c0de-0000-7000-8000-000000000001")
    past.run(RegisterClient(client_id=client, contact=row.contact, identities=row.identities))

    assert taken(past, row) == [Outcome.ATTACHED]
    assert past.of(LEAD, lead_of(client)).opened_at == row.at


def test_what_was_decided_of_somebody_stays() -> None:
    past, row = desk(), one(ZOE)
    taken(past, row)
    lead_id = lead_of(person(past, row))
    order = MoveLead(lead_id=lead_id, status=LeadStatus.DISQUALIFIED, reason="too far away")
    past.run(order)

    assert taken(past, one(ZOE_AGAIN)) == [Outcome.ATTACHED]
    assert past.of(LEAD, lead_id).status is LeadStatus.DISQUALIFIED


def test_who_has_neither_address_nor_number_is_known_by_their_external_id() -> None:
    past = desk()
    row, other = one("Zoé;;17;Bonjour;;", WITH_ID), one("Zoé;;18;Bonjour;;", WITH_ID)

    assert taken(past, row, other) == [Outcome.NEW, Outcome.NEW]
    assert past.of(CLIENT, person(past, row)).channels == (row.known,)
    assert person(past, row) != person(past, other)
    assert taken(past, row, other) == [Outcome.ALREADY_THERE] * 2


def test_an_external_id_stays_one_person_whatever_else_changes() -> None:
    past = desk()
    taken(past, one("Zoé;zoe@example.org;17;;;", WITH_ID))

    later = one("Zoé Martin;zoe.martin@example.org;17;Encore;;", WITH_ID)

    assert taken(past, later) == [Outcome.ALREADY_THERE]


def test_who_was_known_by_an_address_gets_an_external_id_once() -> None:
    past = desk()
    taken(past, one("Zoé;zoe@example.org;;;;", WITH_ID))

    events = past.run(ImportLeads(rows=(one("Zoé;zoe@example.org;17;;;", WITH_ID),)))

    assert [type(each) for each in events].count(ClientNamedOnChannel) == 1
    assert not [each for each in events if isinstance(each, ClientRegistered)]


def test_who_was_merged_is_not_taken_in_again_by_either_record() -> None:
    past = desk()
    rows = one(ZOE), one(NOOR)
    taken(past, *rows)
    first, second = (person(past, row) for row in rows)
    past.run(MergeClients(client_id=first, sources=(second,)))

    assert taken(past, *rows) == [Outcome.ALREADY_THERE] * 2


def test_who_got_another_address_is_not_taken_in_again() -> None:
    past, row = desk(), one(ZOE)
    taken(past, row)
    moved = Contact(name="Zoé Martin", email="zoe@elsewhere.example")
    past.run(ChangeClient(client_id=person(past, row), contact=moved))

    assert taken(past, row) == [Outcome.ALREADY_THERE]


@pytest.mark.parametrize("came_by_a_file", [True, False])
def test_who_was_erased_does_not_come_back(*, came_by_a_file: bool) -> None:
    past, row = desk(), one(ZOE)
    client = ClientId("client-0198c0de-0000-7000-8000-000000000001")
    if came_by_a_file:
        taken(past, row)
        client = person(past, row)
    else:
        past.run(RegisterClient(client_id=client, contact=row.contact, identities=row.identities))
    past.run(EraseClient(client_id=client))

    assert taken(past, row, one(ZOE_AGAIN)) == [Outcome.ALREADY_THERE] * 2
    refused = (Outcome.REFUSED, "client-is-erased")
    assert became(past, row, one(ZOE_AGAIN)) == [refused, refused]


def test_who_had_an_address_before_is_not_who_has_it_now() -> None:
    past, row = desk(), one(ZOE)
    client = ClientId("client-0198c0de-0000-7000-8000-000000000001")
    past.run(RegisterClient(client_id=client, contact=row.contact, identities=row.identities))
    past.run(ChangeClient(client_id=client, contact=Contact(name="Bo")))

    assert taken(past, row) == [Outcome.NEW]


# --- What is said of them -------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("nouveau", LeadStatus.NEW),
        ("qualifié", LeadStatus.QUALIFIED),
        ("perdu", LeadStatus.DISQUALIFIED),
        ("gagné", LeadStatus.CONVERTED),
    ],
)
def test_who_is_new_is_where_they_were_elsewhere(word: str, status: LeadStatus) -> None:
    past, row = desk(), one(f"Zoé;zoe@example.org;;;{word};", WITH_ID)

    assert taken(past, row) == [Outcome.NEW]
    assert lead(past, row).status is status
    won = status is LeadStatus.CONVERTED
    expected = ClientStatus.ACTIVE if won else ClientStatus.LEAD
    assert past.of(CLIENT, person(past, row)).status is expected


def test_who_is_known_stays_where_they_are() -> None:
    past = desk()
    taken(past, one("Zoé;zoe@example.org;;;qualifié;", WITH_ID))

    again = one("Zoé;zoe@example.org;;Encore;perdu;", WITH_ID)

    assert taken(past, again) == [Outcome.ATTACHED]
    assert lead(past, again).status is LeadStatus.QUALIFIED


def test_somebody_who_works_here_looks_after_a_lead() -> None:
    past = desk()
    added = AddUser(
        tenant_id=TenantId("0198c0de-0000-7000-8000-000000000000"),
        user_id=ana,
        name="Ana",
        email="ana@salon.example",
        roles=(Role.FRONT_DESK,),
    )
    past.run(added)
    row = one("Zoé;zoe@example.org;;;;ana@salon.example", WITH_ID)

    events = past.run(ImportLeads(rows=(row,)))

    [assigned] = [each for each in events if isinstance(each, LeadAssigned)]
    assert (assigned.assignee_id, assigned.quietly) == (ana, True)
    past.run(DeactivateUser(tenant_id=added.tenant_id, user_id=ana))
    other = one("Bo;bo@example.org;;;;ana@salon.example", WITH_ID)
    assert became(past, other) == [(Outcome.REFUSED, "user-is-deactivated")]


def test_nobody_is_told_and_no_task_is_made() -> None:
    events = desk().run(ImportLeads(rows=(one(ZOE), one(ZOE_AGAIN))))

    assert all(each.quietly for each in events if isinstance(each, LeadOpened | LeadTouched))
    assert not [each for each in events if isinstance(each, FollowUpSet | Created)]


def test_of_one_lead_no_more_is_imported_than_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "MOST_ROWS", 2)
    rows = [one(ZOE.replace("mai", month)) for month in ("mai", "juin", "août")]
    past = desk()

    taken(past, *rows)

    assert became(past, *rows) == [
        (Outcome.ALREADY_THERE, None),
        (Outcome.ALREADY_THERE, None),
        (Outcome.REFUSED, "touched-too-often"),
    ]


# --- If asked -------------------------------------------------------------------------


def test_tasks_are_spread_over_days_and_only_of_those_who_are_new() -> None:
    past = desk()
    taken(past, one(ZOE))
    rows = [one(f"Zoé;a{n}@example.org;;;;", WITH_ID) for n in range(5)]

    events = past.run(ImportLeads(rows=(one(ZOE_AGAIN), *rows), follow_ups=DAILY))

    due = [each.due_at - DAILY.first_at for each in events if isinstance(each, FollowUpSet)]
    assert due == [timedelta(days=n) for n in (0, 0, 1, 1, 2)]
    tasks = [each for each in events if isinstance(each, Created)]
    assert [each.values.due_at - DAILY.first_at for each in tasks] == due


def test_the_next_rows_go_on_where_those_before_them_ended() -> None:
    rows = [one(f"Zoé;a{n}@example.org;;;;", WITH_ID) for n in range(4)]
    at_once, by_and_by = desk(), desk()

    at_once.run(ImportLeads(rows=tuple(rows), follow_ups=DAILY))
    by_and_by.run(ImportLeads(rows=tuple(rows[:3]), follow_ups=DAILY))
    by_and_by.run(ImportLeads(rows=tuple(rows[3:]), follow_ups=replace(DAILY, made=3)))

    assert at_once.streams == by_and_by.streams


def test_who_is_won_or_given_up_needs_nobody_to_turn_to_them() -> None:
    rows = [one(f"Zoé;{word}@example.org;;;{word};", WITH_ID) for word in ("gagné", "perdu")]

    events = desk().run(ImportLeads(rows=tuple(rows), follow_ups=DAILY))

    assert not [each for each in events if isinstance(each, FollowUpSet)]


# --- In whichever order, and however often --------------------------------------------

NAMES = st.sampled_from(["Zoé Martin", "Noor Haddad", "Zoé"])
ADDRESSES = st.sampled_from(["zoe@example.org", "noor@example.org", "ZOE@example.org", ""])
NUMBERS = st.sampled_from(["06 12 34 56 78", "+33 1 99 00 12 34", ""])
MESSAGES = st.sampled_from(["Bonjour", "Encore", ""])
DAYS = st.sampled_from(["2026-01-31", "2026-02-01 10:00", "31/01/2026", ""])
ROWS = st.lists(st.tuples(NAMES, ADDRESSES, NUMBERS, MESSAGES, DAYS), min_size=1, max_size=8)


def taken_in(rows: Sequence[tuple[str, ...]], at_once: int) -> InMemory:
    """Take in a file, so many rows at once."""
    lines = [";".join([name, "", *rest[:3], "", day]) for name, *rest, day in rows]
    leads, past = leads_in(file_of(*lines, header=HEADER)), desk()
    for begin in range(0, len(leads), at_once):
        past.run(ImportLeads(rows=leads[begin : begin + at_once]))
    return past


@given(rows=ROWS.filter(lambda rows: any(row[1] or row[2] for row in rows)))
def test_to_import_twice_is_to_import_once(rows: list[tuple[str, ...]]) -> None:
    past = taken_in(rows, 3)
    before = {stream: [*events] for stream, events in past.streams.items()}
    lines = [";".join([name, "", *rest[:3], "", day]) for name, *rest, day in rows]

    again = past.run(ImportLeads(rows=leads_in(file_of(*lines))))

    assert again == []
    assert past.streams == before


@given(rows=ROWS, data=st.data(), at_once=st.integers(1, 4))
def test_permuted_rows_give_the_same_leads(
    rows: list[tuple[str, ...]], data: st.DataObject, at_once: int
) -> None:
    permuted = data.draw(st.permutations(rows))

    assert taken_in(permuted, at_once).streams == taken_in(rows, 3).streams


@given(rows=ROWS, at_once=st.integers(1, 4))
def test_two_imports_of_one_file_at_once_give_the_same_leads(
    rows: list[tuple[str, ...]], at_once: int
) -> None:
    lines = [";".join([name, "", *rest[:3], "", day]) for name, *rest, day in rows]
    leads, past = leads_in(file_of(*lines)), desk()
    for begin in range(0, len(leads), at_once):
        for _ in range(2):
            past.run(ImportLeads(rows=leads[begin : begin + at_once]))

    assert past.streams == taken_in(rows, at_once).streams


def test_where_somebody_works_is_taken_in_and_contradicts_nobody_who_works_here() -> None:
    past, header = desk(), "E-mail;Message;Société;Effectif;Secteur"
    row = one("zoe@example.org;;Acme;11-50;", header)
    taken(past, row)
    first = lead(past, row).company
    past.run(TellCompany(lead_id=lead_of(person(past, row)), company=Company(name="Acme SA")))
    taken(past, one("zoe@example.org;Bonjour;Acme;40;Hôtels", header))

    assert first == Company(name="Acme", size=11)
    assert lead(past, row).company == Company(name="Acme SA", size=40, industry="Hôtels")
