"""What WhatsApp has of a business's templates is heard from it, and becomes what the business has."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple, Protocol
from uuid import uuid5

from application.business.configuration import Configured, configured, owner_of
from application.operations.jobs import (
    Dispatch,
    GivenUpError,
    Handled,
    Handlers,
    Job,
    Skipped,
)
from application.ports import About
from application.processes.effects.conversations import HearTemplates
from application.records import USE_CASES as OF_RECORDS
from application.records import claim_on, creation
from application.transact import Changes, Past, UseCase, one_by_one
from domain.business.configuration import BY_KEY
from domain.business.configuration.declared import WhatsappCloud
from domain.conversations import reviews, theirs
from domain.conversations.approvals import Approvals
from domain.conversations.reviews import (
    NOT_CONFIGURED,
    REVIEWS,
    REVIEWS_ID,
    AskForTemplates,
    HearOfTemplate,
    HearTemplate,
    RecordTemplatesHeard,
)
from domain.conversations.templates import TEMPLATES, MessageTemplate, ReviewTemplate
from domain.messages import Command, DomainError
from domain.records import CLAIM, ChangeRecord, CreateRecord, Record, Unique
from domain.values import derived_id

ACCOUNT: Final = "whatsapp.cloud"
NAMED: Final = Unique(fields=("name",), loosely=False)
MOST: Final = 500
"""Templates of one business: Meta lets most have 250."""

# --- What is asked and heard --------------------------------------------------------------


def ask(command: AskForTemplates, past: Past) -> Changes:
    """Have it heard, if there is somebody to be asked, and it is they of whom something is otherwise."""
    if command.about not in (None, owner_of(ACCOUNT, past)) or not _is_configured(past):
        return {}
    return {REVIEWS_ID: reviews.ask(past.of(REVIEWS, REVIEWS_ID), now=past.now)}


def _is_configured(past: Past) -> bool:
    account = BY_KEY[ACCOUNT].values_of(configured(ACCOUNT, past).in_force)
    return isinstance(account, WhatsappCloud) and account.business_account_id is not None


def hear(command: HearTemplate, past: Past) -> Changes:
    """Take in what a template is there. One of ours that was removed does not come back by that."""
    owner, record = _ours(command.claim_id, past)
    if owner is None:
        return _made(command, past)
    assert record.values is not None, "whoever has a name is there"
    after = theirs.followed(record.values, command.approvals)
    orders: list[Command] = [ReviewTemplate(id=owner, approvals=command.approvals)]
    if after != record.values:
        followed = ChangeRecord(
            kind=TEMPLATES.one, id=owner, values=after, base=None, claims=record.claims
        )
        orders.insert(0, followed)
    return _of_records(orders, past)


def _made(command: HearTemplate, past: Past) -> Changes:
    for each in command.offers:
        if past.of(TEMPLATES.aggregate, each.id) != Record():
            return {}
        with suppress(DomainError):
            return _of_records(
                [each, ReviewTemplate(id=each.id, approvals=command.approvals)], past
            )
    return {}


def hear_of(command: HearOfTemplate, past: Past) -> Changes:
    """Take in that something is otherwise; of what is not known, ask what it is."""
    owner, record = _ours(command.claim_id, past)
    known = record.values.approvals if record.values else ()
    order = theirs.heard_of(command, owner or "", known)
    if order is None:
        return ask(AskForTemplates(), past)
    return _of_records([order], past)


def heard(command: RecordTemplatesHeard, past: Past) -> Changes:
    """Say that all was heard: of what is there no more nothing is known any more."""
    known = past.of(REVIEWS, REVIEWS_ID)
    events = reviews.hear(command, known, now=past.now)
    gone = set(known.claims) - set(command.claims) if events and command.fault is None else set()
    owners = [owner for each in sorted(gone) if (owner := _ours(each, past)[0]) is not None]
    forgotten = _of_records([ReviewTemplate(id=each, approvals=()) for each in owners], past)
    return {**forgotten, REVIEWS_ID: events}


def _ours(claim_id: str, past: Past) -> tuple[str | None, Record[MessageTemplate]]:
    owner = past.of(CLAIM, claim_id).owner
    return owner, past.of(TEMPLATES.aggregate, owner) if owner else Record()


def _of_records(orders: Sequence[Command], past: Past) -> Changes:
    return one_by_one(orders, past, lambda each, here: OF_RECORDS[type(each)](each, here))


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    AskForTemplates: ask,
    HearTemplate: hear,
    HearOfTemplate: hear_of,
    RecordTemplatesHeard: heard,
}


def claim_of(name: str, *, tenant: str, pepper: bytes) -> str:
    """Return what says whose template has a name there."""
    return claim_on(TEMPLATES, NAMED, name, tenant=tenant, pepper=pepper)


# --- Whom is asked ------------------------------------------------------------------------


class Shelf(NamedTuple):
    """Templates as they are there, each in all its languages; so many were `left_out`."""

    templates: Sequence[Approvals]
    left_out: int = 0


class TemplatesRefusedError(Exception):
    """Whoever has them does not show them: they say so by this code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Shelves(Protocol):
    """Shows the templates of a business; see `adapters/whatsapp`."""

    def of(self, account: Any, most: int) -> Shelf:
        """Return them. Raises TemplatesRefusedError, NotTakenError where it is to be tried again."""


Ask = Callable[[str, Callable[[Past], Any]], Any]


class Reviewing:
    """Handles the effect by which it is heard."""

    def __init__(
        self,
        ask: Ask,
        dispatch: Dispatch,
        configured: Configured,
        shelves: Shelves,
        pepper: bytes,
    ) -> None:
        self._ask = ask
        self._dispatch = dispatch
        self._configured = configured
        self._shelves = shelves
        self._pepper = pepper

    @property
    def handlers(self) -> Handlers:
        """Which method carries out which effect."""
        return {HearTemplates: self.hear}

    def hear(self, effect: HearTemplates, job: Job) -> Handled:
        """Hear of all templates, unless somebody has asked again since."""
        if self._ask(job.tenant, lambda past: past.of(REVIEWS, REVIEWS_ID)).asked != effect.number:
            return Skipped("it was asked again since")
        account = self._configured.values(job.tenant, ACCOUNT)
        if not isinstance(account, WhatsappCloud) or account.business_account_id is None:
            return RecordTemplatesHeard(number=effect.number, fault=NOT_CONFIGURED)
        try:
            shelf = self._shelves.of(account, MOST)
        except TemplatesRefusedError as refused:
            return RecordTemplatesHeard(number=effect.number, fault=refused.code)
        except Exception as error:
            if job.is_last_attempt:
                fault = RecordTemplatesHeard(number=effect.number, fault="away")
                raise GivenUpError("not heard", fault) from error
            raise
        return self._taken_in(effect, job, shelf)

    def _taken_in(self, effect: HearTemplates, job: Job, shelf: Shelf) -> Handled:
        claims = []
        for approvals in shelf.templates:
            order = self._heard(job.tenant, approvals)
            claims.append(order.claim_id)
            id_ = uuid5(job.id, order.claim_id)
            self._dispatch(order, About(tenant=job.tenant, actor="reviewing", command_id=id_))
        return RecordTemplatesHeard(
            number=effect.number, claims=tuple(claims), left_out=shelf.left_out
        )

    def _heard(self, tenant: str, approvals: Approvals) -> HearTemplate:
        name = approvals[0].name
        id_ = derived_id(TEMPLATES.one, tenant, "whatsapp", name)
        return HearTemplate(
            claim_id=claim_of(name, tenant=tenant, pepper=self._pepper),
            approvals=approvals,
            offers=tuple(self._offer(tenant, id_, each) for each in theirs.offers(approvals)),
        )

    def _offer(self, tenant: str, id_: str, values: MessageTemplate) -> CreateRecord:
        return creation(TEMPLATES, id_, values, tenant=tenant, pepper=self._pepper)
