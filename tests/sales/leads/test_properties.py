"""Whatever happens to a lead, in whichever order: its score is what is known of it, and one task waits."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from application.sales.leads import lead_named
from application.use_cases import USE_CASES
from domain.messages import Command, DomainError
from domain.people.clients import CLIENT, ChangeClient
from domain.records import ChangeRecord, CreateRecord
from domain.sales.leads import (
    LEAD,
    OPEN,
    ContactWay,
    ConvertLead,
    LeadEngaged,
    LeadScored,
    LeadStatus,
    MoveLead,
    PurgeLead,
    RecordContact,
    RecordEngagement,
    RemoveLead,
    RestoreLead,
    ScoreLead,
    StageLead,
)
from domain.sales.scores import (
    HUNDREDTHS,
    SCORING,
    THE_SCORING,
    ChangeScoring,
    EngagementSource,
    Facts,
    Weights,
    scored,
    temperature_of,
)
from domain.sales.stages import STAGES
from domain.sales.tasks import TASKS, CompleteTask, Priority, TaskStatus, follow_up_of
from domain.values import ClientId, Contact, IdentityId, LeadId
from tests.in_memory import InMemory
from tests.sales.leads.examples import now, open_lead, stage_id

IDENTITY: Final = IdentityId("identity-00000000-0000-5000-8000-000000000011")
COMES: Final = replace(open_lead, identities=(IDENTITY,))

STEPS: Final = st.lists(
    st.one_of(
        st.tuples(st.just("comes"), st.text(max_size=300)),
        st.tuples(st.just("engages"), st.sampled_from(EngagementSource), st.integers(0, 9)),
        st.tuples(st.just("moves"), st.sampled_from(LeadStatus)),
        st.tuples(
            st.sampled_from(["is contacted", "is won", "is done", "is scored", "is reached"])
        ),
        st.tuples(st.sampled_from(["is removed", "is restored", "goes", "is staged"])),
        st.tuples(st.just("is put off"), st.sampled_from(Priority)),
        st.tuples(st.just("weighs"), st.integers(0, 60)),
        st.tuples(st.just("waits"), st.integers(1, 5_000)),
    ),
    max_size=25,
)


class Lead:
    """One lead, to which all kinds of things happen."""

    def __init__(self) -> None:
        self.past = InMemory(USE_CASES, now)
        self.past.run(COMES)
        (client,) = [s for s in self.past.streams if s.startswith("client-")]
        self.client_id = ClientId(client)
        self.past.run(CreateRecord(kind="stage", id=stage_id, values=STAGES.examples[0]))

    @property
    def lead_id(self) -> LeadId:
        """The lead that they are: another one after it was purged."""
        return lead_named(self.client_id, self.past)

    @property
    def state(self) -> Any:
        return self.past.of(LEAD, self.lead_id)

    def tries(self, step: tuple[Any, ...]) -> None:
        try:
            name, *more = step
            self.past.run(ORDERS[name](self, *more))
        except DomainError:
            return

    @property
    def task_id(self) -> str:
        follow_up = self.state.follow_up
        return str(follow_up.task_id if follow_up else follow_up_of(self.lead_id, 0))

    def put_off(self, priority: Priority) -> Command:
        task = self.past.of(TASKS.aggregate, self.task_id).values
        if task is None:  # of a lead that was purged, and has not come again
            return ScoreLead(lead_id=self.lead_id)
        later = replace(task, due_at=task.due_at + timedelta(days=9), priority=priority)
        return ChangeRecord(kind="task", id=self.task_id, values=later)

    def wait(self, minutes: int) -> Command:
        self.past.now += timedelta(minutes=minutes)
        return ScoreLead(lead_id=self.lead_id)

    def go(self) -> Command:
        """Let it be removed, and nobody restore it."""
        self.past.run(RemoveLead(lead_id=self.lead_id))
        self.past.now += timedelta(days=31)
        return PurgeLead(lead_id=self.lead_id)

    def tasks(self) -> list[Any]:
        """All that there are, of whichever lead they were."""
        found = (
            self.past.of(TASKS.aggregate, s) for s in self.past.streams if s.startswith("task-")
        )
        return [each.values for each in found if each.active]


BOTH: Final = Contact(name="Zoé", email="zoe@example.org", phone="+33199001234")
ORDERS: Final[Mapping[str, Callable[..., Command]]] = {
    "comes": lambda _, text: replace(COMES, message=text),
    "engages": lambda lead, source, number: RecordEngagement(
        lead_id=lead.lead_id, source=source, key=f"{source}-{number}"
    ),
    "moves": lambda lead, to: MoveLead(lead_id=lead.lead_id, status=to, reason="Because"),
    "is contacted": lambda lead: RecordContact(lead_id=lead.lead_id, way=ContactWay.CALL),
    "is won": lambda lead: ConvertLead(lead_id=lead.lead_id),
    "is done": lambda lead: CompleteTask(id=lead.task_id),
    "is reached": lambda lead: ChangeClient(
        client_id=lead.client_id, contact=BOTH, identities=(IDENTITY,)
    ),
    "is put off": Lead.put_off,
    "weighs": lambda _, points: ChangeScoring(weights=Weights(email=points)),
    "is scored": lambda lead: ScoreLead(lead_id=lead.lead_id),
    "is removed": lambda lead: RemoveLead(lead_id=lead.lead_id),
    "is restored": lambda lead: RestoreLead(lead_id=lead.lead_id),
    "goes": Lead.go,
    "is staged": lambda lead: StageLead(lead_id=lead.lead_id, stage_id=stage_id),
    "waits": Lead.wait,
}


@given(STEPS)
def test_a_score_is_what_is_known_and_one_task_waits_at_most(steps: list[Any]) -> None:
    lead = Lead()

    for step in steps:
        lead.tries(step)
    lead.tries(("is scored",))

    state, waiting = lead.state, [t for t in lead.tasks() if t.status is TaskStatus.OPEN]
    assert len(waiting) <= (state.removed_at is None)
    assert all(task.lead_id == lead.lead_id for task in waiting)
    if state.is_there and state.status in OPEN:
        weights = lead.past.of(SCORING, THE_SCORING).weights
        assert state.breakdown == scored(facts(lead), weights)
        assert state.temperature is temperature_of(state.breakdown.score, weights)


def facts(lead: Lead) -> Facts:
    """Return what is known of a lead, worked out apart from all that happened."""
    contact = lead.past.of(CLIENT, lead.client_id).contact
    events: list[Any] = lead.past.streams[lead.lead_id]
    keys = {(e.source, e.key) for e in events if isinstance(e, LeadEngaged)}
    answered = [e.after for e in events if getattr(e, "after", None) is not None]
    return Facts(
        has_email=contact is not None and contact.email is not None,
        has_phone=contact is not None and contact.phone is not None,
        message_length=sum(len(getattr(e, "message", None) or "") for e in events),
        answered_after=answered[0] if answered else None,
        engagements={s: n for s in EngagementSource if (n := sum(k[0] is s for k in keys))},
    )


@given(STEPS)
def test_every_score_that_was_recorded_adds_up(steps: list[Any]) -> None:
    lead = Lead()
    for step in steps:
        lead.tries(step)

    for event in lead.past.streams.get(lead.lead_id, ()):
        if isinstance(event, LeadScored):
            found = event.breakdown
            parts = sum(part.hundredths for part in found.parts)
            assert parts + found.rounding + found.clamping == found.score * HUNDREDTHS


@given(STEPS, STEPS)
def test_what_is_ordered_twice_at_once_is_as_if_once(steps: list[Any], twice: list[Any]) -> None:
    """But for what somebody says once more: they come again, and are contacted again."""
    lead = Lead()
    for step in steps:
        lead.tries(step)

    for step in twice:
        if step[0] not in {"comes", "is contacted", "is put off", "waits", "goes"}:
            lead.tries(step)
            before = {name: len(events) for name, events in lead.past.streams.items()}
            lead.tries(step)
            assert {n: len(e) for n, e in lead.past.streams.items()} == before
