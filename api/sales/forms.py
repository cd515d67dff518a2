"""Forms over HTTP: begun from a template, shown to everybody, filled in by anybody."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal

import msgspec
from fastapi import Header, Response
from pydantic import Field, StringConstraints

from api.business.auth import PUBLIC
from api.problems.refusals import ValidationFailed
from api.problems.words import language
from api.requests import ids
from api.requests.answers import Made, Row, answers, of
from api.requests.caller import JSON, Caller, new_id
from api.requests.forms import Body, Line
from api.sales.confirming import Link, confirmed, visited
from api.sales.filling import DECOY, REFUSED, AnswersNotTaken, Filling, Sheet, submitted, taken
from api.sales.leads import TouchBody
from api.web.gate import may
from api.web.routing import Router
from application.records import creation
from application.sales.confirmations import visitor_of
from domain.fields import ANY_TEXT
from domain.messages import Value
from domain.records import there
from domain.sales import forms
from domain.sales.forms import FORM_TEMPLATES, FORMS, Form, FormTemplate
from domain.sales.leads import Touch
from domain.sales.questions import LONGEST_ANSWER, MOST_OPTIONS, MOST_QUESTIONS, Question, Words
from domain.sales.submissions import ConfirmationUnknown, SubmissionIsDiscarded, VisitorUnknown
from domain.values import FormId
from projections.records import RECORDS

MayWrite = Annotated[Caller, may(FORMS.writing)]

router: Final = Router(prefix="/v1/lead-forms", tags=[FORMS.many])
templates_router: Final = Router(prefix="/v1/form-templates", tags=[FORM_TEMPLATES.many])

Spoken = Annotated[str, Header(alias="accept-language", max_length=1_000)]
Typed = Annotated[str, StringConstraints(max_length=LONGEST_ANSWER, pattern=ANY_TEXT)]
Given = Typed | bool | int | float | Annotated[list[Typed], Field(max_length=MOST_OPTIONS)] | None
Key = Annotated[str, StringConstraints(max_length=40)]


class PublicForm(msgspec.Struct):
    """What a form asks. Send its `stamp` back with the answers, and the field `decoy`, which nobody sees,
    empty.
    """

    id: FormId
    version: int
    title: Words | None
    intro: Words | None
    questions: tuple[Question, ...]
    decoy: str
    stamp: str


class SubmissionBody(Body):
    """Answers by the key of their question: a text, a number, whether somebody agrees, or several choices.
    `stamp` and `decoy` are as the form said; what has neither is kept apart, as a robot's.
    """

    answers: Annotated[Mapping[Key, Given], Field(max_length=MOST_QUESTIONS * 2)]
    stamp: Annotated[str, Field(max_length=500)] | None = None
    decoy: Annotated[str, Field(max_length=LONGEST_ANSWER)] | None = None
    language: Literal["en", "fr"] | None = None
    touch: TouchBody = Field(default_factory=TouchBody)


class ReceivedForm(Value, frozen=True, kw_only=True):
    """`confirms`: a mail is on its way to who has sent it, with a link that is to be followed. By `visitor`
    and `id` they are known again when they come back, if the page keeps both and they agree.
    """

    id: str
    thanks: Words | None = None
    leads_to: str | None = None
    confirms: bool = False
    visitor: str


class ConfirmationBody(Body):
    """What stands in the link that was mailed."""

    submission: ids.Submission
    key: Annotated[str, Field(max_length=100)]


class VisitBody(Body):
    """What who has filled a form in was answered: `id` and `visitor`."""

    submission: ids.Submission
    visitor: Annotated[str, Field(max_length=100)]


class ConfirmedForm(Value, frozen=True, kw_only=True):
    id: str


class NewFromTemplate(Body):
    """What the form is called. Nobody can fill it in before it is published."""

    name: Line


@templates_router.post("/{form_template_id}/form", status_code=201)
@answers(Row(RECORDS[FORMS.one]), refuses=(*FORMS.refusals, *FORM_TEMPLATES.refusals, *of(forms)))
def create_form_from_template(
    form_template_id: ids.FormTemplate, body: NewFromTemplate, caller: MayWrite
) -> Response:
    """Make a form that asks what a template asks."""
    caller.refuse_outdated()
    form = Form(name=body.name, questions=_template(caller, form_template_id).questions)
    form_id = new_id(FORMS.one)
    pepper = caller.backend.pepper.encode()
    order = creation(FORMS, form_id, form, tenant=caller.tenant, pepper=pepper)
    return caller.created(RECORDS[FORMS.one], form_id, order, where=router.prefix)


def _template(caller: Caller, template_id: str) -> FormTemplate:
    """Return a template in use. Raises the refusal of one that is not there, or was removed."""
    record = there(
        FORM_TEMPLATES, caller.ask(lambda past: past.of(FORM_TEMPLATES.aggregate, template_id))
    )
    if record.values is None or not record.active:
        raise FORM_TEMPLATES.is_removed
    return record.values


@router.get("/{form_id}/public", openapi_extra=PUBLIC)
@answers(Made(PublicForm), refuses=REFUSED)
def show_public_form(form: Filling) -> Response:
    """Show what a form asks, to be filled in by anybody."""
    opened = form.opened()
    shown = PublicForm(
        id=opened.form_id,
        version=opened.version,
        title=opened.form.title,
        intro=opened.form.intro,
        questions=opened.form.questions,
        decoy=DECOY,
        stamp=opened.stamp,
    )
    return Response(msgspec.json.encode(shown), media_type=JSON)


@router.post("/{form_id}/submit", status_code=201, openapi_extra=PUBLIC)
@answers(
    Made(ReceivedForm, has_location=False),
    refuses=(*REFUSED, AnswersNotTaken, ValidationFailed),
)
def submit_form(body: SubmissionBody, form: Filling, spoken: Spoken = "") -> Response:
    """Fill a form in. The same answers within a minute are one submission. Files are taken on the form's page
    alone, `/f/{form_id}`: one that demands a file is filled in there.
    """
    opened = form.opened()
    sheet = Sheet(
        sent={key: _texts(given) for key, given in body.answers.items()},
        language=body.language or language(spoken),
        stamp=body.stamp,
        decoy=body.decoy,
        touch=Touch(**body.touch.model_dump()),
    )
    submission_id, answer = submitted(taken(opened, sheet))
    received = ReceivedForm(
        id=submission_id,
        thanks=opened.form.thanks,
        leads_to=opened.form.leads_to,
        confirms=opened.form.double_opt_in,
        visitor=visitor_of(submission_id, opened.visitor.backend.pepper.encode()),
    )
    marks = opened.visitor.marks(answer)
    return Response(msgspec.json.encode(received), 201, marks, JSON)


@router.post("/{form_id}/confirm", openapi_extra=PUBLIC)
@answers(
    Made(ConfirmedForm, has_location=False),
    refuses=(*REFUSED, ConfirmationUnknown, SubmissionIsDiscarded),
)
def confirm_submission(body: ConfirmationBody, form: Filling) -> Response:
    """Say, by what stands in the link that was mailed, that it was oneself who filled the form in."""
    answer = confirmed(form, Link(body.submission, body.key))
    shown = msgspec.json.encode(ConfirmedForm(id=body.submission))
    return Response(shown, 200, form.visitor().marks(answer), JSON)


@router.post("/{form_id}/visits", status_code=204, openapi_extra=PUBLIC)
@answers(refuses=(*REFUSED, VisitorUnknown))
def count_visit(body: VisitBody, form: Filling) -> Response:
    """Say that who has filled a form in is back at your pages. It counts for their score, once a day (UTC).
    Ask them first whether they agree to be known again.
    """
    visited(form, Link(body.submission, body.visitor))
    return Response(status_code=204)


def _texts(given: Given) -> Sequence[str]:
    """Return an answer as a page would send it."""
    if given is None or given is False:
        return ()
    if isinstance(given, list):
        return given
    return ("true",) if given is True else (str(given),)
