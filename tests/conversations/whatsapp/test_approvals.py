"""What stands in the places of a template is given to whoever has it as it stands there: word for word the same is read."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conversations.approvals import (
    Approval,
    ApprovedTooLong,
    ParameterNotTaken,
    TemplateStatus,
    approval_of,
    as_approved,
)
from domain.conversations.templates import (
    FilledIn,
    FromTemplate,
    MessageTemplate,
    TemplateId,
    TemplateNotTaken,
    Wording,
    Wordings,
    filled_in,
    offered,
)
from domain.records import Record
from tests.conversations.whatsapp.cloud_templates import TheirTemplate, filled

ID: Final = TemplateId("message-template-1")
NAMES: Final = st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True)
WORDS: Final = st.text(st.characters(exclude_characters="{}", codec="utf-8"), max_size=20)
VALUE: Final = st.text("aé 1{}", min_size=1, max_size=8).map(lambda value: f"x{value.strip()}")


def approval(text: str, code: str = "fr", **more: object) -> Approval:
    known = {"name": "hello", "status": TemplateStatus.APPROVED, **more}
    return Approval(code=code, text=text, **known)  # type: ignore[arg-type]  # as each test says


def made(
    text: str, *known: Approval, read_in: str | None = None, en: str | None = None, **values: str
) -> FilledIn:
    says = Wordings(fr=Wording(text=text), en=Wording(text=en) if en else None)
    template = MessageTemplate(shortcut="h", title="H", says=says, name="hello", approvals=known)
    record: Record[MessageTemplate] = Record(values=template, active=True)
    order = FromTemplate(id=ID, values=values)
    return filled_in(order, record, read_in=read_in, outside=True, approves=True)


@given(st.lists(st.tuples(WORDS, NAMES), max_size=8), st.booleans(), st.data())
def test_what_somebody_reads_is_what_the_message_says(
    parts: list[tuple[str, str]], named: bool, data: st.DataObject
) -> None:
    names = list(dict.fromkeys(name for _, name in parts))
    order = data.draw(st.permutations(range(1, len(names) + 1)))
    theirs = {name: name if named else str(n) for name, n in zip(names, order, strict=True)}
    ours = "".join(f"{words}{{{{ {name}}}}}" for words, name in parts)
    text = "".join(f"{words}{{{{{theirs[name]}}}}}" for words, name in parts)
    values = {name: data.draw(VALUE) for name in names}

    found = made(ours, approval(text, named=named), **values)

    assert found.approved is not None
    given_ = [
        {"text": each.value, **({"parameter_name": each.name} if each.name else {})}
        for each in found.approved.parameters
    ]
    assert filled(TheirTemplate(name="hello", text=text), given_) == found.text


@pytest.mark.parametrize(
    ("theirs", "named"),
    [
        ("Bonjour {{1}}", False),
        ("Bonjour {{1}}, {{1}} !", False),
        ("Salut {{1}}, {{2}} !", False),
        ("Bonjour {{time}}, {{name}} !", True),
    ],
)
def test_what_says_something_else_is_not_the_same(theirs: str, named: bool) -> None:
    text = "Bonjour {{name}}, {{time}} !"
    assert approval_of("hello", "fr", text, (approval(theirs, named=named),)) is None


def test_one_that_is_approved_somewhere_where_the_language_is_spoken_is_taken() -> None:
    american, british = (
        approval("Hi", "en_US", status=TemplateStatus.REJECTED),
        approval("Hi", "en_GB"),
    )
    assert approval_of("hello", "en", "Hi", (american, british)) is british
    assert approval_of("other", "en", "Hi", (british,)) is None
    assert as_approved(british, "Hi", {}).code == "en_GB"


def test_a_language_that_is_approved_comes_before_one_that_is_not() -> None:
    english = approval("Hello", "en_GB")
    found = made("Bonjour", english, read_in="fr", en="Hello")
    assert (found.language, found.text) == ("en", "Hello")


@pytest.mark.parametrize("value", ["a\nb", "a\tb", "a     b", " ", "\r"])
def test_what_the_channel_does_not_take_in_a_place_is_refused_by_its_name(value: str) -> None:
    with pytest.raises(ParameterNotTaken) as refused:
        made("Bonjour {{name}} !", approval("Bonjour {{1}} !"), name=value)
    assert refused.value.facts == {"name": "name"}
    assert made("Bonjour {{name}} !", name=value).approved is None


def test_four_spaces_are_taken() -> None:
    found = made("Bonjour {{name}} !", approval("Bonjour {{1}} !"), name="a    b")
    assert found.approved is not None


def test_what_is_approved_has_a_bound_of_its_own() -> None:
    with pytest.raises(ApprovedTooLong):
        made("{{a}}", approval("{{1}}"), a="x" * 1_025)
    assert made("{{a}}", a="x" * 1_025).text


@pytest.mark.parametrize(
    "status", [TemplateStatus.REJECTED, TemplateStatus.PAUSED, TemplateStatus.DISABLED]
)
def test_what_is_stopped_there_is_not_said_there_at_all(status: TemplateStatus) -> None:
    with pytest.raises(TemplateNotTaken) as refused:
        made("Bonjour", approval("Bonjour", status=status))
    assert refused.value.facts == {"current_status": status}


def test_what_is_pending_is_said_freely() -> None:
    assert made("Bonjour", approval("Bonjour", status=TemplateStatus.PENDING)).approved is None


def test_what_is_offered_says_in_which_languages_it_can_be_sent() -> None:
    says = Wordings(fr=Wording(text="Bonjour {{name}}"), en=Wording(text="Hello {{name}}"))
    template = MessageTemplate(shortcut="h", title="H", says=says, name="hello")
    assert offered(ID, template) is None
    known = (approval("Hello {{1}}", "en"),)
    shown = offered(
        ID,
        MessageTemplate(shortcut="h", title="H", says=says, name="hello", approvals=known),
    )
    assert shown is not None
    assert (shown.languages, shown.placeholders) == (("en",), ("name",))
