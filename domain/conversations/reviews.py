"""What WhatsApp has of a business's templates is heard from it: when somebody asks, when something may have changed there,
and each day.

ask ─► ASKED ─► HEARD, or why not ─ a day later ─► ASKED …       (who asks meanwhile is heard afterwards)
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.conversations.approvals import Approvals, TemplateStatus
from domain.messages import Command, DomainError, Event, Value
from domain.records import CreateRecord
from domain.telling import NOT_TOLD, Tellings
from domain.values import derived_id

AGAIN_AFTER: Final = timedelta(days=1)

NOT_CONFIGURED: Final = "not-configured"
"""Why nothing was heard where nobody can be asked: then nobody is asked again."""


class AskForTemplates(Command, frozen=True):
    """Have it heard. A process asks where something `about` it has changed: what is configured, by its id."""

    about: str | None = None


class HearTemplate(Command, frozen=True):
    """What a template is there, all of it, by the claim of its name. If it is none of ours it becomes one, by the first
    of these `offers` that can be made.
    """

    claim_id: str
    approvals: Approvals
    offers: tuple[CreateRecord, ...] = ()


class HearOfTemplate(Command, frozen=True):
    """What is not None is otherwise of a template there, in the language of this `code`. Of one that we do not
    know all is heard.
    """

    claim_id: str
    name: str
    code: str
    status: TemplateStatus | None = None
    reason: str | None = None
    category: str | None = None
    quality: str | None = None


class RecordTemplatesHeard(Command, frozen=True):
    """All was heard: the templates by the claims of their names; or why not (`fault`). So many were `left_out`."""

    number: int
    claims: tuple[str, ...] = ()
    left_out: int = 0
    fault: str | None = None


class TemplatesAsked(Event, frozen=True):
    id: str
    number: int
    at: datetime


class TemplatesHeard(Event, frozen=True):
    id: str
    number: int
    at: datetime
    claims: tuple[str, ...] = ()
    left_out: int = 0
    fault: str | None = None


ReviewsEvent = TemplatesAsked | TemplatesHeard


class TemplatesNotConfigured(DomainError):
    """Nobody can be asked: no business account is configured with the number (`whatsapp.cloud`)."""


class Reviews(Value, frozen=True, kw_only=True):
    """Up to which asking all was heard, and what it was then."""

    asked: int = 0
    heard: int = 0
    asked_at: datetime | None = None
    heard_at: datetime | None = None
    claims: tuple[str, ...] = ()
    left_out: int = 0
    fault: str | None = None


def evolve(reviews: Reviews, event: ReviewsEvent) -> Reviews:
    if isinstance(event, TemplatesAsked):
        return replace(reviews, asked=event.number, asked_at=event.at)
    heard = replace(reviews, heard=event.number, heard_at=event.at, fault=event.fault)
    if event.fault is not None:
        return heard
    return replace(heard, claims=event.claims, left_out=event.left_out)


REVIEWS: Final[Aggregate[Reviews, ReviewsEvent]] = Aggregate(
    kind="template-reviews", initial=Reviews(), evolve=evolve
)
REVIEWS_ID: Final = derived_id(REVIEWS.kind, "whatsapp")


def ask(reviews: Reviews, *, now: datetime) -> Sequence[ReviewsEvent]:
    """Have all of it heard from now on."""
    return [TemplatesAsked(id=REVIEWS_ID, number=reviews.asked + 1, at=now)]


def hear(
    command: RecordTemplatesHeard, reviews: Reviews, *, now: datetime
) -> Sequence[ReviewsEvent]:
    """Say that it was heard, once."""
    if command.number <= reviews.heard:
        return []
    return [
        TemplatesHeard(
            id=REVIEWS_ID,
            number=command.number,
            at=now,
            claims=command.claims,
            left_out=command.left_out,
            fault=command.fault,
        )
    ]


STORED_AS: Final[dict[str, type[Event]]] = {
    "templates-asked.v1": TemplatesAsked,
    "templates-heard.v1": TemplatesHeard,
}
TOLD_AS: Final[Tellings] = {TemplatesAsked: NOT_TOLD, TemplatesHeard: NOT_TOLD}
