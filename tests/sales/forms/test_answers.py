"""What was sent to a form is kept as one understands it, or it is said why not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from application.people.contact_details import parse_email, parse_phone
from domain.sales.answers import Answer, Sent, company_in, read
from domain.sales.companies import Company
from domain.sales.questions import (
    AGREED,
    Asks,
    Condition,
    Fills,
    Option,
    Question,
    Words,
    faults_of,
)

LABEL = Words(en="Question", fr="Question ?")
OPTIONS = tuple(Option(value=each, label=Words(en=each)) for each in ("red", "green", "blue"))
PARSED = {
    Asks.EMAIL: parse_email,
    Asks.PHONE: lambda text: parse_phone(text, "FR"),
    Asks.FILE: lambda text: text,
}


def question(asks: Asks, **more: Any) -> Question:
    options = OPTIONS if asks in (Asks.CHOICE, Asks.CHOICES) else ()
    return Question(**{"key": "it", "asks": asks, "label": LABEL, "options": options, **more})


def one(asks: Asks, *sent: str, **more: Any) -> Any:
    answers, wrong = read([question(asks, **more)], {"it": sent}, "en", PARSED)
    return wrong[0].code if wrong else [each for answer in answers for each in answer.values]


@pytest.mark.parametrize(
    ("asks", "sent", "kept"),
    [
        (Asks.TEXT, "  Zoé\u200b ", ["Zoé"]),
        (Asks.TEXT, "\u200b", "unseen"),
        (Asks.TEXT, "x" * 201, "text-too-large"),
        (Asks.LONG_TEXT, "One\nTwo", ["One\nTwo"]),
        (Asks.LONG_TEXT, "a\0b", "unseen"),
        (Asks.EMAIL, " Zoe@EXAMPLE.org", ["Zoe@example.org"]),
        (Asks.PHONE, "01 99 00 12 34", ["+33199001234"]),
        (Asks.NUMBER, "1,50", ["1.5"]),
        (Asks.NUMBER, "1e3", ["1000"]),
        (Asks.NUMBER, "1,000", "not-a-number"),
        (Asks.NUMBER, "NaN", "not-a-number"),
        (Asks.NUMBER, "1e-999999999", "not-a-number"),
        (Asks.NUMBER, "9" * 400, "not-a-number"),
        (Asks.DATE, "2028-02-29", ["2028-02-29"]),
        (Asks.DATE, "2027-02-29", "not-a-day"),
        (Asks.DATE, "20270101", "not-a-day"),
        (Asks.CHOICE, "green", ["green"]),
        (Asks.CHOICE, "pink", "no-option"),
        (Asks.CONSENT, "true", ["true"]),
        (Asks.CONSENT, "yes", []),
    ],
)
def test_an_answer_is_kept_in_one_form_or_refused(asks: Asks, sent: str, kept: Any) -> None:
    assert one(asks, sent) == kept


@pytest.mark.parametrize(
    ("asks", "bounds", "sent", "code"),
    [
        (Asks.TEXT, {"least": 3}, "ab", "text-too-small"),
        (Asks.TEXT, {"pattern": "[0-9]{5}"}, "7500", "pattern"),
        (Asks.NUMBER, {"least": 1}, "0.5", "number-too-small"),
        (Asks.NUMBER, {"most": 9}, "9.01", "number-too-large"),
        (Asks.DATE, {"earliest": "2027-01-01"}, "2026-12-31", "too-early"),
        (Asks.DATE, {"latest": "2027-01-01"}, "2027-01-02", "too-late"),
        (Asks.TEXT, {"required": True}, " ", "required"),
        (Asks.CONSENT, {"required": True}, "no", "required"),
    ],
)
def test_an_answer_keeps_to_its_bounds(
    asks: Asks, bounds: dict[str, Any], sent: str, code: str
) -> None:
    assert one(asks, sent, **bounds) == code


def test_of_several_only_what_there_is_and_as_many_as_wanted() -> None:
    assert one(Asks.CHOICES, "blue", "red", "red") == ["red", "blue"]
    assert one(Asks.CHOICES, "blue", "red", most=1) == "choices-too-large"
    assert one(Asks.CHOICES, "blue", least=2) == "choices-too-small"
    assert one(Asks.TEXT, "one", "two") == "only-one"


def test_no_pattern_takes_longer_than_its_text_is_long() -> None:
    assert one(Asks.LONG_TEXT, "a" * 9_999 + "!", pattern="(a+)+(a|aa)+$") == "pattern"


def test_what_is_not_asked_is_left_out_and_what_follows_from_it_too() -> None:
    asked = (
        question(Asks.CONSENT, key="first"),
        question(
            Asks.CHOICE, key="second", shown_if=(Condition(key="first", is_one_of=(AGREED,)),)
        ),
        question(
            Asks.TEXT, key="third", shown_if=(Condition(key="second", is_one_of=("red", "blue")),)
        ),
    )
    sent = {"second": ["red"], "third": ["Zoé"]}

    without, _ = read(asked, sent, "en", PARSED)
    agreed, _ = read(asked, {**sent, "first": ["true"]}, "en", PARSED)

    assert without == ()
    assert [each.key for each in agreed] == ["first", "second", "third"]


# --- Always -------------------------------------------------------------------------------

KEYS = ("one", "two", "three", "four")
VALUES = st.sampled_from(
    [
        "",
        "true",
        "red",
        "green",
        "pink",
        "1,5",
        "-3",
        "2027-05-01",
        "zoe@example.org",
        "+33199001234",
    ]
) | st.text(max_size=30)


@st.composite
def questions(draw: st.DrawFn) -> tuple[Question, ...]:
    found: list[Question] = []
    for key in KEYS[: draw(st.integers(1, len(KEYS)))]:
        asks = draw(st.sampled_from([*Asks]))
        new = question(asks, key=key, required=draw(st.booleans()))
        deciding = [each for each in found if each.asks in (Asks.CHOICE, Asks.CONSENT)]
        if on := draw(st.sampled_from([None, *deciding])):
            value = AGREED if on.asks is Asks.CONSENT else "red"
            new = replace(new, shown_if=(Condition(key=on.key, is_one_of=(value,)),))
        found.append(new)
    return tuple(found)


SENT = st.dictionaries(
    st.sampled_from([*KEYS, "five"]), st.lists(VALUES, max_size=3).map(tuple), max_size=5
)


@given(questions(), SENT)
def test_whatever_is_sent_is_kept_or_refused_and_what_is_kept_is_taken_again(
    asked: tuple[Question, ...], sent: Sent
) -> None:
    answers, wrong = read(asked, sent, "fr", PARSED)
    again, wrong_again = read(asked, {a.key: a.values for a in answers}, "fr", PARSED)

    assert not list(faults_of(asked)) or sum(q.asks is Asks.FILE for q in asked) > 3
    assert not {each.key for each in answers} & {each.key for each in wrong}
    assert again == answers
    assert {each.code for each in wrong_again} <= {"required"}
    assert all(each.values and "\0" not in "".join(each.values) for each in answers)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("acme.example", ["acme.example"]),
        ("https://www.Acme.example/about?us=1", ["acme.example"]),
        ("WWW.acme.example:8080", ["acme.example"]),
        ("somewhere", "not-a-domain"),
        ("ana@acme.example", "not-a-domain"),
        ("a" * 64 + ".example", "not-a-domain"),
    ],
)
def test_the_domain_of_a_company_is_read_from_the_address_of_a_page(sent: str, kept: Any) -> None:
    assert one(Asks.TEXT, sent, fills=Fills.COMPANY_DOMAIN) == kept


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("60", ["60"]),
        ("0", "number-too-small"),
        ("12,5", "not-whole"),
        ("10000001", "number-too-large"),
    ],
)
def test_a_company_has_a_whole_number_of_people(sent: str, kept: Any) -> None:
    assert one(Asks.NUMBER, sent, fills=Fills.COMPANY_SIZE) == kept


def test_what_is_said_of_a_company_is_taken_together() -> None:
    said = {
        Fills.COMPANY: "Acme",
        Fills.COMPANY_DOMAIN: "acme.example",
        Fills.TITLE: "Directrice",
        Fills.INDUSTRY: "hotels",
        Fills.COMPANY_SIZE: "60",
    }
    answers = [
        Answer(key=fills, asks=Asks.TEXT, label="?", values=(value,), fills=fills)
        for fills, value in said.items()
    ]

    assert company_in(answers) == Company(
        name="Acme", domain="acme.example", title="Directrice", industry="hotels", size=60
    )
    assert company_in([]) is None
