"""A business that wins leads: what happens to them, step by step, in any order."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from hypothesis import strategies as st
from msgspec.structs import replace

from application.use_cases import USE_CASES
from domain.messages import Command, DomainError
from domain.people.clients import ChangeClient, MergeClients, UnmergeClients
from domain.sales.imports import FollowUps, ImportedLead, ImportLeads
from domain.sales.leads import (
    LEAD,
    ContactWay,
    ConvertLead,
    Lead,
    LeadStatus,
    MoveLead,
    RecordContact,
    RecordEngagement,
    RemoveLead,
    RestoreLead,
    ScoreLead,
    lead_of,
)
from domain.sales.scores import (
    ChangeScoring,
    EngagementSource,
    Weights,
)
from domain.sales.tasks import CompleteTask
from domain.values import ClientId, Contact, IdentityId, LeadId, derived_id
from tests.sales.leads.examples import now, open_lead
from tests.what_if.remembered import Remembered

PEOPLE: Final = 3
WAYS: Final = (
    Contact(name="Zoé"),
    Contact(name="Zoé", email="zoe@example.org"),
    Contact(name="Zoé", email="zoe@example.org", phone="+33199001234"),
)
DAYS: Final = timedelta(days=1)

POINTS: Final = st.integers(0, 60)
WEIGHTS: Final = st.builds(
    Weights,
    email=POINTS,
    phone=POINTS,
    message_most=POINTS,
    visit=POINTS,
    booking=POINTS,
    hot=st.integers(50, 90),
    warm=st.integers(1, 49),
)
STEPS: Final = st.lists(
    st.tuples(
        st.integers(0, PEOPLE - 1),
        st.integers(0, 3_000),
        st.one_of(
            st.tuples(st.just("comes"), st.text(max_size=300), st.booleans()),
            st.tuples(st.just("engages"), st.sampled_from(EngagementSource), st.integers(0, 3)),
            st.tuples(st.just("moves"), st.sampled_from(LeadStatus)),
            st.tuples(st.just("is reached"), st.sampled_from(WAYS)),
            st.tuples(st.sampled_from(["is contacted", "is won", "is removed", "is restored"])),
            st.tuples(st.just("is imported"), st.sampled_from(LeadStatus), st.booleans()),
            st.tuples(st.sampled_from(["is merged", "is unmerged"]), st.integers(0, PEOPLE - 1)),
        ),
    ),
    max_size=30,
)


SEEDS: Final = [f"person {number}" for number in range(PEOPLE)]


def client_of(person: int) -> ClientId:
    """Return the record of a person."""
    return ClientId(derived_id("client", SEEDS[person]))


def identity_of(client: ClientId) -> IdentityId:
    """Return what proves who a client is."""
    return IdentityId(f"identity-{client.partition('-')[2]}")


class Business:
    """A business to which some people come. What they change of their record is scored at once, or
    `later`; and of each follow-up somebody says at times that it is done.
    """

    def __init__(self, weights: Weights | None = None, *, later: bool = False) -> None:
        self.past = Remembered(USE_CASES, now)
        self.later = later
        self.waiting: list[Command] = []
        if weights is not None:
            self.tries(ChangeScoring(weights=weights))

    def steps(self, steps: Sequence[Any]) -> "Business":
        for person, minutes, step in steps:
            self.past.now += timedelta(minutes=minutes)
            self.step(person, *step)
        return self

    def step(self, person: int, name: str, *more: Any) -> None:
        client = client_of(person)
        for order in getattr(self, name.replace(" ", "_"))(client, lead_of(client), *more):
            self.tries(order)

    def tries(self, order: Command) -> None:
        try:
            self.past.run(order)
        except DomainError:
            return

    def lead(self, lead_id: LeadId) -> Lead:
        return self.past.of(LEAD, lead_id)

    @property
    def leads(self) -> list[LeadId]:
        return [LeadId(s) for s in self.past.streams if s.startswith("lead-")]

    # --- What happens ---------------------------------------------------------------------

    def comes(self, client: ClientId, _: LeadId, text: str, quietly: bool) -> list[Command]:
        (seed,) = (s for s in SEEDS if derived_id("client", s) == client)
        known = (identity_of(client),)
        return [replace(open_lead, identities=known, message=text, quietly=quietly, seed=seed)]

    def is_imported(
        self, client: ClientId, _: LeadId, status: LeadStatus, wished: bool
    ) -> list[Command]:
        (seed,) = (s for s in SEEDS if derived_id("client", s) == client)
        rows = [
            ImportedLead(
                key=IdentityId(f"identity-{derived_id('row', client, str(self.past.now), str(n))}"),
                seed=seed,
                contact=Contact(name="Zoé", email="zoe@example.org"),
                identities=(identity_of(client),),
                message="x" * 100,
                status=status,
                reason="Because",
            )
            for n in range(2)
        ]
        turns = FollowUps(first_at=self.past.now + DAYS, time_zone="Europe/Paris", daily=1)
        return [ImportLeads(rows=tuple(rows), follow_ups=turns if wished else None)]

    def is_merged(self, client: ClientId, _: LeadId, other: int) -> list[Command]:
        return [MergeClients(client_id=client, sources=(client_of(other),))]

    def is_unmerged(self, client: ClientId, _: LeadId, other: int) -> list[Command]:
        return [UnmergeClients(client_id=client, sources=(client_of(other),))]

    def is_removed(self, _: ClientId, lead: LeadId) -> list[Command]:
        return [RemoveLead(lead_id=lead)]

    def is_restored(self, _: ClientId, lead: LeadId) -> list[Command]:
        return [RestoreLead(lead_id=lead)]

    def engages(
        self, _: ClientId, lead: LeadId, source: EngagementSource, number: int
    ) -> list[Command]:
        return [RecordEngagement(lead_id=lead, source=source, key=str(number))]

    def moves(self, _: ClientId, lead: LeadId, status: LeadStatus) -> list[Command]:
        return [MoveLead(lead_id=lead, status=status, reason="Because")]

    def is_contacted(self, _: ClientId, lead: LeadId) -> list[Command]:
        return [RecordContact(lead_id=lead, way=ContactWay.CALL)]

    def is_won(self, _: ClientId, lead: LeadId) -> list[Command]:
        return [ConvertLead(lead_id=lead)]

    def is_reached(self, client: ClientId, lead: LeadId, contact: Contact) -> list[Command]:
        known = (identity_of(client),)
        change = ChangeClient(client_id=client, contact=contact, identities=known)
        if not self.later:
            return [change, ScoreLead(lead_id=lead)]
        self.waiting.append(ScoreLead(lead_id=lead))
        return [change]

    def is_scored(self, *_: Any) -> list[Command]:
        due, self.waiting = self.waiting, []
        return list(due)

    def is_done(self, _: ClientId, lead: LeadId) -> list[Command]:
        follow_up = self.lead(lead).follow_up
        return [CompleteTask(id=follow_up.task_id)] if follow_up else []

    def weighs(self, _: ClientId, __: LeadId, weights: Weights) -> list[Command]:
        return [ChangeScoring(weights=weights)]
