"""Forms and what is said around them, in HTML. All texts are escaped, whoever wrote them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import msgspec
from fastapi import Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape
from uuid_utils import uuid7

from api.problems.statuses import status_of
from api.problems.words import said_in
from api.sales.filling import DECOY, Taken
from api.sales.sentences import sentence
from domain.fields import LINE
from domain.messages import DomainError
from domain.sales.answers import Wrong, is_asked
from domain.sales.forms import Form
from domain.sales.leads import Touch
from domain.sales.questions import Asks, Question
from domain.texts import says_something
from domain.texts import shown as seen

UTM: Final = ("source", "medium", "campaign", "term", "content")
LONGEST_LINE: Final = LINE.max_length or 0
REFERRER: Final = "referrer"
LONGEST_REFERRER: Final = 500
ORIGIN: Final = re.compile(r"https://[A-Za-z0-9.:-]+")
RADIOS: Final = 7
"""More to choose from is a list."""

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'"
SIMPLE: Final = {
    Asks.TEXT: "text",
    Asks.EMAIL: "email",
    Asks.PHONE: "tel",
    Asks.NUMBER: "text",
    Asks.DATE: "date",
    Asks.FILE: "file",
}
FILLED_BY_BROWSERS: Final = {
    "name": "name",
    "first_name": "given-name",
    "last_name": "family-name",
    "email": "email",
    "phone": "tel",
    "company": "organization",
    "title": "organization-title",
}


@dataclass(frozen=True)
class Shown:
    """A page of a form: what was taken, what else stood in it, and which questions it `asked`; all that it
    should ask, where it was not shown before.
    """

    taken: Taken
    given: Mapping[str, str]
    asked: frozenset[str] | None = None

    @property
    def form(self) -> Form:
        """Return the form as it was opened."""
        return self.taken.opened.at(self.taken.version)

    @property
    def questions(self) -> Iterator[Question]:
        """Return what is to be asked, as far as it was answered."""
        known = {each.key: each for each in self.taken.answers}
        return (each for each in self.form.questions if is_asked(each, known))

    @property
    def asks_more(self) -> bool:
        """Whether there is something to be asked that was not."""
        seen_ones = (each for each in self.questions if each.asks is not Asks.HIDDEN)
        return self.asked is not None and any(each.key not in self.asked for each in seen_ones)

    @property
    def wrong(self) -> Mapping[str, Wrong]:
        """Return what is wrong with what was asked."""
        if self.asked is None:
            return {}
        hidden = {each.key for each in self.form.questions if each.asks is Asks.HIDDEN}
        asked = self.asked | hidden
        return {each.key: each for each in self.taken.wrong if each.key in asked}

    def field(self, question: Question) -> Mapping[str, Any]:
        """Return all that a field shows."""
        language, wrong = self.taken.sheet.language, self.wrong.get(question.key)
        values = self.taken.sheet.sent.get(question.key, ())
        return {
            "question": question,
            "name": f"q-{question.key}",
            "label": question.label.said_in(language),
            "help": question.help.said_in(language) if question.help else "",
            "type": SIMPLE.get(question.asks, ""),
            "is_list": len(question.options) > RADIOS,
            "options": [(each.value, each.label.said_in(language)) for each in question.options],
            "values": values,
            "value": values[0] if values else "",
            "wrong": sentence(wrong, language) if wrong else "",
            "autocomplete": FILLED_BY_BROWSERS.get(question.fills or "", "off"),
        }

    @property
    def kept(self) -> Mapping[str, str]:
        """Return what is known of where somebody comes from."""
        names = (*(f"utm_{name}" for name in UTM), REFERRER)
        return {name: self.given[name] for name in names if self.given.get(name)}

    def in_language(self, language: str) -> str:
        """Return where the same is to be read in another language: they come from where they came from."""
        sent = self.taken.sheet.sent
        hidden = (each.key for each in self.form.questions if each.asks is Asks.HIDDEN)
        asked = {key: sent[key][0] for key in hidden if sent.get(key)}
        query = urlencode({**asked, **self.kept, "lang": language})
        return f"/f/{self.taken.opened.form_id}?{query}"

    @property
    def action(self) -> str:
        """Return where it is sent: by the stamp it is known when which version was opened."""
        sheet, opened = self.taken.sheet, self.taken.opened
        asked = {"lang": sheet.language, "stamp": sheet.stamp or opened.stamp}
        return f"/f/{opened.form_id}?{urlencode(asked)}"


def page(shown_page: Shown) -> Response:
    """Answer with a form to be filled in."""
    sheet, form = shown_page.taken.sheet, shown_page.form
    other = _other(sheet.language)
    text = _template().render(
        kind="form",
        language=sheet.language,
        other=other,
        form=form,
        title=_title(form, sheet.language),
        action=shown_page.action,
        there=shown_page.in_language(other),
        fields=[shown_page.field(each) for each in shown_page.questions],
        has_files=any(each.asks is Asks.FILE for each in form.questions),
        kept=shown_page.kept,
        key=str(uuid7()),
        decoy=DECOY,
        is_wrong=bool(shown_page.wrong),
        asks_more=shown_page.asks_more,
    )
    headers = {"Content-Security-Policy": _policy(form)}
    return HTMLResponse(text, 422 if shown_page.wrong else 200, headers)


def shown(kind: str, language: str, form: Form | None, **more: Any) -> Response:
    """Answer with what is said around a form."""
    thanks = form.thanks.said_in(language) if form and form.thanks else ""
    title = _title(form, language) if form else ""
    text = _template().render(
        kind=kind,
        language=language,
        title=title,
        thanks=thanks,
        confirms=form is not None and form.double_opt_in,
        **more,
    )
    return HTMLResponse(text, headers={"Content-Security-Policy": POLICY})


def problem(refusal: DomainError, language: str) -> Response:
    """Answer with why something is refused."""
    title, detail = said_in(language, type(refusal))
    status, headers = status_of(refusal)
    text = _template().render(kind="problem", language=language, title=title, detail=detail)
    return HTMLResponse(text, status, {**headers, "Content-Security-Policy": POLICY})


def touch_of(given: Mapping[str, str]) -> Touch:
    """Return where somebody comes from, by what stood in the page: what cannot be is left out."""
    known = {name: _line(given.get(f"utm_{name}", "")) for name in UTM}
    came = given.get(REFERRER, "")[:LONGEST_REFERRER].replace("\0", "")
    return msgspec.convert({**known, "referrer": came or None}, Touch)


def _line(text: str) -> str | None:
    line = seen(text)[:LONGEST_LINE].strip()
    return line if says_something(line) else None


def _title(form: Form, language: str) -> str:
    return form.title.said_in(language) if form.title else form.name


def _other(language: str) -> str:
    return "fr" if language == "en" else "en"


def _policy(form: Form) -> str:
    """Return what a browser may do with the page: a form may lead to where the business wants."""
    parts = urlsplit(form.leads_to or "")
    origin = f"{parts.scheme}://{parts.netloc}"
    return f"{POLICY} {origin}" if ORIGIN.fullmatch(origin) else POLICY


@cache
def _template() -> Template:
    here = FileSystemLoader(Path(__file__).parent)
    shown_in = Environment(
        loader=here,
        autoescape=select_autoescape(["j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return shown_in.get_template("form.html.j2")
