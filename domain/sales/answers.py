"""Answers to the questions of a form: what was sent, as it is kept, or what is wrong with it.

Questions are read in their order: by what is answered above it follows whether one is asked. What was sent
in answer to one that is not, is left out, as nobody saw it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from domain.fields import LINE
from domain.messages import DomainError, Value
from domain.sales.companies import MOST_PEOPLE, Company, domain_in
from domain.sales.questions import (
    AGREED,
    CHOOSING,
    LARGEST_NUMBER,
    LONGEST_ANSWER,
    WRITTEN,
    Asks,
    Fills,
    Question,
    compiled,
    day,
)
from domain.texts import says_something, shown

LONGEST_LINE: Final = LINE.max_length or 0
MOST_DIGITS: Final = 20
"""Behind the point."""

THOUSAND: Final = 3
"""Digits behind what parts thousands."""


class Answer(Value, frozen=True, kw_only=True):
    """What was answered to what: `label` is what they read. A number is in decimal digits, a day in ISO 8601,
    a choice by its value, and a consent `true`.
    """

    key: str
    asks: Asks
    label: str
    values: tuple[str, ...]
    fills: Fills | None = None


class Wrong(Value, frozen=True, kw_only=True):
    """Why an answer is not taken; `bound` is what it would have to keep to."""

    key: str
    code: str
    bound: str = ""


Sent = Mapping[str, Sequence[str]]
"""What was sent, by the key of each question: nothing, one value, or several."""

Parse = Callable[[str], str]
"""Makes what is kept of what people send. Raises DomainError."""


class _WrongError(Exception):
    def __init__(self, code: str, bound: object = "") -> None:
        self.code, self.bound = code, str(bound)


def read(
    questions: Sequence[Question], sent: Sent, language: str, parsed_by: Mapping[Asks, Parse]
) -> tuple[tuple[Answer, ...], tuple[Wrong, ...]]:
    """Return the answers to all that is asked, and all that is wrong with them."""
    answers: dict[str, Answer] = {}
    wrong = [Wrong(key=key, code="not-asked") for key in _unknown(questions, sent)]
    for question in questions:
        if not is_asked(question, answers):
            continue
        try:
            values = _read(question, sent.get(question.key, ()), parsed_by)
        except _WrongError as error:
            wrong.append(Wrong(key=question.key, code=error.code, bound=error.bound))
            continue
        if values:
            answers[question.key] = Answer(
                key=question.key,
                asks=question.asks,
                label=question.label.said_in(language),
                values=values,
                fills=question.fills,
            )
    return tuple(answers.values()), tuple(wrong)


def is_asked(question: Question, answers: Mapping[str, Answer]) -> bool:
    """Whether a question is asked, by the answers above it."""
    return all(
        condition.key in answers and {*answers[condition.key].values} & {*condition.is_one_of}
        for condition in question.shown_if
    )


def filled(answers: Sequence[Answer], fills: Fills) -> str | None:
    """Return what was said of this; of the message, all that was, a line below the other."""
    said = [value for each in answers if each.fills is fills for value in each.values]
    return "\n".join(said) or None


def company_in(answers: Sequence[Answer]) -> Company | None:
    """Return what was said of where they work, if anything was."""
    size = filled(answers, Fills.COMPANY_SIZE)
    company = Company(
        name=filled(answers, Fills.COMPANY),
        domain=filled(answers, Fills.COMPANY_DOMAIN),
        title=filled(answers, Fills.TITLE),
        industry=filled(answers, Fills.INDUSTRY),
        size=None if size is None else int(size),
    )
    return None if company == Company() else company


def name_in(answers: Sequence[Answer]) -> str:
    """Return what to call whoever answered: who does not say it is called as their address or number."""
    whole = filled(answers, Fills.NAME)
    parts = [filled(answers, Fills.FIRST_NAME), filled(answers, Fills.LAST_NAME)]
    said = whole or " ".join(part for part in parts if part)
    email, phone = filled(answers, Fills.EMAIL), filled(answers, Fills.PHONE)
    return (said or (email or "").partition("@")[0] or phone or "?")[:LONGEST_LINE]


def _unknown(questions: Sequence[Question], sent: Sent) -> Iterator[str]:
    known = {each.key for each in questions}
    return (key for key in sent if key not in known)


# --- One answer ---------------------------------------------------------------------------


def _read(
    question: Question, sent: Sequence[str], parsed_by: Mapping[Asks, Parse]
) -> tuple[str, ...]:
    """Return what is kept of an answer; nothing, if there is none. Raises _WrongError."""
    values = [value for value in map(str.strip, sent) if value]
    if question.asks is Asks.CONSENT:
        values = [value for value in values if value == AGREED]
    if not values:
        if question.required:
            raise _WrongError("required")
        return ()
    if question.asks is Asks.CHOICES:
        return _chosen(question, values)
    if len(values) > 1:
        raise _WrongError("only-one")
    return (_one(question, values[0], parsed_by),)


def _one(question: Question, value: str, parsed_by: Mapping[Asks, Parse]) -> str:
    if question.asks in WRITTEN:
        return _written(question, value)
    if question.asks in CHOOSING:
        return _option(question, value)
    if question.asks is Asks.NUMBER:
        return _number(question, value)
    if question.asks is Asks.DATE:
        return _day(question, value)
    return _parsed(value, parsed_by[question.asks]) if question.asks in parsed_by else value


def _written(question: Question, value: str) -> str:
    is_line = question.asks is not Asks.LONG_TEXT
    text = shown(value) if is_line else value
    if "\0" in text or not says_something(text):
        raise _WrongError("unseen")
    longest = LONGEST_LINE if is_line else LONGEST_ANSWER
    _refuse_beyond(len(text), question.least, min(question.most or longest, longest), "text")
    if question.pattern is not None and compiled(question.pattern).fullmatch(text) is None:
        raise _WrongError("pattern")
    return _domain(text) if question.fills is Fills.COMPANY_DOMAIN else text


def _domain(text: str) -> str:
    found = domain_in(text)
    if found is None:
        raise _WrongError("not-a-domain")
    return found


def _chosen(question: Question, values: Sequence[str]) -> tuple[str, ...]:
    chosen = {_option(question, value) for value in values}
    _refuse_beyond(len(chosen), question.least, question.most, "choices")
    return tuple(each.value for each in question.options if each.value in chosen)


def _option(question: Question, value: str) -> str:
    if value not in (each.value for each in question.options):
        raise _WrongError("no-option")
    return value


def _number(question: Question, value: str) -> str:
    """Return a number as it is written everywhere."""
    try:
        number = Decimal(_with_a_point(value))
    except InvalidOperation:
        raise _WrongError("not-a-number") from None
    if not number.is_finite() or abs(number) > LARGEST_NUMBER or _digits(number) > MOST_DIGITS:
        raise _WrongError("not-a-number")
    _refuse_beyond(number, question.least, question.most, "number")
    if question.fills is Fills.COMPANY_SIZE:
        _refuse_beyond(number, 1, MOST_PEOPLE, "number")
        if _digits(number.normalize()) > 0:
            raise _WrongError("not-whole")
    return f"{number.normalize():f}"


def _with_a_point(value: str) -> str:
    """Return a number in which a comma was typed for the point, as the French do; as it is, where the comma
    may part thousands.
    """
    whole, comma, part = value.partition(",")
    return f"{whole}.{part}" if comma and len(part) != THOUSAND else value


def _digits(number: Decimal) -> int:
    """Return how many digits there are behind the point."""
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _day(question: Question, value: str) -> str:
    found = day(value)
    if found is None:
        raise _WrongError("not-a-day")
    said = found.isoformat()
    if question.earliest and said < question.earliest:
        raise _WrongError("too-early", question.earliest)
    if question.latest and said > question.latest:
        raise _WrongError("too-late", question.latest)
    return said


def _parsed(value: str, parse: Parse) -> str:
    try:
        return parse(value)
    except DomainError as refusal:
        raise _WrongError(refusal.code) from None


def _refuse_beyond(value: int | Decimal, least: int | None, most: int | None, what: str) -> None:
    if least is not None and value < least:
        raise _WrongError(f"{what}-too-small", least)
    if most is not None and value > most:
        raise _WrongError(f"{what}-too-large", most)
