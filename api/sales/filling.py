"""A form that somebody fills in whom nobody knows: as JSON, or on a page of ours (`api/sales/pages.py`).

    opened ─ a stamp says when, and which version of the form ─► filled in ─► read by that version

What robots do is taken as if nothing were wrong, and held: they fill what nobody sees, leave out what a page
has, or are faster than fingers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Final

import msgspec
from fastapi import Depends, Request

from api.business.visitors import Visitor
from api.requests import ids
from api.requests.caller import new_id
from api.requests.forms import identities, number_of
from api.requests.signing import TokenInvalid
from api.sales.sentences import sentence
from api.web.door import Address
from api.web.gate import refuse_unknown
from application.people.contact_details import parse_email
from application.ports import Answer as Answered
from application.reach import NotFound
from application.sales.submissions import submission_of
from domain.faults import Fault
from domain.messages import Invalid
from domain.sales.answers import Answer, Parse, Sent, Wrong, filled, name_in, read
from domain.sales.forms import FORMS, Form
from domain.sales.leads import Touch
from domain.sales.questions import Asks, Fills
from domain.sales.submissions import FormNotPublished, FormSubmitted, Held, SubmitForm
from domain.values import Contact, FormId, SubmissionId, keyed_id
from projections.records import RECORDS

STAMP: Final = "when a form was opened"
DECOY: Final = "web_page"
"""The name of a field that no person sees."""

NO_TOUCH: Final = Touch()

LISTED: Final = RECORDS[FORMS.one]


class AnswersNotTaken(Invalid):
    """Some of the answers cannot be right, or are missing."""

    errors: Sequence[Fault]


class Shown(msgspec.Struct):
    """A row of the list of forms, as far as it says whether there is one to be filled in."""

    active: bool
    published: bool = False


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What was sent. Whoever opened the form has its `stamp`, and leaves the `decoy` empty."""

    sent: Sent
    language: str
    stamp: str | None = None
    decoy: str | None = None
    touch: Touch = NO_TOUCH


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A form that can be filled in, as it is now, and a version of it as it was filled in."""

    visitor: Visitor
    form_id: FormId
    form: Form
    version: int

    @property
    def stamp(self) -> str:
        """Return what says which version of which form was opened now."""
        content = f"{self.form_id} {self.version} {self.visitor.now.isoformat()}"
        return self.visitor.backend.signer.sign(STAMP, self.visitor.tenant, content)

    def stamped(self, stamp: str | None) -> tuple[int, datetime] | None:
        """Return which version was opened and when; None if nobody has opened this form."""
        signer = self.visitor.backend.signer
        try:
            content = signer.open(STAMP, self.visitor.tenant, stamp or "")
        except TokenInvalid:
            return None
        form_id, version, at = content.split(" ")
        return (int(version), datetime.fromisoformat(at)) if form_id == self.form_id else None


def opened_form(visitor: Visitor, form_id: FormId) -> Opened:
    """Return a form that is published. Raises FormNotPublished."""
    try:
        found = visitor.folded(LISTED, form_id)
    except NotFound:
        raise FormNotPublished from None
    if msgspec.json.decode(found.json, type=Shown) != Shown(active=True, published=True):
        raise FormNotPublished
    form = msgspec.json.decode(found.json, type=Form)
    return Opened(visitor=visitor, form_id=form_id, form=form, version=found.version)


@dataclass(frozen=True)
class FormVisit:
    """A request about a form, by its id alone."""

    form_id: FormId
    request: Request
    body: bytes | None
    address: str

    def opened(self) -> Opened:
        """Return the form. Raises FormNotPublished."""
        refuse_unknown(self.request)
        tenant = self.request.app.state.backend.public_forms.whose(self.form_id)
        if tenant is None:
            raise FormNotPublished
        return opened_form(Visitor(self.request, tenant, self.body, self.address), self.form_id)


async def _visiting(form_id: ids.Form, request: Request, address: Address) -> FormVisit:
    body = None if request.method == "GET" else await request.body()
    return FormVisit(form_id, request, body, address)


Filling = Annotated[FormVisit, Depends(_visiting)]


# --- Taking -------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What was answered, by the version that was filled in, and what is wrong with it."""

    opened: Opened
    version: int
    sheet: Sheet
    answers: tuple[Answer, ...]
    wrong: tuple[Wrong, ...]
    held: Held | None

    @property
    def errors(self) -> Sequence[Fault]:
        """Say what is wrong, to whoever sent it."""
        language = self.sheet.language
        return [
            Fault(f"#/answers/{each.key}", each.code, sentence(each, language))
            for each in self.wrong
        ]


def taken(opened: Opened, sheet: Sheet) -> Taken:
    """Read what was filled in."""
    stamped = opened.stamped(sheet.stamp)
    version = stamped[0] if stamped else opened.version
    questions = _at(opened, version).questions
    visitor = opened.visitor
    parsed_by: Mapping[Asks, Parse] = {
        Asks.EMAIL: parse_email,
        Asks.PHONE: partial(number_of, caller=visitor),
    }
    answers, wrong = read(questions, sheet.sent, sheet.language, parsed_by)
    return Taken(
        opened=opened,
        version=version,
        sheet=sheet,
        answers=answers,
        wrong=wrong,
        held=_held(opened, sheet, stamped and stamped[1]),
    )


def submitted(taken: Taken) -> tuple[SubmissionId, Answered]:
    """Record it. Raises AnswersNotTaken; FormNotPublished where that ended meanwhile."""
    if taken.wrong:
        raise AnswersNotTaken(errors=taken.errors)
    visitor = taken.opened.visitor
    visitor.backend.limits.count_submission(
        visitor.request.scope, visitor.tenant, taken.opened.form_id
    )
    order = _order(taken)
    answer = visitor.order(order)
    events = (past.event for past in answer.recorded)
    new = (each.submission_id for each in events if isinstance(each, FormSubmitted))
    same = next(new, None) or visitor.ask(lambda past: submission_of(order, past))
    return same or order.submission_id, answer


def _order(taken: Taken) -> SubmitForm:
    visitor, answers = taken.opened.visitor, taken.answers
    contact = Contact(
        name=name_in(answers),
        email=filled(answers, Fills.EMAIL),
        phone=filled(answers, Fills.PHONE),
        language=taken.sheet.language,
    )
    minute = int(visitor.now.timestamp() // 60)
    return SubmitForm(
        submission_id=_named(taken, minute),
        earlier_id=_named(taken, minute - 1),
        form_id=taken.opened.form_id,
        version=taken.version,
        language=taken.sheet.language,
        answers=answers,
        contact=contact,
        identities=identities(contact, visitor),
        seed=new_id("client"),
        touch=taken.sheet.touch,
        held=taken.held,
    )


def _named(taken: Taken, minute: int) -> SubmissionId:
    """Name what is answered so within a minute. Nobody finds the answers again by it."""
    visitor = taken.opened.visitor
    said = [(each.key, each.values) for each in taken.answers]
    content = msgspec.json.encode([visitor.tenant, taken.opened.form_id, said, minute]).decode()
    return SubmissionId(keyed_id("submission", content, visitor.backend.pepper.encode()))


def _at(opened: Opened, version: int) -> Form:
    if version == opened.version:
        return opened.form
    found = opened.visitor.folded(LISTED, opened.form_id, to_version=version)
    return msgspec.json.decode(found.json, type=Form)


def _held(opened: Opened, sheet: Sheet, opened_at: datetime | None) -> Held | None:
    if sheet.decoy:
        return Held.DECOY_FILLED
    if sheet.decoy is None:
        return Held.DECOY_MISSING
    if opened_at is None:
        return Held.NOT_OPENED
    least = timedelta(seconds=opened.form.min_seconds)
    return Held.TOO_FAST if opened.visitor.now - opened_at < least else None
