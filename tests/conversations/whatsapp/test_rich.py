"""WhatsApp beyond words: replies, choices, reactions, and that something was read, go out as they come in."""

from datetime import timedelta
from typing import Any

import pytest

from application.conversations.hearing import name_of
from domain.conversations.messages import message_at
from tests.conversations.whatsapp.at_the_desk import Desk
from tests.conversations.whatsapp.cloud import ZOE, Cloud, wrote
from tests.running import Running

pytestmark = pytest.mark.postgres

BUTTONS = {
    "buttons": [{"id": "10:00", "title": "10 h"}, {"id": "11:00", "title": "11 h"}],
    "header": "Mardi",
    "footer": "Salon Ana",
}
ROWS = [
    {"id": "cut", "title": "Coupe", "description": "45 min"},
    {"id": "colour", "title": "Couleur"},
]
LIST = {"list": {"button": "Choisir", "sections": [{"rows": ROWS}]}}


def first(desk: Desk) -> dict[str, Any]:
    """Let somebody write; return their message."""
    desk.is_written_to()
    [thread] = desk.threads
    found: dict[str, Any] = desk.ana.http.get(f"/v1/threads/{thread['id']}/messages").json()[
        "data"
    ][0]
    return found


def posted(desk: Desk, **body: Any) -> Any:
    [thread] = desk.threads
    return desk.ana.http.post(f"/v1/threads/{thread['id']}/messages", json=body)


def reacted(desk: Desk, message: dict[str, Any], emoji: str | None) -> None:
    where = f"/v1/messages/{message['id']}/reaction"
    assert desk.ana.http.post(where, json={"emoji": emoji}).status_code == 200
    desk.running.settle()


def test_a_reply_says_to_what_it_replies_in_both_directions(desk: Desk, meta: Cloud) -> None:
    theirs = first(desk)
    said = posted(desk, text="Oui, à 10 h", reply_to=theirs["id"]).json()
    desk.running.settle()
    assert meta.book[0]["context"] == {"message_id": "wamid.1"}

    desk.is_written_to("wamid.2", "Parfait", context={"id": meta.name(1)})
    [thread] = desk.threads
    last = desk.ana.http.get(f"/v1/threads/{thread['id']}/messages?sort=-sequence").json()["data"][
        0
    ]
    assert (last["text"], last["reply_to"]) == ("Parfait", said["id"])


def test_buttons_go_out_and_what_was_pressed_comes_back(desk: Desk, meta: Cloud) -> None:
    first(desk)
    said = posted(desk, text="Quelle heure ?", choices=BUTTONS).json()
    desk.running.settle()

    assert meta.book[0]["interactive"] == {
        "type": "button",
        "header": {"type": "text", "text": "Mardi"},
        "body": {"text": "Quelle heure ?"},
        "footer": {"text": "Salon Ana"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "10:00", "title": "10 h"}},
                {"type": "reply", "reply": {"id": "11:00", "title": "11 h"}},
            ]
        },
    }
    pressed = {"type": "button_reply", "button_reply": {"id": "11:00", "title": "11 h"}}
    context = {"id": meta.name(1)}
    value = wrote(("wamid.2", ""), at=desk.now, type="interactive", interactive=pressed)
    value["messages"][0] |= {"context": context, "text": None}
    desk.is_called(value)
    [thread] = desk.threads
    last = desk.ana.http.get(f"/v1/threads/{thread['id']}/messages?sort=-sequence").json()["data"]
    assert (last[0]["text"], last[0]["payload"], last[0]["reply_to"]) == (
        "11 h",
        "11:00",
        said["id"],
    )


def test_a_list_goes_out(desk: Desk, meta: Cloud) -> None:
    first(desk)
    said = posted(desk, text="Que faire ?", choices=LIST).json()
    desk.running.settle()

    assert said["choices"]["list"]["button"] == "Choisir"
    assert meta.book[0]["interactive"] == {
        "type": "list",
        "body": {"text": "Que faire ?"},
        "action": {"button": "Choisir", "sections": [{"rows": [ROWS[0], ROWS[1]]}]},
    }


@pytest.mark.parametrize(
    ("text", "choices", "code"),
    [
        ("x" * 1_025, BUTTONS, "too-long-for-channel"),
        ("Quelle heure ?", {}, "choices-unclear"),
        ("Quelle heure ?", {**BUTTONS, **LIST}, "choices-unclear"),
        (
            "Quelle heure ?",
            {"buttons": [{"id": "1", "title": str(n)} for n in "ab"]},
            "choices-unclear",
        ),
        (
            "Quelle heure ?",
            {"buttons": [{"id": str(n), "title": str(n)} for n in range(4)]},
            "choices-unclear",
        ),
        (
            "Que faire ?",
            {
                "list": {
                    "button": "Choisir",
                    "sections": [{"rows": ROWS}, {"rows": [{"id": "x", "title": "X"}]}],
                }
            },
            "choices-unclear",
        ),
        ("Quelle heure ?", {"buttons": [{"id": "1", "title": "x" * 21}]}, "validation-failed"),
        ("Quelle heure ?", {**BUTTONS, "footer": "x" * 61}, "validation-failed"),
    ],
)
def test_what_could_not_be_chosen_from_is_refused_before_anybody_is_asked(
    desk: Desk, meta: Cloud, text: str, choices: Any, code: str
) -> None:
    first(desk)
    refused = posted(desk, text=text, choices=choices)
    desk.running.settle()
    assert (refused.status_code, refused.json()["code"], meta.asked) == (422, code, 0)


def test_where_nobody_can_choose_there_are_no_choices(desk: Desk) -> None:
    body = {"channel": "telegram", "id": "1", "sender_id": "7", "text": "Bonjour"}
    heard = desk.ana.http.post("/v1/messages/heard", json=body).json()
    where = f"/v1/threads/{heard['thread_id']}/messages"
    refused = desk.ana.http.post(where, json={"text": "Quelle heure ?", "choices": BUTTONS})
    assert (refused.status_code, refused.json()["code"]) == (422, "choices-not-carried")


def test_they_see_how_the_business_reacts_as_it_is_now(desk: Desk, meta: Cloud) -> None:
    theirs = first(desk)
    reacted(desk, theirs, "👍")
    reacted(desk, theirs, None)
    marks = [each["reaction"] for each in meta.signals]
    assert marks == [{"message_id": "wamid.1", "emoji": e} for e in ("👍", "")]
    assert {each["to"] for each in meta.signals} == {ZOE}


def test_to_what_was_carried_one_can_react_too(desk: Desk, meta: Cloud) -> None:
    first(desk)
    reacted(desk, desk.answers(), "🎉")
    assert [each["reaction"]["message_id"] for each in meta.signals] == [meta.name(1)]


def test_after_a_day_nobody_is_told_of_a_reaction(
    running: Running, desk: Desk, meta: Cloud
) -> None:
    theirs = first(desk)
    running.clock.set(running.clock() + timedelta(days=1))
    reacted(desk, theirs, "👍")
    assert meta.signals == []


def test_they_see_what_somebody_of_the_business_has_read(desk: Desk, meta: Cloud) -> None:
    first(desk)
    desk.answers()
    desk.is_written_to("wamid.2", "Merci")
    [thread] = desk.threads
    desk.ana.reads(thread, 2)
    desk.running.settle()
    read = {"messaging_product": "whatsapp", "status": "read"}
    assert meta.signals == [{**read, "message_id": "wamid.1"}]
    desk.ana.reads(thread, 3)
    desk.running.settle()
    assert meta.signals[1:] == [{**read, "message_id": "wamid.2"}]


def test_they_see_that_somebody_writes_once_in_as_long_as_it_is_shown(
    running: Running, desk: Desk, meta: Cloud
) -> None:
    first(desk)
    [thread] = desk.threads
    desk.answers()
    for seconds in (0, 1, 30):
        running.clock.set(running.clock() + timedelta(seconds=seconds))
        written = desk.ana.http.post(f"/v1/threads/{thread['id']}/typing", json={})
        assert written.status_code == 204
        running.settle()

    said = [(each["message_id"], each.get("typing_indicator")) for each in meta.signals]
    assert said == [("wamid.1", {"type": "text"})] * 2


def test_a_reaction_of_theirs_is_shown_and_taken_back_and_nobody_has_to_read_it(desk: Desk) -> None:
    first(desk)
    said = desk.answers()
    [thread] = desk.threads
    for n, emoji in enumerate(("👍", "")):
        reaction = {"message_id": Cloud.name(1), "emoji": emoji}
        value = wrote((f"wamid.r{n}", ""), at=desk.now + n, type="reaction", reaction=reaction)
        del value["messages"][0]["text"]
        desk.is_called(value)
        shown = desk.message(said)["reactions"]
        assert [*shown.values()] == [emoji] if emoji else shown == {}
    assert desk.threads[0]["last"] == thread["last"]
    assert desk.threads[0]["is_waiting"] is False


def test_whoever_is_erased_takes_along_what_was_said_of_what_nobody_has_heard(
    running: Running, desk: Desk
) -> None:
    first(desk)
    message = {"type": "text", "text": {"body": "Mon secret"}}
    edit = {"original_message_id": "wamid.never", "message": message}
    value = wrote(("wamid.e", ""), at=desk.now, type="edit", edit=edit)
    del value["messages"][0]["text"]
    desk.is_called(value)
    desk.answers()
    [thread] = desk.threads
    assert {"Mon secret", "wamid.1", Cloud.name(1)} <= kept(running, desk)

    erased = running.http().delete(f"/v1/clients/{thread['client_id']}/personal-data")
    assert erased.is_success, erased.text
    running.settle()
    assert not {"Mon secret", "wamid.1"} & kept(running, desk)


def kept(running: Running, desk: Desk) -> set[str | None]:
    """Return what is known of what was said in the only conversation, of what was to be, and of names."""
    [thread] = desk.threads
    never = name_of(
        running.tenant, "whatsapp", "wamid.never", running.system.settings.pepper.encode()
    )
    said = [message_at(thread["id"], place) for place in range(1, thread["last"] + 1)]
    events = [
        past.event
        for stream in (never, *said)
        for past in running.system.store.history(running.tenant, stream)
    ]
    found = [(getattr(e, "text", None), getattr(e, "name", None)) for e in events]
    return {each for pair in found for each in pair}
