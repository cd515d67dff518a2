"""Questions of a form: what is asked, of what an answer may be, and when a question is asked at all."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import chain
from typing import Annotated, Any, Final

import re2

from domain.faults import Fault, below
from domain.fields import Held
from domain.messages import Value

MOST_QUESTIONS: Final = 40
MOST_OPTIONS: Final = 40
MOST_FILES: Final = 3
LONGEST_ANSWER: Final = 10_000
LARGEST_NUMBER: Final = 2**53 - 1
"""Whoever reads JSON can read it exactly (RFC 8259, section 6)."""

PATTERN_MEMORY: Final = 1 << 18
"""Bytes that a pattern may need: `RE2` never goes back, so a pattern takes as long as its text is."""


class Asks(StrEnum):
    """What is asked for."""

    TEXT = "text"
    LONG_TEXT = "long-text"
    EMAIL = "email"
    PHONE = "phone"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    CONSENT = "consent"
    HIDDEN = "hidden"
    FILE = "file"


class Fills(StrEnum):
    """What an answer says of the lead. All other answers are kept as they are."""

    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    EMAIL = "email"
    PHONE = "phone"
    MESSAGE = "message"
    COMPANY = "company"
    COMPANY_DOMAIN = "company_domain"
    TITLE = "title"
    INDUSTRY = "industry"
    COMPANY_SIZE = "company_size"


CHOOSING: Final = frozenset({Asks.CHOICE, Asks.CHOICES})
WRITTEN: Final = frozenset({Asks.TEXT, Asks.LONG_TEXT, Asks.HIDDEN})
BOUNDED: Final = WRITTEN | {Asks.NUMBER, Asks.CHOICES}
"""`least` and `most` are characters, the number itself, or how many are chosen."""

DECIDING: Final = CHOOSING | {Asks.CONSENT}
"""On what is answered here it can depend what else is asked."""

FILLED_BY: Final[Mapping[Fills, frozenset[Asks]]] = {
    Fills.NAME: frozenset({Asks.TEXT}),
    Fills.FIRST_NAME: frozenset({Asks.TEXT}),
    Fills.LAST_NAME: frozenset({Asks.TEXT}),
    Fills.EMAIL: frozenset({Asks.EMAIL}),
    Fills.PHONE: frozenset({Asks.PHONE}),
    Fills.MESSAGE: frozenset({Asks.TEXT, Asks.LONG_TEXT, Asks.CHOICE}),
    Fills.COMPANY: frozenset({Asks.TEXT}),
    Fills.COMPANY_DOMAIN: frozenset({Asks.TEXT}),
    Fills.TITLE: frozenset({Asks.TEXT, Asks.CHOICE}),
    Fills.INDUSTRY: frozenset({Asks.TEXT, Asks.CHOICE}),
    Fills.COMPANY_SIZE: frozenset({Asks.NUMBER}),
}

AGREED: Final = "true"
"""What is answered by who consents. Who does not, has not answered."""

Key = Annotated[str, Held(pattern=r"^[a-z][a-z0-9_]{0,39}$", max_length=40)]
Choice = Annotated[str, Held(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f]+$")]
Label = Annotated[
    str, Held(min_length=1, max_length=500, pattern=r"^[\x01-\x20]*[^\x00-\x20][^\x00]*$")
]
Day = Annotated[str, Held(pattern=r"^\d{4}-\d\d-\d\d$")]


class Words(Value, frozen=True, kw_only=True):
    """What people read, in at least one language."""

    en: Label | None = None
    fr: Label | None = None

    def said_in(self, language: str) -> str:
        """Return it in this language, or else in the other one."""
        said = {"en": self.en or self.fr, "fr": self.fr or self.en}
        return said.get(language, said["en"]) or ""


class Option(Value, frozen=True, kw_only=True):
    value: Choice
    label: Words


class Condition(Value, frozen=True, kw_only=True):
    """The question above by this `key` was answered by one of these."""

    key: Key
    is_one_of: Annotated[tuple[Choice, ...], Held(min_length=1, max_length=MOST_OPTIONS)]


class Question(Value, frozen=True, kw_only=True):
    """`shown_if`: it is asked where all of these hold. `least` and `most` are of a text's characters, of a
    number, or of how many are chosen; `earliest` and `latest` of a day. `pattern` (RE2) is of the whole
    text. Of a consent, the label is what is agreed to.
    """

    key: Key
    asks: Asks
    label: Words
    help: Words | None = None
    required: bool = False
    options: Annotated[tuple[Option, ...], Held(max_length=MOST_OPTIONS)] = ()
    least: Annotated[int, Held(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER)] | None = None
    most: Annotated[int, Held(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER)] | None = None
    earliest: Day | None = None
    latest: Day | None = None
    pattern: Annotated[str, Held(min_length=1, max_length=200, pattern=r"^[^\x00]+$")] | None = None
    fills: Fills | None = None
    shown_if: Annotated[tuple[Condition, ...], Held(max_length=5)] = ()


Questions = Annotated[tuple[Question, ...], Held(min_length=1, max_length=MOST_QUESTIONS)]


@lru_cache(maxsize=1_000)
def compiled(pattern: str) -> Any:
    """Return a pattern that can be asked. Raises ValueError."""
    options = re2.Options()
    options.max_mem, options.log_errors = PATTERN_MEMORY, False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise ValueError(pattern) from error


def day(text: str) -> date | None:
    """Return the day that is meant; None, if there is none, or it is not written as 2027-01-31."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.isoformat() == text else None


# --- What is wrong with questions ---------------------------------------------------------


def faults_of(questions: Sequence[Question]) -> Iterator[Fault]:
    """Say what is wrong with the questions of a form, and where."""
    for place, question in enumerate(questions):
        yield from below(f"questions/{place}", _faults(question, questions[:place]))
    files = [place for place, each in enumerate(questions) if each.asks is Asks.FILE]
    for place in files[MOST_FILES:]:
        yield Fault(f"/questions/{place}/asks", "too-many", f"more than {MOST_FILES} files")


def _faults(question: Question, above: Sequence[Question]) -> Iterator[Fault]:
    if any(each.key == question.key for each in above):
        yield Fault("/key", "named-twice", "another question has this key")
    yield from _faults_of_words(question)
    yield from _faults_of_options(question)
    yield from _faults_of_bounds(question)
    yield from _faults_of_pattern(question)
    yield from _faults_of_filling(question, above)
    for place, condition in enumerate(question.shown_if):
        yield from below(f"shown_if/{place}", _faults_of_condition(condition, above))


def _faults_of_words(question: Question) -> Iterator[Fault]:
    words = [("label", question.label), ("help", question.help)]
    labels = [(f"options/{n}/label", each.label) for n, each in enumerate(question.options)]
    for place, said in chain(words, labels):
        if said is not None and not said.said_in("en"):
            yield Fault(f"/{place}", "no-words", "there are no words in any language")


def _faults_of_options(question: Question) -> Iterator[Fault]:
    values = [each.value for each in question.options]
    if question.asks in CHOOSING and not values:
        yield Fault("/options", "no-options", "there is nothing to choose from")
    if question.asks not in CHOOSING and values:
        yield Fault("/options", "not-a-choice", "nothing is chosen here")
    for place, value in enumerate(values):
        if value in values[:place]:
            yield Fault(f"/options/{place}/value", "named-twice", "another option has this value")


def _faults_of_bounds(question: Question) -> Iterator[Fault]:
    least, most = question.least, question.most
    if question.asks not in BOUNDED and (least, most) != (None, None):
        yield Fault("/least", "not-bounded", "an answer to this has no bounds")
    if least is not None and most is not None and least > most:
        yield Fault("/most", "out-of-range", "less than the least")
    if question.asks is not Asks.DATE and (question.earliest or question.latest):
        yield Fault("/earliest", "not-a-day", "no day is asked for")
    days = [(name, getattr(question, name)) for name in ("earliest", "latest")]
    for name, said in days:
        if said is not None and day(said) is None:
            yield Fault(f"/{name}", "not-a-day", "there is no such day")
    if question.earliest and question.latest and question.earliest > question.latest:
        yield Fault("/latest", "out-of-range", "before the earliest")


def _faults_of_pattern(question: Question) -> Iterator[Fault]:
    if question.pattern is None:
        return
    if question.asks not in WRITTEN:
        yield Fault("/pattern", "not-a-text", "only a text can match a pattern")
    try:
        compiled(question.pattern)
    except ValueError:
        yield Fault("/pattern", "not-a-pattern", "not a pattern of RE2")


def _faults_of_filling(question: Question, above: Sequence[Question]) -> Iterator[Fault]:
    if question.fills is None:
        return
    if question.asks not in FILLED_BY[question.fills]:
        kinds = ", ".join(sorted(FILLED_BY[question.fills]))
        yield Fault("/fills", "cannot-fill", f"only what asks for {kinds} can fill it")
    if question.fills is not Fills.MESSAGE and any(q.fills is question.fills for q in above):
        yield Fault("/fills", "named-twice", "another question fills it")


def _faults_of_condition(condition: Condition, above: Sequence[Question]) -> Iterator[Fault]:
    asked = next((each for each in above if each.key == condition.key), None)
    if asked is None or asked.asks not in DECIDING:
        yield Fault("/key", "nothing-to-decide", "no choice or consent above has this key")
        return
    possible = {AGREED} if asked.asks is Asks.CONSENT else {each.value for each in asked.options}
    for place, value in enumerate(condition.is_one_of):
        if value not in possible:
            yield Fault(f"/is_one_of/{place}", "no-option", "it cannot be answered so")
