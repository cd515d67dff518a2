"""Where nothing can be said freely any more, it is said which templates can be sent, and one is if somebody wishes it."""

from datetime import timedelta
from typing import Any, Final

import pytest

from domain.business.configuration import Configure, typed_of
from domain.business.configuration.declared import Conversations
from tests.conversations.whatsapp.at_the_desk import Desk
from tests.conversations.whatsapp.cloud import Cloud, Fault
from tests.conversations.whatsapp.cloud_templates import TheirTemplate
from tests.conversations.whatsapp.templates import VALUES, approved, made, reviewed

pytestmark = pytest.mark.postgres

DAY: Final = timedelta(days=1)
REMINDED: Final = "Bonjour Zoé, à 10 h !"
WORDS: Final = "Nous avons une réponse pour vous."
AGAIN: Final = {
    "shortcut": "suite",
    "title": "Suite",
    "name": "suite",
    "says": {"fr": {"text": WORDS}},
}


def asks(desk: Desk, body: dict[str, Any], *, what: str = "messages", query: str = "") -> Any:
    """Order something in the only conversation; return the answer."""
    [thread] = desk.threads
    return desk.ana.http.post(f"/v1/threads/{thread['id']}/{what}{query}", json=body)


def fallback(id_: str) -> dict[str, Any]:
    return {"id": id_, "values": VALUES}


def later(desk: Desk, by: timedelta) -> None:
    desk.running.clock.set(desk.running.clock() + by)
    desk.running.settle()
    desk.running.settle()


def names(meta: Cloud) -> list[str]:
    """Return what went out: words, or the names of templates."""
    kinds = {"text": lambda e: e["text"]["body"], "template": lambda e: e["template"]["name"]}
    return [kinds[each["type"]](each) for each in meta.book]


def test_who_may_not_say_anything_freely_is_told_which_templates_they_may_send(
    desk: Desk,
) -> None:
    desk.is_written_to()
    id_ = approved(desk)
    made(desk, shortcut="autre", name="autre")
    pending = made(desk, shortcut="attente", name="attente")
    text = "Bonjour {{1}}, à {{2}} !"
    reviewed(desk, pending, TheirTemplate(name="attente", text=text, status="PENDING"))
    later(desk, DAY)

    refused = asks(desk, {"text": "Encore ?"})
    assert (refused.status_code, refused.json()["code"]) == (409, "window-closed")
    assert refused.json()["templates"] == [
        {
            "id": id_,
            "shortcut": "rappel",
            "title": "Rappel",
            "placeholders": ["first_name", "time"],
            "languages": ["fr"],
        }
    ]


def test_what_is_named_is_sent_instead_of_what_cannot_be_said(desk: Desk, meta: Cloud) -> None:
    desk.is_written_to()
    id_ = approved(desk)
    body = {"text": "Encore ?", "fallback": fallback(id_)}
    free = asks(desk, body, query="?fallback=template").json()
    desk.running.settle()
    later(desk, DAY)
    instead = asks(desk, body, query="?fallback=template").json()
    desk.running.settle()

    assert (free["text"], instead["text"]) == ("Encore ?", REMINDED)
    assert instead["template_id"] == id_
    assert names(meta) == ["Encore ?", "rappel_24h"]


def test_what_is_configured_is_sent_where_no_other_is_named(desk: Desk, meta: Cloud) -> None:
    desk.is_written_to()
    later(desk, DAY)
    unnamed = asks(desk, {"text": "Encore ?"}, query="?fallback=template")
    assert (unnamed.status_code, unnamed.json()["code"]) == (422, "fallback-not-named")

    id_ = approved(desk, TheirTemplate(name="suite", text=WORDS), template=AGAIN)
    typed = typed_of(Conversations(fallback_template_id=id_))
    key = "configuration-0198c0de-0000-7000-8000-000000000002"
    desk.running.order(Configure(id=key, key="conversations", values=typed, verified=typed))
    said = asks(desk, {"text": "Encore ?"}, query="?fallback=template").json()
    desk.running.settle()

    assert desk.message(said)["text"] == "Nous avons une réponse pour vous."
    assert names(meta) == ["suite"]


def test_what_the_channel_has_not_approved_is_nothing_to_fall_back_on(desk: Desk) -> None:
    desk.is_written_to()
    refused = asks(desk, {"text": "Encore ?", "fallback": fallback(made(desk))})
    assert (refused.status_code, refused.json()["code"]) == (409, "template-not-approved")


def test_a_retry_that_crosses_the_end_of_the_day_becomes_the_template(
    desk: Desk, meta: Cloud
) -> None:
    desk.is_written_to()
    meta.faults = [Fault.LIMIT] * 20
    said = asks(desk, {"text": "Oui", "fallback": fallback(approved(desk))}).json()
    desk.running.settle()
    assert desk.message(said)["text"] == "Oui"

    meta.faults = []
    later(desk, DAY)
    shown = desk.message(said)
    assert (shown["status"], shown["text"], shown["language"]) == ("sent", REMINDED, "fr")
    assert names(meta) == ["rappel_24h"]
    timeline = desk.ana.http.get(f"/v1/clients/{desk.threads[0]['client_id']}/timeline")
    assert REMINDED in timeline.text


def test_where_meta_says_that_the_day_is_over_the_template_is_sent(desk: Desk, meta: Cloud) -> None:
    desk.is_written_to()
    meta.faults = [Fault.WINDOW]
    said = asks(desk, {"text": "Oui", "fallback": fallback(approved(desk))}).json()
    desk.running.settle()
    desk.running.system.walk(desk.running.clock() + timedelta(hours=1))

    assert (desk.message(said)["status"], desk.message(said)["text"]) == ("sent", REMINDED)
    assert names(meta) == ["rappel_24h"]


@pytest.mark.parametrize("says_instead", [True, False])
def test_what_was_to_be_said_later_becomes_the_template_or_says_why_it_was_not(
    desk: Desk, meta: Cloud, says_instead: bool
) -> None:
    desk.is_written_to()
    at = (desk.running.clock() + 2 * DAY).isoformat()
    more = {"fallback": fallback(approved(desk))} if says_instead else {}
    kept = asks(desk, {"text": "Encore ?", "send_at": at, **more}, what="scheduled-messages")
    assert kept.status_code == 201, kept.text
    later(desk, 3 * DAY)

    shown = desk.ana.http.get(f"/v1/scheduled-messages/{kept.json()['id']}").json()
    if says_instead:
        assert (shown["status"], names(meta)) == ("sent", ["rappel_24h"])
    else:
        assert (shown["status"], shown["reason"], meta.book) == ("cancelled", "window-closed", [])


def test_what_is_made_of_an_approved_template_can_be_said_later_at_any_time(
    desk: Desk, meta: Cloud
) -> None:
    desk.is_written_to()
    at = (desk.running.clock() + 2 * DAY).isoformat()
    body = {"template": fallback(approved(desk)), "send_at": at}
    assert asks(desk, body, what="scheduled-messages").status_code == 201
    later(desk, 3 * DAY)
    assert names(meta) == ["rappel_24h"]


def test_a_client_who_never_wrote_is_written_to_by_a_template(desk: Desk, meta: Cloud) -> None:
    known = {"name": "Zoé Dupont", "phone": "+33612345678"}
    client = desk.ana.http.post("/v1/clients", json=known).json()["id"]
    where, id_ = f"/v1/clients/{client}/messages", approved(desk)

    def refused(**body: Any) -> tuple[int, str]:
        answer = desk.ana.http.post(where, json={"channel": "whatsapp", **body})
        return answer.status_code, answer.json()["code"]

    assert refused(text="Bonjour") == (409, "window-closed")
    assert refused(channel="telegram", text="Bonjour") == (422, "channel-not-carried")
    assert desk.threads == []
    body = {"channel": "whatsapp", "template": fallback(id_)}
    said = desk.ana.http.post(where, json=body)
    assert said.status_code == 201, said.text
    desk.running.settle()

    assert desk.message(said.json())["status"] == "sent"
    assert (said.json()["kind"], said.json()["author"]) == ("text", desk.ana.id)
    desk.is_written_to("wamid.1", "Parfait")
    assert [each["client_id"] for each in desk.threads] == [client]
