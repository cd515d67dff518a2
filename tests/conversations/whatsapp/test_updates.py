"""Every kind of call that Meta is known to make: it is heard as what it is, or kept."""

from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from tests.conversations.whatsapp.at_the_desk import Desk
from tests.conversations.whatsapp.cloud import signed
from tests.running import Running

pytestmark = pytest.mark.postgres

UPDATES: Final = {
    f"{file.stem}/{name}": call
    for file in sorted((Path(__file__).parent / "updates").glob("*.json"))
    for name, call in msgspec.json.decode(file.read_bytes()).items()
}
PLACE: Final = """📍 Facebook HQ
1 Hacker Way, Menlo Park, CA 94025
https://maps.google.com/?q=37.4611978,-122.2164385"""
CONTACTS: Final = """👤 Chandler Bing +1 555-555-5555
👤 Monica +1 666-666-6666
👤 Rachel Green +1 777-777-7777"""
HEARD: Final = {
    "callback_button/button": ("title", "callback_data"),
    "callback_button/quick_reply": ("title", "callback_data"),
    "callback_button/quick_reply_without_context": ("title", "callback_data"),
    "callback_selection/callback": ("title", "callback_data"),
    "callback_selection/description": ("title\ndescription", "callback_data"),
    "message/text": ("Body Text", None),
    "message/reply": ("replied text", None),
    "message/forwarded": ("forwarded text", None),
    "message/forwarded_many_times": ("text forwarded many times", None),
    "message/referral": ("BODY", None),
    "message/current_location": ("📍 https://maps.google.com/?q=12.25089,43.90539", None),
    "message/chosen_location": (PLACE, None),
    "message/contacts": (CONTACTS, None),
    "message/order": (
        "🛒 3 \N{MULTIPLICATION SIGN} HAMBURGER (30 ILS)\n🛒 2 \N{MULTIPLICATION SIGN} FRENCH_FRIES (35 ILS)\n🛒 2 \N{MULTIPLICATION SIGN} SODA (10 ILS)",
        None,
    ),
    "message/unsupported": ("⚠️ Message type is currently not supported.", None),
    "message/unsupported_with_type": ("⚠️ Message type is currently not supported.", None),
    "outgoing_message/text": ("Test message", None),
}
UNDERSTOOD: Final = {
    *HEARD,
    *(name for name in UPDATES if name.startswith(("template_", "user_marketing_preferences"))),
    "message/reaction",
    "message/unreaction_empty",
    "message/unreaction_no_emoji",
    "deleted_message/revoke",
    "edited_message/image",
    "outgoing_message/delete",
    "outgoing_message/edit",
    "system/phone_number_change",
    "system/identity_change",
    *(f"message_status/{each}" for each in ("sent", "delivered", "read", "played", "failed")),
    "message_status/with_tracker",
    "message_status/group",
    "flow_completion/completion",
    "flow_completion/without_flow_token",
}
ANSWERS: Final = (
    "comment_text: Comment Text\ndelivery_rating: 4\npurchase_rating: 2\nrecommend_radio: 0\n"
    "cs_rating: 0"
)


def called(desk: Desk, update: Any) -> None:
    body = msgspec.json.encode(update)
    answer = desk.anybody.post(desk.path, content=body, headers=signed(body))
    assert answer.status_code == 200, answer.text
    desk.running.settle()


def heard(desk: Desk) -> list[tuple[str, str | None]]:
    return [
        (each["text"], each["payload"])
        for thread in desk.threads
        for each in desk.ana.http.get(f"/v1/threads/{thread['id']}/messages").json()["data"]
    ]


def test_every_call_is_heard_as_what_it_is_or_kept(running: Running, desk: Desk) -> None:
    for update in UPDATES.values():
        called(desk, update)

    states = [str(each.state) for each in running.system.receipts.find(None, limit=200)]
    assert len(states) == len(UPDATES)
    assert states.count("understood") == len(UNDERSTOOD & UPDATES.keys())
    assert set(states) == {"understood", "not_understood_yet"}


@pytest.mark.parametrize("name", HEARD)
def test_what_somebody_says_is_readable(desk: Desk, name: str) -> None:
    called(desk, UPDATES[name])
    assert heard(desk) == [HEARD[name]]


@pytest.mark.parametrize("name", ["completion", "without_flow_token"])
def test_what_somebody_filled_in_is_readable_and_kept_as_it_came(desk: Desk, name: str) -> None:
    called(desk, UPDATES[f"flow_completion/{name}"])
    [(text, payload)] = heard(desk)
    assert text == ANSWERS
    assert payload is not None
    assert msgspec.json.decode(payload)["comment_text"] == "Comment Text"


@pytest.mark.parametrize("name", sorted(UNDERSTOOD - HEARD.keys()))
def test_what_is_no_message_is_none(desk: Desk, name: str) -> None:
    called(desk, UPDATES[name])
    assert desk.threads == [] or name.startswith("flow_completion")
