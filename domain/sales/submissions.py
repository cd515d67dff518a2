"""Submissions of forms. Who answers a form becomes a lead, unless something speaks against it.

submit ─► ACCEPTED                          (a lead, in the same append)
       ─► UNCONFIRMED ─ confirm ─► ACCEPTED (its sender follows the link in a mail)
       ─► HELD ─ release ─► ACCEPTED        (it may be a robot's; it came when it came)
              UNCONFIRMED, HELD ─ discard, or never decided ─► DISCARDED, and nothing personal is left
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, assert_never

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.files.files import UploadFile
from domain.messages import Command, DomainError, Erasure, Event, Gone, Missing, Personal, Value
from domain.records import Record
from domain.sales.answers import Answer
from domain.sales.forms import Form
from domain.sales.leads import Touch
from domain.telling import NOT_TOLD, Tellings, public
from domain.values import ClientId, Contact, FileId, FormId, IdentityId, LeadId, SubmissionId

SAME: Final = timedelta(minutes=1)
"""The same answers within this time are one submission: somebody has pressed twice."""

HELD_FOR: Final = timedelta(days=30)
CONFIRMABLE: Final = timedelta(days=7)


class Held(StrEnum):
    """Why a submission may be a robot's."""

    DECOY_FILLED = "decoy-filled"
    DECOY_MISSING = "decoy-missing"
    NOT_OPENED = "not-opened"
    TOO_FAST = "too-fast"


class SubmissionStatus(StrEnum):
    """What has become of a submission."""

    ACCEPTED = "accepted"
    UNCONFIRMED = "unconfirmed"
    HELD = "held"
    DISCARDED = "discarded"


# --- What may be asked ----------------------------------------------------------------


class SubmitForm(Command, frozen=True):
    """`submission_id` follows from the answers and the minute in which they came, and `earlier_id` from the
    minute before. `version` is that of the form that was filled in. `seed` is of this order alone.
    """

    submission_id: SubmissionId
    earlier_id: SubmissionId
    form_id: FormId
    version: int
    language: str
    answers: tuple[Answer, ...]
    contact: Contact
    identities: tuple[IdentityId, ...]
    seed: str
    touch: Touch = Touch()
    held: Held | None = None
    files: tuple[UploadFile, ...] = ()


class ReleaseSubmission(Command, frozen=True):
    """A person says that it is no robot's."""

    submission_id: SubmissionId


class ConfirmSubmission(Command, frozen=True):
    """Its sender has followed the link that was mailed to them."""

    submission_id: SubmissionId


class DiscardSubmission(Command, frozen=True):
    """Nobody wants it, or nobody has decided in time: `decided` says which."""

    submission_id: SubmissionId
    decided: bool = True


class CountVisit(Command, frozen=True):
    """Its sender is back at the business's pages; of one `day`, it is counted once."""

    submission_id: SubmissionId
    day: date


# --- What can happen ------------------------------------------------------------------


class FormSubmitted(Event, frozen=True):
    """`lead_id` and `client_id` are there if it was accepted. By `guest_identities` it is found whom it speaks of."""

    submission_id: SubmissionId
    form_id: FormId
    form_version: int
    at: datetime
    language: str
    status: SubmissionStatus
    answers: Personal[tuple[Answer, ...]] = ()
    contact: Personal[Contact | None] = None
    guest_identities: tuple[IdentityId, ...] = ()
    touch: Touch = Touch()
    held: Held | None = None
    files: tuple[FileId, ...] = ()
    lead_id: LeadId | None = None
    client_id: ClientId | None = None


class SubmissionReleased(Event, frozen=True):
    """No lead yet: its sender has to confirm it first."""

    submission_id: SubmissionId
    at: datetime
    lead_id: LeadId | None = None
    client_id: ClientId | None = None


class SubmissionConfirmed(Event, frozen=True):
    submission_id: SubmissionId
    at: datetime
    lead_id: LeadId
    client_id: ClientId


class SubmissionDiscarded(Erasure, frozen=True):
    """What was personal in it is gone, and its `files` with it."""

    submission_id: SubmissionId
    decided: bool = True
    files: tuple[FileId, ...] = ()


SubmissionEvent = FormSubmitted | SubmissionReleased | SubmissionConfirmed | SubmissionDiscarded

# --- Why it may be refused ------------------------------------------------------------


class FormNotPublished(Missing):
    """There is no such form to be filled in."""


class SubmissionNotFound(Missing):
    """There is no such submission."""


class SubmissionIsDiscarded(Gone):
    """The submission was discarded, with all that was said in it."""


class ConfirmationUnknown(Missing):
    """Another link was mailed than the one that was followed."""


class VisitorUnknown(Missing):
    """Nobody was told so when they filled a form in."""


class SubmissionNotConfirmed(DomainError):
    """Its sender has to confirm it: nobody else can."""


class SubmissionIsAccepted(DomainError):
    """The submission has become a lead: what is to be done is done with that."""

    lead_id: LeadId | None


# --- What is remembered ---------------------------------------------------------------


class Submission(Value, frozen=True, kw_only=True):
    """A submission, with all of which a lead can be made later."""

    submitted: FormSubmitted | None = None
    status: SubmissionStatus = SubmissionStatus.HELD
    lead_id: LeadId | None = None


def evolve(submission: Submission, event: SubmissionEvent) -> Submission:
    match event:
        case FormSubmitted(status=status, lead_id=lead_id):
            return Submission(submitted=event, status=status, lead_id=lead_id)
        case SubmissionReleased(lead_id=None):
            return replace(submission, status=SubmissionStatus.UNCONFIRMED)
        case SubmissionReleased(lead_id=lead_id) | SubmissionConfirmed(lead_id=lead_id):
            return replace(submission, status=SubmissionStatus.ACCEPTED, lead_id=lead_id)
        case SubmissionDiscarded():
            return replace(submission, status=SubmissionStatus.DISCARDED)
        case _:
            assert_never(event)


SUBMISSION: Final[Aggregate[Submission, SubmissionEvent]] = Aggregate(
    kind="submission", initial=Submission(), evolve=evolve
)


# --- What it does ---------------------------------------------------------------------


def published(record: Record[Form]) -> Form:
    """Return a form that can be filled in. Raises FormNotPublished."""
    if record.values is None or not record.active or not record.values.published:
        raise FormNotPublished
    return record.values


def is_there(submission: Submission) -> bool:
    """Whether there is something of it still."""
    return submission.submitted is not None and submission.status is not SubmissionStatus.DISCARDED


def is_same(submission: Submission, now: datetime) -> bool:
    """Whether the same answers that come now are this submission."""
    return submission.submitted is not None and now - submission.submitted.at <= SAME


def waits(submission: Submission, status: SubmissionStatus) -> bool:
    """Whether it is still in this state in which something is to be done about it: what is decided twice
    is decided once. Raises SubmissionNotFound, SubmissionIsDiscarded, SubmissionNotConfirmed.
    """
    if submission.submitted is None:
        raise SubmissionNotFound
    if submission.status is SubmissionStatus.DISCARDED:
        raise SubmissionIsDiscarded
    if submission.status is SubmissionStatus.ACCEPTED:
        return False
    if submission.status is not status:
        raise SubmissionNotConfirmed
    return True


def discard(command: DiscardSubmission, submission: Submission) -> Sequence[SubmissionDiscarded]:
    """Let nothing personal be left of it. Raises SubmissionNotFound, SubmissionIsAccepted."""
    if submission.submitted is None:
        raise SubmissionNotFound
    if submission.status is SubmissionStatus.DISCARDED:
        return []
    if submission.status is SubmissionStatus.ACCEPTED:
        if command.decided:
            raise SubmissionIsAccepted(lead_id=submission.lead_id)
        return []
    return [
        SubmissionDiscarded(
            submission_id=command.submission_id,
            streams=(command.submission_id,),
            decided=command.decided,
            files=submission.submitted.files,
        )
    ]


STORED_AS: Final[dict[str, type[Event]]] = {
    "submission-received.v1": FormSubmitted,
    "submission-released.v1": SubmissionReleased,
    "submission-confirmed.v1": SubmissionConfirmed,
    "submission-discarded.v1": SubmissionDiscarded,
}
TOLD_AS: Final[Tellings] = {
    FormSubmitted: public(
        "submission.received",
        *("form_id", "status", "lead_id", "client_id"),
        id="submission_id",
        submitted_at="at",
        about={},
    ),
    SubmissionReleased: public("submission.released", "lead_id", id="submission_id", about={}),
    SubmissionConfirmed: public("submission.confirmed", "lead_id", id="submission_id", about={}),
    SubmissionDiscarded: NOT_TOLD,
}
