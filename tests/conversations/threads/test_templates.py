"""Templates: a message is made of one as it is sent, in the language of whoever reads it."""

from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conversations.templates import (
    MOST_PLACEHOLDERS,
    TEMPLATES,
    FilledInTooLong,
    FromTemplate,
    MessageTemplate,
    PlaceholderMalformed,
    PlaceholderMissing,
    PlaceholdersDiffer,
    PlaceholderUnknown,
    TemplateId,
    TemplateSaysNothing,
    TooManyPlaceholders,
    Wording,
    Wordings,
    filled_in,
    refuse_unclear,
)
from domain.messages import DomainError
from domain.records import Record
from tests.conversations.threads.conversing import Person, client, there
from tests.running import Running

REMINDER: Final = {
    "shortcut": "rappel",
    "title": "Rappel",
    "says": {
        "fr": {"text": "Bonjour {{first_name}}, à {{time}} !"},
        "en": {"text": "Hello {{ first_name }}, see you at {{time}}!"},
    },
}
VALUES: Final = {"first_name": "Zoé", "time": "10 h"}

# --- What one says ----------------------------------------------------------------------


def template(**wordings: str) -> MessageTemplate:
    said = {language: Wording(text=text) for language, text in wordings.items()}
    return MessageTemplate(shortcut="rappel", title="Rappel", says=Wordings(**said))


def made(text: str, **values: str) -> str:
    order = FromTemplate(id=TemplateId("message-template-1"), values=values)
    known: Record[MessageTemplate] = Record(values=template(fr=text), active=True)
    return filled_in(order, known, read_in=None, outside=False).text


@pytest.mark.parametrize(
    ("wordings", "refusal"),
    [
        ({}, TemplateSaysNothing),
        ({"fr": "Bonjour {{First}}"}, PlaceholderMalformed),
        ({"fr": "Bonjour {{first"}, PlaceholderMalformed),
        ({"fr": "Bonjour first}}"}, PlaceholderMalformed),
        ({"fr": "Bonjour {{}}"}, PlaceholderMalformed),
        ({"fr": "Bonjour {{a}}", "en": "Hello {{b}}"}, PlaceholdersDiffer),
        ({"fr": "Bonjour {{a}}", "en": "Hello"}, PlaceholdersDiffer),
        (
            {"fr": "".join(f"{{{{p{n}}}}}" for n in range(MOST_PLACEHOLDERS + 1))},
            TooManyPlaceholders,
        ),
    ],
)
def test_what_could_not_be_filled_in_is_no_template(
    wordings: dict[str, str], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        refuse_unclear(template(**wordings))


def test_what_is_unknown_or_missing_is_refused_by_its_name() -> None:
    with pytest.raises(PlaceholderUnknown) as unknown:
        made("Bonjour {{name}}", name="Zoé", nmae="Zoé")
    with pytest.raises(PlaceholderMissing) as missing:
        made("Bonjour {{name}}, à {{time}}", time="10 h")
    assert (unknown.value.facts, missing.value.facts) == ({"name": "nmae"}, {"name": "name"})


def test_what_is_filled_in_has_a_bound() -> None:
    with pytest.raises(FilledInTooLong):
        made("{{a}}{{a}}", a="x" * 6_000)


NAMES: Final = st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True)
WORDS: Final = st.text(st.characters(exclude_characters="{}"), max_size=20)


@given(st.lists(st.tuples(WORDS, NAMES), max_size=MOST_PLACEHOLDERS), st.data())
def test_each_place_says_what_stands_there_and_nothing_of_that_is_filled_in_again(
    parts: list[tuple[str, str]], data: st.DataObject
) -> None:
    names = sorted({name for _, name in parts})
    values = {name: data.draw(st.text(max_size=20) | st.just("{{first}}")) for name in names}
    text = "".join(f"{words}{{{{{name}}}}}" for words, name in parts)

    assert made(text, **values) == "".join(words + values[name] for words, name in parts)


def test_the_examples_can_be_filled_in() -> None:
    for each in TEMPLATES.examples:
        for wording in each.says.by_language.values():
            filled = made(wording.text, **dict.fromkeys(wording.placeholders, "x"))
            assert "{{" not in filled


# --- In a conversation ------------------------------------------------------------------


def kept(ana: Person, **more: Any) -> str:
    answer = ana.http.post("/v1/message-templates", json={**REMINDER, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def says(ana: Person, thread: dict[str, Any], id_: str, **more: Any) -> Any:
    where = f"/v1/threads/{thread['id']}/messages"
    return ana.http.post(where, json={"template": {"id": id_, "values": VALUES, **more}})


@pytest.mark.postgres
def test_a_message_is_made_of_a_template_in_the_language_of_whoever_reads_it(
    running: Running, ana: Person, zoe: Person
) -> None:
    thread, id_ = ana.opens(zoe), kept(ana)
    first = says(ana, thread, id_).json()
    english = {"name": "Zoé", "language": "en-GB"}
    assert ana.http.put(f"/v1/clients/{zoe.id}", json=english).status_code == 200
    second = says(ana, thread, id_).json()
    third = says(ana, thread, id_, language="fr").json()

    assert first["text"] == third["text"] == "Bonjour Zoé, à 10 h !"
    assert second["text"] == "Hello Zoé, see you at 10 h!"
    assert (second["template_id"], second["language"]) == (id_, "en")
    changed = {**REMINDER, "says": {"fr": {"text": "Autre chose"}}}
    assert ana.http.put(f"/v1/message-templates/{id_}", json=changed).status_code == 200
    running.settle()
    assert zoe.hears(thread) == [first["text"], second["text"], third["text"]]


@pytest.mark.postgres
def test_what_no_message_can_be_made_of_is_refused_with_the_reason(
    running: Running, ana: Person, zoe: Person
) -> None:
    french = {"fr": {"text": "Bonjour {{first_name}}, à {{time}} !"}}
    thread, id_ = ana.opens(zoe), kept(ana, says=french)
    where = f"/v1/threads/{thread['id']}/messages"

    def refused(person: Person, body: dict[str, Any]) -> tuple[int, str, Any]:
        answer = person.http.post(where, json=body)
        found = answer.json()
        return answer.status_code, found["code"], found.get("name")

    made_of = {"id": id_, "values": VALUES}
    few, many = {"time": "10 h"}, {**VALUES, "place": "ici"}
    assert refused(ana, {"template": {**made_of, "values": few}}) == (
        *(422, "placeholder-missing", "first_name"),
    )
    assert refused(ana, {"template": {**made_of, "values": many}}) == (
        *(422, "placeholder-unknown", "place"),
    )
    assert refused(ana, {"template": made_of, "text": "Et"})[:2] == (422, "said-twice")
    assert refused(zoe, {"template": made_of})[:2] == (403, "for-the-business")
    english = {"template": {**made_of, "language": "en"}}
    assert refused(ana, english)[:2] == (422, "template-not-in-language")
    assert ana.http.delete(f"/v1/message-templates/{id_}").status_code == 204
    assert refused(ana, {"template": made_of})[:2] == (409, "message-template-is-removed")
    unknown = {**made_of, "id": f"{id_[:-4]}0000"}
    assert refused(ana, {"template": unknown})[:2] == (404, "message-template-not-found")
    assert there(zoe.http, "/v1/message-templates") == 403


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("status", "outside"), [("approved", 201), ("rejected", 409), ("paused", 409), (None, 201)]
)
def test_what_a_channel_does_not_take_is_sent_only_here(
    running: Running, ana: Person, status: str | None, outside: int
) -> None:
    zoe = client(running)
    french = {"text": "Bonjour {{first_name}}, à {{time}} !", "status": status}
    id_ = kept(ana, says={"fr": french})
    here, elsewhere = ana.opens(zoe), ana.opens(zoe, channel="telegram")

    assert says(ana, here, id_).status_code == 201
    answer = says(ana, elsewhere, id_)
    assert answer.status_code == outside
    assert outside == 201 or answer.json()["code"] == "template-not-taken"


@pytest.mark.postgres
def test_what_is_to_be_said_later_is_made_when_its_time_comes(
    running: Running, ana: Person, zoe: Person
) -> None:
    thread, stays, goes = ana.opens(zoe), kept(ana), kept(ana, shortcut="autre")
    where = f"/v1/threads/{thread['id']}/scheduled-messages"
    at = (running.clock() + timedelta(days=1)).isoformat()
    for id_ in (stays, goes):
        later = {"template": {"id": id_, "values": VALUES}, "send_at": at}
        assert ana.http.post(where, json=later).status_code == 201
    early = {"template": {"id": stays, "values": {}}, "send_at": at}
    assert ana.http.post(where, json=early).json()["code"] == "placeholder-missing"
    changed = {**REMINDER, "says": {"fr": {"text": "{{first_name}} : {{time}}"}}}
    assert ana.http.put(f"/v1/message-templates/{stays}", json=changed).status_code == 200
    assert ana.http.delete(f"/v1/message-templates/{goes}").status_code == 204

    running.settle()
    running.clock.set(running.clock() + timedelta(days=2))
    running.settle()
    running.settle()
    assert zoe.hears(thread) == ["Zoé : 10 h"]
    listed = ana.http.get(where).json()["data"]
    assert {each["reason"] or each["status"] for each in listed} == {"template", "sent"}
