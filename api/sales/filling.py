"""A form that somebody fills in whom nobody knows: as JSON, or on a page of ours (`api/sales/pages.py`).

    opened ─ a stamp says when, and which version of the form ─► filled in ─► read by that version

What robots do is taken as if nothing were wrong, and held: they fill what nobody sees, leave out what a page
has, or are faster than fingers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Final

import msgspec
from fastapi import Depends, Request
from msgspec.structs import replace

from api.backend import Backend
from api.business.visitors import Visitor
from api.problems.refusals import QueryInvalid
from api.requests import ids
from api.requests.caller import new_id
from api.requests.forms import identities, number_of
from api.requests.signing import Signer, TokenInvalid
from api.sales.attached import Attached, keeping
from api.sales.sentences import sentence
from api.web.door import Address
from api.web.gate import refuse_unknown
from api.web.origins import OriginNotListed, refuse_unlisted
from application.people.contact_details import parse_email
from application.ports import Answer as Answered
from application.reach import NotFound
from application.sales.submissions import submission_of
from domain.faults import Fault
from domain.files.purposes import FileIsEmpty
from domain.messages import Invalid
from domain.sales.answers import Answer, Parse, Sent, Wrong, filled, name_in, read
from domain.sales.forms import FORMS, Form
from domain.sales.leads import Touch
from domain.sales.questions import Asks, Fills, Question
from domain.sales.submissions import FormNotPublished, FormSubmitted, Held, SubmitForm
from domain.values import Contact, FormId, SubmissionId, keyed_id
from projections.records import RECORDS

STAMP: Final = "when a form was opened"
NOBODYS: Final = ""
"""Whose a stamp is, says the form that it names."""

DECOY: Final = "web_page"
"""The name of a field that no person sees."""

LISTED: Final = RECORDS[FORMS.one]
NO_TOUCH: Final = Touch()
MINUTE: Final = 60


class AnswersNotTaken(Invalid):
    """Some of the answers cannot be right, or are missing."""

    errors: Sequence[Fault]


REFUSED: Final = (NotFound, QueryInvalid, FormNotPublished, OriginNotListed)
"""Why a form may not be seen by whoever asks."""


class Shown(msgspec.Struct):
    """A row of the list of forms, as far as it says whether there is one to be filled in."""

    active: bool
    published: bool = False


# --- A form that is there -----------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A form that can be filled in, as it is now."""

    visitor: Visitor
    form_id: FormId
    form: Form
    version: int

    @property
    def stamp(self) -> str:
        """Return what says which version of which form was opened now."""
        content = f"{self.form_id} {self.version} {self.visitor.now.isoformat()}"
        return self.visitor.backend.signer.sign(STAMP, NOBODYS, content)

    def at(self, version: int) -> Form:
        """Return the form as it was at a version."""
        if version == self.version:
            return self.form
        found = self.visitor.folded(LISTED, self.form_id, to_version=version)
        return msgspec.json.decode(found.json, type=Form)


def stamped(signer: Signer, form_id: str, stamp: str | None) -> tuple[int, datetime] | None:
    """Return which version was opened and when; None if nobody has opened this form."""
    try:
        content = signer.open(STAMP, NOBODYS, stamp or "")
    except TokenInvalid:
        return None
    named, version, at = content.split(" ")
    return (int(version), datetime.fromisoformat(at)) if named == form_id else None


@dataclass(frozen=True)
class FormVisit:
    """A request about a form, by its id alone."""

    form_id: FormId
    request: Request
    body: bytes
    address: str

    def opened(self, key: str | None = None) -> Opened:
        """Return the form. Raises FormNotPublished. The `key` is that of Idempotency-Key, where there can be
        no header.
        """
        visitor = self.visitor(key)
        try:
            found = visitor.folded(LISTED, self.form_id)
        except NotFound:
            raise FormNotPublished from None
        if msgspec.json.decode(found.json, type=Shown) != Shown(active=True, published=True):
            raise FormNotPublished
        form = msgspec.json.decode(found.json, type=Form)
        return Opened(visitor=visitor, form_id=self.form_id, form=form, version=found.version)

    def visitor(self, key: str | None = None) -> Visitor:
        """Return who asks, of whichever business the form is. Raises FormNotPublished, OriginNotListed."""
        backend: Backend = self.request.app.state.backend
        tenant = backend.public_forms.whose(self.form_id)
        if tenant is None:
            raise FormNotPublished
        refuse_unlisted(self.request.scope, backend.origins, tenant)
        return Visitor(self.request, tenant, self.body, self.address, key)


async def _visiting(form_id: ids.Form, request: Request, address: Address) -> FormVisit:
    return FormVisit(form_id, request, await request.body(), address)


async def _strictly(form_id: ids.Form, request: Request, address: Address) -> FormVisit:
    refuse_unknown(request)
    return await _visiting(form_id, request, address)


Filling = Annotated[FormVisit, Depends(_strictly)]
OnPage = Annotated[FormVisit, Depends(_visiting)]
"""Addresses of pages have more behind the question mark than we ask: whoever advertises adds to them."""


# --- What was sent ------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What was sent. Whoever opened the form has its `stamp`, and leaves the `decoy` empty."""

    sent: Sent
    language: str
    stamp: str | None = None
    decoy: str | None = None
    touch: Touch = NO_TOUCH
    files: Sequence[Attached] = ()

    @property
    def all(self) -> Sent:
        """What was sent, a file by its digest."""
        return {**self.sent, **{each.key: [each.digest] for each in self.files}}

    def parsed(self, digest: str) -> str:
        """Return the digest of a file that can be taken. Raises what it is refused for, and
        FileIsEmpty for what comes by its name alone.
        """
        for each in self.files:
            if each.digest == digest:
                return each.content.sha256
        raise FileIsEmpty


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

    @property
    def files(self) -> Sequence[Attached]:
        """Return the files that are answers."""
        keys = {each.key for each in self.answers if each.asks is Asks.FILE}
        return [each for each in self.sheet.files if each.key in keys]


def taken(opened: Opened, sheet: Sheet) -> Taken:
    """Read what was filled in."""
    visitor = opened.visitor
    opening = stamped(visitor.backend.signer, opened.form_id, sheet.stamp)
    version = opening[0] if opening else opened.version
    questions = opened.at(version).questions
    parsed_by: Mapping[Asks, Parse] = {
        Asks.EMAIL: parse_email,
        Asks.PHONE: partial(number_of, caller=visitor),
        Asks.FILE: sheet.parsed,
    }
    answers, wrong = read(questions, sheet.all, sheet.language, parsed_by)
    return Taken(
        opened=opened,
        version=version,
        sheet=sheet,
        answers=answers,
        wrong=(*wrong, *_files_for_words(questions, sheet)),
        held=_held(opened, sheet, opening and opening[1]),
    )


def _files_for_words(questions: Sequence[Question], sheet: Sheet) -> Iterator[Wrong]:
    asked = {each.key for each in questions if each.asks is not Asks.FILE}
    return (Wrong(key=each.key, code="not-a-file") for each in sheet.files if each.key in asked)


def _held(opened: Opened, sheet: Sheet, opened_at: datetime | None) -> Held | None:
    if sheet.decoy:
        return Held.DECOY_FILLED
    if sheet.decoy is None:
        return Held.DECOY_MISSING
    if opened_at is None:
        return Held.NOT_OPENED
    least = timedelta(seconds=opened.form.min_seconds)
    return Held.TOO_FAST if opened.visitor.now - opened_at < least else None


# --- Taking it ----------------------------------------------------------------------------


def submitted(taken: Taken) -> tuple[SubmissionId, Answered]:
    """Record it. Raises AnswersNotTaken; FormNotPublished where that ended meanwhile."""
    if taken.wrong:
        raise AnswersNotTaken(errors=taken.errors)
    visitor = taken.opened.visitor
    scope, form_id = visitor.request.scope, taken.opened.form_id
    visitor.backend.limits.count_submission(
        scope, visitor.tenant, form_id, has_files=bool(taken.files)
    )
    order = _order(taken)
    id_, files = order.submission_id, taken.files
    answer = keeping(visitor.backend, visitor.tenant, id_, files, lambda: visitor.order(order))
    events = (past.event for past in answer.recorded)
    new = (each.submission_id for each in events if isinstance(each, FormSubmitted))
    same = next(new, None) or visitor.ask(lambda past: submission_of(order, past))
    return same or id_, answer


def _order(taken: Taken) -> SubmitForm:
    visitor, answers = taken.opened.visitor, taken.answers
    contact = Contact(
        name=name_in(answers),
        email=filled(answers, Fills.EMAIL),
        phone=filled(answers, Fills.PHONE),
        language=taken.sheet.language,
    )
    minute = int(visitor.now.timestamp() // MINUTE)
    submission_id = _named(taken, minute)
    files = {each.key: each for each in taken.files}
    return SubmitForm(
        submission_id=submission_id,
        earlier_id=_named(taken, minute - 1),
        form_id=taken.opened.form_id,
        version=taken.version,
        language=taken.sheet.language,
        answers=tuple(
            replace(each, values=(files[each.key].id_in(submission_id),))
            if each.key in files
            else each
            for each in answers
        ),
        contact=contact,
        identities=identities(contact, visitor),
        seed=new_id("client"),
        touch=taken.sheet.touch,
        held=taken.held,
        files=tuple(each.order(submission_id) for each in taken.files),
    )


def _named(taken: Taken, minute: int) -> SubmissionId:
    """Name what is answered so within a minute. Nobody finds the answers again by it."""
    visitor = taken.opened.visitor
    said = [(each.key, each.values) for each in taken.answers]
    content = msgspec.json.encode([visitor.tenant, taken.opened.form_id, said, minute]).decode()
    return SubmissionId(keyed_id("submission", content, visitor.backend.pepper.encode()))
