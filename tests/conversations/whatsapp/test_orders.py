"""What Meta tells comes in any order, doubled, and before what it is about: in the end the same is known."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from application.conversations.hearing import name_of
from application.conversations.whatsapp import understood
from application.inbound.arrivals import Arrival
from application.inbound.providers import Received
from application.people.contact_details import known_on
from application.use_cases import USE_CASES
from domain.conversations.heard import HEARD, RecordCarried
from domain.conversations.messages import (
    MESSAGE,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    MessageReacted,
    MessageStatus,
    PostMessage,
    message_at,
)
from domain.conversations.participants import PHONE, is_staff
from domain.conversations.threads import THREAD
from domain.messages import Command
from domain.people.clients import CLIENT
from domain.people.identities import IDENTITY
from domain.values import TenantId, ThreadId
from tests.conversations.threads.examples import ana, there
from tests.conversations.whatsapp.cloud import ZOE, call
from tests.in_memory import InMemory

PEPPER: Final = b"pepper"
TENANT: Final = TenantId("0198c0de-0000-7000-8000-000000000000")
NOW: Final = datetime(2026, 12, 1, 8, tzinfo=UTC)
UNDERSTAND: Final = next(each for each in understood(PEPPER) if each.name == "whatsapp").understand
TOM: Final = "33687654321"


def of(field: str = "messages", **value: Any) -> Sequence[Command]:
    """Return what follows from what Meta says."""
    body = call(value, field=field)
    arrival = Arrival(method="POST", url="/", headers=(), body=body)
    received = Received(
        id="receipt-1", tenant=TENANT, provider="whatsapp", received_at=NOW, arrival=arrival
    )
    return UNDERSTAND(received) or ()


def said(
    id_: str, seconds: int, type_: str = "text", by: str = ZOE, name: str = "Zoé", **what: Any
) -> Any:
    at = str(int((NOW + timedelta(seconds=seconds)).timestamp()))
    message = {"from": by, "id": id_, "timestamp": at, "type": type_, **what}
    return of(messages=[message], contacts=[{"wa_id": by, "profile": {"name": name}}])


def edited(id_: str, seconds: int, text: str, **more: Any) -> Any:
    message = {"type": "text", "text": {"body": text}}
    edit = {"original_message_id": "wamid.1", "message": message}
    return said(id_, seconds, "edit", edit=edit, **more)


def reacted(id_: str, seconds: int, emoji: str | None, to: str = "wamid.1") -> Any:
    reaction = {"message_id": to, "emoji": emoji} if emoji else {"message_id": to}
    return said(id_, seconds, "reaction", reaction=reaction)


FIRST: Final = said("wamid.1", 0, text={"body": "Bonjour"})
REPLY: Final = said("wamid.2", 1, text={"body": "À 10 h ?"}, context={"id": "wamid.1"})
TOLD: Final = {
    "first": FIRST,
    "reply": REPLY,
    "edit": edited("wamid.3", 5, "Bonsoir"),
    "edit at the same second": edited("wamid.4", 5, "Bonsoir !"),
    "last edit": edited("wamid.5", 9, "Bonne nuit"),
    "somebody else's edit": edited("wamid.6", 99, "Pirate", by=TOM),
    "reaction": reacted("wamid.7", 3, "👍"),
    "no reaction": reacted("wamid.8", 4, None),
    "reaction again": reacted("wamid.9", 6, "👍"),
}
REVOKE: Final = said("wamid.10", 7, "revoke", revoke={"original_message_id": "wamid.1"})
ORDERS: Final = st.permutations([*TOLD] * 2)


def heard_in(order: Sequence[str], told: Any) -> InMemory:
    past = there(InMemory(USE_CASES, NOW + timedelta(hours=1)))
    for each in order:
        for command in told[each]:
            past.run(command)
    return past


def message_of(past: InMemory, name: str) -> Any:
    """Return what a message is by now, and what it says."""
    id_ = past.of(HEARD, name_of(TENANT, "whatsapp", name, PEPPER)).message_id
    assert id_ is not None
    words = [e.text for e in past.streams[id_] if isinstance(e, MessagePosted | MessageEdited)]
    return past.of(MESSAGE, id_), words, id_


@given(ORDERS)
def test_in_whichever_order_it_is_told_a_message_says_what_its_author_said_last(
    order: list[str],
) -> None:
    past = heard_in(order, TOLD)
    first, words, id_ = message_of(past, "wamid.1")
    reply, _, _ = message_of(past, "wamid.2")

    assert (words[0], words[-1]) == ("Bonjour", "Bonne nuit")
    assert [*first.reactions.values()] == ["👍"]
    assert reply.reply_to == id_
    [thread_id] = [each for each in past.streams if each.startswith("thread-")]
    assert past.of(THREAD, thread_id).last == 2
    assert len([each for each in past.streams if each.startswith("lead-")]) == 1


@given(st.permutations([*TOLD, "revoke"] * 2))
def test_what_was_taken_back_is_gone_whatever_is_told_of_it_before_or_after(
    order: list[str],
) -> None:
    past = heard_in(order, {**TOLD, "revoke": REVOKE})
    first, words, _ = message_of(past, "wamid.1")
    assert (first.deleted, first.reactions, words[0]) == (True, {}, "Bonjour")
    gone = [e for events in past.streams.values() for e in events if isinstance(e, MessageDeleted)]
    assert len(gone) == 1


@given(ORDERS)
def test_a_reaction_is_no_message(order: list[str]) -> None:
    """Nobody has more to read for it."""
    past = heard_in(order, TOLD)
    posted = [e for events in past.streams.values() for e in events if isinstance(e, MessagePosted)]
    assert sorted(each.text or "" for each in posted) == ["Bonjour", "À 10 h ?"]
    marks = [e for events in past.streams.values() for e in events if isinstance(e, MessageReacted)]
    assert {each.member_id for each in marks} == {posted[0].author}


# --- Of the phone app ---------------------------------------------------------------------

ECHO: Final = of(
    "smb_message_echoes",
    message_echoes=[
        {
            "from": "33199001234",
            "to": ZOE,
            "id": "wamid.ours",
            "timestamp": str(int(NOW.timestamp()) + 2),
            "type": "text",
            "text": {"body": "Oui, à 10 h"},
        }
    ],
)


def answered(past: InMemory) -> ThreadId:
    """Let somebody answer by the API; return where."""
    for command in FIRST:
        past.run(command)
    [thread_id] = [ThreadId(each) for each in past.streams if each.startswith("thread-")]
    past.run(PostMessage(thread_id=thread_id, author=ana, text="Oui, à 10 h"))
    return thread_id


@given(st.permutations(["echo", "echo", "carried", "carried"]))
def test_what_we_sent_is_stored_once_though_the_phone_shows_it_too(order: list[str]) -> None:
    past = there(InMemory(USE_CASES, NOW + timedelta(hours=1)))
    thread_id = answered(past)
    ours = message_at(thread_id, 2)
    carried = RecordCarried(
        heard_id=name_of(TENANT, "whatsapp", "wamid.ours", PEPPER),
        message_id=ours,
        at=NOW,
        name="wamid.ours",
    )
    for each in order:
        for command in ECHO if each == "echo" else [carried]:
            past.run(command)

    message, _, id_ = message_of(past, "wamid.ours")
    assert (id_, message.status) == (ours, MessageStatus.SENT)
    places = range(1, past.of(THREAD, thread_id).last + 1)
    left = [past.of(MESSAGE, message_at(thread_id, place)) for place in places]
    assert [each.author for each in left if is_staff(each.author) and not each.deleted] == [ana]


def test_who_answers_at_the_phone_has_answered() -> None:
    past = heard_in(["first", "echo"], {**TOLD, "echo": ECHO})
    message, words, _ = message_of(past, "wamid.ours")
    assert (message.author, message.status, words) == (PHONE, MessageStatus.SENT, ["Oui, à 10 h"])


# --- Who is called something else ---------------------------------------------------------

NEW: Final = "33699999999"
CHANGED: Final = said(
    "wamid.20", 10, "system", system={"type": "user_changed_number", "wa_id": NEW, "body": "New"}
)
MOVES: Final = {
    "first": FIRST,
    "later by the former number": said("wamid.21", 9, text={"body": "Encore"}),
    "changed": CHANGED,
    "by the new number": said("wamid.22", 12, by=NEW, text={"body": "C'est moi"}),
}


@given(st.permutations([*MOVES][1:] * 2))
def test_who_has_another_number_is_the_same_client_in_whichever_order_it_is_told(
    order: list[str],
) -> None:
    past = heard_in(["first", *order], MOVES)
    zoe = message_of(past, "wamid.1")[0].author
    assert message_of(past, "wamid.21")[0].author == zoe
    new = known_on("whatsapp", NEW, tenant=TENANT, pepper=PEPPER)
    old = known_on("whatsapp", ZOE, tenant=TENANT, pepper=PEPPER)
    assert past.of(IDENTITY, new.identity_id).owner == zoe
    assert past.of(IDENTITY, old.identity_id).owner is None
    assert [each.id for each in past.of(CLIENT, zoe).channels] == [NEW]


def test_who_has_the_former_number_later_is_somebody_else() -> None:
    later = said("wamid.30", 1_000, name="Tom", text={"body": "Qui êtes-vous ?"})
    past = heard_in(["first", "changed", "later"], {**MOVES, "later": later})
    authors = {message_of(past, name)[0].author for name in ("wamid.1", "wamid.30")}
    assert len(authors) == 2


def test_what_is_told_of_whom_nobody_knows_changes_nothing() -> None:
    past = there(InMemory(USE_CASES, NOW))
    assert [each for command in CHANGED for each in past.run(command)] == []


# --- What people want to be told ------------------------------------------------------------


def wanted(value: str, seconds: int) -> Any:
    at = int((NOW + timedelta(seconds=seconds)).timestamp())
    said = {"wa_id": ZOE, "category": "marketing_messages", "value": value, "timestamp": at}
    return of("user_preferences", user_preferences=[{**said, "detail": f"User said {value}"}])


def unwanted(seconds: int) -> Any:
    at = str(int((NOW + timedelta(seconds=seconds)).timestamp()))
    failed = {"id": "wamid.x", "status": "failed", "timestamp": at, "recipient_id": ZOE}
    return of(statuses=[{**failed, "errors": [{"code": 131_050, "title": "no"}]}])


WISHES: Final = {
    "first": FIRST,
    "stop": wanted("stop", 1),
    "resume": wanted("resume", 2),
    "told by a failure": unwanted(3),
    "signup": wanted("signup", 4),
    "last": wanted("stop", 5),
}


@given(st.permutations([*WISHES][1:] * 2))
def test_what_somebody_wants_is_what_they_said_last_with_its_proof(order: list[str]) -> None:
    past = heard_in(["first", *order], WISHES)
    zoe = message_of(past, "wamid.1")[0].author
    [consent] = past.of(CLIENT, zoe).consents
    assert (consent.agreed, consent.purpose, consent.how) == (False, "marketing", "provider")
    assert consent.proof is not None
    assert (consent.proof.where, consent.at) == ("whatsapp", NOW + timedelta(seconds=5))
    before = heard_in(["first", *(each for each in order if each != "last")], WISHES)
    [consent] = before.of(CLIENT, zoe).consents
    assert (consent.agreed, consent.at) == (True, NOW + timedelta(seconds=4))


def test_what_a_stranger_wants_is_nobodys() -> None:
    past = there(InMemory(USE_CASES, NOW))
    assert [each for command in WISHES["stop"] for each in past.run(command)] == []
