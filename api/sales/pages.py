"""A form as a page of ours, `/f/{id}`: it works without JavaScript, in French and in English, on a phone.

What is asked depends on what was answered: a page shows what is to be asked so far, and comes back with what
is to be asked besides. Its address may say where somebody comes from (`utm_…`), and what a hidden field holds.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Final
from urllib.parse import parse_qs, urlencode

from fastapi import Header, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.types import Scope

from api.backend import Backend
from api.business.auth import PUBLIC
from api.files.sent import FORM, FormMalformed
from api.problems.refusals import BodyTooLarge
from api.problems.words import language
from api.requests.answers import answers
from api.sales.attached import MOST, Attached, Fields, parts_of
from api.sales.confirming import Link, confirmed, waiting
from api.sales.filling import DECOY, FormVisit, OnPage, Opened, Sheet, stamped, submitted, taken
from api.sales.html import REFERRER, Shown, page, problem, shown, touch_of
from api.web.routing import Router, reaching_storage
from api.web.sizes import ANYTHING, taking_bytes
from application.dispatch import IdempotencyKeyReused
from domain.messages import DomainError
from domain.sales.questions import MOST_QUESTIONS, Asks, Question

Spoken = Annotated[str, Header(alias="accept-language", max_length=1_000)]
Came = Annotated[str, Header(alias="referer", max_length=2_000)]

PREFIX: Final = "q-"
"""Before the keys of questions: none is called as a field of ours."""

MOST_FIELDS: Final = MOST_QUESTIONS * 50
SEE_OTHER: Final = 303

HTML: Final[Mapping[str, Any]] = {
    "response_class": HTMLResponse,
    "openapi_extra": PUBLIC,
    "include_in_schema": False,
}

router: Final = Router(prefix="/f", tags=["lead-forms"])


def _refuse_large(scope: Scope) -> None:
    """Files are taken from who has opened the form. Raises BodyTooLarge."""
    length = next((v for name, v in scope["headers"] if name == b"content-length"), b"")
    if length.isdigit() and len(length) <= len(str(ANYTHING)) and int(length) <= ANYTHING:
        return
    backend: Backend = scope["app"].state.backend
    asked = parse_qs(scope["query_string"].decode("latin-1"))
    if stamped(backend.signer, scope["path_params"]["form_id"], asked.get("stamp", [""])[0]):
        return
    raise BodyTooLarge(most_bytes=ANYTHING)


@router.get("/{form_id}", **HTML)
@answers()
def show_form(form: OnPage, spoken: Spoken = "", came: Came = "") -> Response:
    """Show a form to be filled in."""
    asked = form.request.query_params
    tongue = _language(form, spoken)

    def blank() -> Response:
        opened = form.opened()
        hidden = {q.key: [asked[q.key]] for q in _hidden(opened) if asked.get(q.key)}
        sheet = Sheet(sent=hidden, language=tongue, stamp=opened.stamp)
        return page(Shown(taken(opened, sheet), {REFERRER: came, **asked}))

    return _in_html(tongue, blank)


@router.post("/{form_id}", **HTML)
@answers()
@taking_bytes(MOST, check=_refuse_large)
@reaching_storage
def fill_form_in(form: OnPage, spoken: Spoken = "") -> Response:
    """Fill a form in. Where more is to be asked, or something is wrong, the page is shown again."""
    tongue = _language(form, spoken)

    def filled_in() -> Response:
        fields, files = _sent(form)
        given = {name: texts[0] for name, texts in fields.items()}
        opened = form.opened(given.get("key"))
        sheet = Sheet(
            sent=_answers(fields),
            language=tongue,
            stamp=form.request.query_params.get("stamp"),
            decoy=given.get(DECOY),
            touch=touch_of(given),
            files=files,
        )
        seen = Shown(taken(opened, sheet), given, frozenset(fields.get("asked", ())))
        if seen.asks_more or seen.wrong:
            return page(seen)
        _submitted(form, opened, sheet)
        return _thanks(opened, tongue)

    return _in_html(tongue, filled_in)


@router.get("/{form_id}/thanks", **HTML)
@answers()
def show_thanks(form: OnPage, spoken: Spoken = "") -> Response:
    """Say that it has come."""
    tongue = _language(form, spoken)
    return _in_html(tongue, lambda: shown("thanks", tongue, form.opened().form))


@router.get("/{form_id}/confirm", **HTML)
@answers()
def show_confirmation(form: OnPage, spoken: Spoken = "") -> Response:
    """Ask whoever follows the link that was mailed to press a button."""
    asked, tongue = form.request.query_params, _language(form, spoken)
    link = Link(asked.get("submission", ""), asked.get("key", ""))

    def asking() -> Response:
        name = "confirm" if waiting(form, link) else "confirmed"
        return shown(name, tongue, None, link=link)

    return _in_html(tongue, asking)


@router.post("/{form_id}/confirm", **HTML)
@answers()
def confirm_on_page(form: OnPage, spoken: Spoken = "") -> Response:
    """Take the word of whoever has pressed the button."""
    tongue = _language(form, spoken)

    def confirming() -> Response:
        given = {name: texts[0] for name, texts in _sent(form)[0].items()}
        confirmed(form, Link(given.get("submission", ""), given.get("key", "")))
        return shown("confirmed", tongue, None)

    return _in_html(tongue, confirming)


# --- What is sent -------------------------------------------------------------------------


def _sent(form: FormVisit) -> tuple[Fields, Sequence[Attached]]:
    """Return what stands in a form, and the files in it. Raises FormMalformed, BodyTooLarge."""
    kind = form.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == FORM:
        fields, files = parts_of(form.request, form.body)
        return fields, [each.called(each.key.removeprefix(PREFIX)) for each in files]
    try:
        text = form.body.decode()
        return parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS), ()
    except ValueError:
        raise FormMalformed from None


def _answers(fields: Fields) -> Fields:
    """Return the answers, by the keys of their questions."""
    return {
        name.removeprefix(PREFIX): [text.replace("\r\n", "\n") for text in texts]
        for name, texts in fields.items()
        if name.startswith(PREFIX)
    }


def _submitted(form: FormVisit, opened: Opened, sheet: Sheet) -> None:
    """Record it. What was changed on a page that had been sent is another submission."""
    try:
        submitted(taken(opened, sheet))
    except IdempotencyKeyReused:
        submitted(taken(form.opened(), sheet))


def _hidden(opened: Opened) -> Sequence[Question]:
    return [each for each in opened.form.questions if each.asks is Asks.HIDDEN]


# --- What is answered ---------------------------------------------------------------------


def _thanks(opened: Opened, tongue: str) -> Response:
    where = f"/f/{opened.form_id}/thanks?{urlencode({'lang': tongue})}"
    return RedirectResponse(opened.form.leads_to or where, SEE_OTHER)


def _in_html(tongue: str, answer: Callable[[], Response]) -> Response:
    """Answer people, also with why it is refused."""
    try:
        return answer()
    except DomainError as refusal:
        return problem(refusal, tongue)


def _language(form: FormVisit, spoken: str) -> str:
    wanted = form.request.query_params.get("lang", "")
    return wanted if wanted in ("en", "fr") else language(spoken)
