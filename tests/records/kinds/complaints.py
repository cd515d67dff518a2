"""Complaints: of whom, about whom, and who saw it. A kind with all that a kind may say of people."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from msgspec.structs import replace

from domain.business.users import Role
from domain.fields import Line, Text
from domain.messages import Command, Event, Personal, Value
from domain.people.persons import PERSON
from domain.records import Action, Kind, Record, StoredAs, evolve, there
from domain.values import ClientId, ProfessionalId


class Place(Value, frozen=True, kw_only=True):
    room: Line
    beside: Personal[Line | None] = None


class Witness(Value, frozen=True, kw_only=True):
    """In a list, a value of which a part is personal is so as a whole."""

    name: Personal[Line]
    saw: Text | None = None


class Complaint(Value, frozen=True, kw_only=True):
    subject: Line
    text: Personal[Text]
    client_id: ClientId | None = None
    handler_id: ProfessionalId | None = None
    place: Place | None = None
    witnesses: tuple[Witness, ...] = ()
    answer: Personal[Text | None] = None


class AnswerComplaint(Command, frozen=True):
    id: str
    answer: Text


class ComplaintAnswered(Event, frozen=True):
    """Once it is erased, `answer` is read as the field is that it sets: as None."""

    id: str
    answer: Personal[str | None] = None


def evolve_complaint(record: Record[Complaint], event: Any) -> Record[Complaint]:
    if not isinstance(event, ComplaintAnswered):
        return evolve(record, event)
    assert record.values is not None
    return replace(record, values=replace(record.values, answer=event.answer))


def answer(command: AnswerComplaint, record: Record[Complaint]) -> Sequence[Event]:
    """Say what is done about it."""
    complaint = there(COMPLAINTS, record).values
    if complaint is None or complaint.answer == command.answer:
        return []
    return [ComplaintAnswered(id=command.id, answer=command.answer)]


COMPLAINTS: Final = Kind(
    one="complaint",
    many="complaints",
    french="Réclamation",
    values=Complaint,
    examples=(
        Complaint(
            subject="Noise",
            text="Zoé Dupont plays the drums",
            place=Place(room="Upstairs", beside="the Martins"),
            witnesses=(Witness(name="Ines Neighbour", saw="Drums"), Witness(name="Karl Cousin")),
        ),
        Complaint(
            subject="Smell",
            text="Zoé Dupont cooks fish",
            place=Place(room="Kitchen", beside="the Bernards"),
            witnesses=(Witness(name="Lea Lodger"),),
            answer="We have told Zoé Dupont",
        ),
    ),
    stored_as=StoredAs(
        created="complaint-created.v1",
        changed="complaint-changed.v1",
        removed="complaint-removed.v1",
        restored="complaint-restored.v1",
        purged="complaint-purged.v1",
    ),
    columns=("subject", "client_id", "handler_id"),
    refers_to={"client_id": PERSON},
    evolve=evolve_complaint,
    actions={"answer": Action(command=AnswerComplaint, decide=answer)},
    also={
        "complaint-answered.v1": ComplaintAnswered(
            id=f"complaint-{UUID(int=7)}", answer="Said to Zoé Dupont"
        )
    },
    writers=frozenset({Role.OWNER}),
    readers=frozenset({Role.AUDITOR}),
    own={"client_id": "client_id", "professional_id": "handler_id"},
    own_writers=frozenset({Role.CLIENT}),
)
