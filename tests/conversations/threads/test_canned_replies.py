"""Canned replies, which are templates by now: what was recorded of them is read for ever."""

from typing import Any

import msgspec
import pytest

from domain.conversations.templates import TEMPLATES, MessageTemplate, Wording, Wordings
from domain.messages import Event
from tests.architecture.golden import MAPPER

ID = "reply-0198c0de-0000-7000-8000-00000000000e"
HOURS = {"shortcut": "horaires", "title": "Horaires", "text": "De 9 h à 19 h.", "language": "fr"}
THANKS = {"shortcut": "thanks", "title": "Thanks", "text": "See you!", "language": "en-GB"}


def read(type_: str, data: Any) -> Event | None:
    return MAPPER.decode(type_, msgspec.json.encode(data).decode())


def template(says: Wordings, *, shortcut: str, title: str) -> MessageTemplate:
    return MessageTemplate(shortcut=shortcut, title=title, says=says)


def test_a_reply_is_read_as_a_template_in_its_language() -> None:
    hours = template(
        Wordings(fr=Wording(text="De 9 h à 19 h.")), shortcut="horaires", title="Horaires"
    )
    thanks = template(Wordings(en=Wording(text="See you!")), shortcut="thanks", title="Thanks")

    made = read("reply-created.v1", {"id": ID, "values": HOURS})
    assert made == TEMPLATES.created(id=ID, values=hours)
    changed = read("reply-changed.v1", {"id": ID, "values": THANKS, "claims": ["claim-1"]})
    assert changed == TEMPLATES.changed(id=ID, values=thanks, claims=("claim-1",))


@pytest.mark.parametrize(
    ("type_", "more", "kind"),
    [
        ("reply-removed.v1", {"at": "2026-11-29T12:00:00Z"}, "removed"),
        ("reply-restored.v1", {}, "restored"),
        ("reply-purged.v1", {"streams": [ID]}, "purged"),
    ],
)
def test_what_became_of_a_reply_became_of_the_template(type_: str, more: Any, kind: str) -> None:
    assert isinstance(read(type_, {"id": ID, **more}), getattr(TEMPLATES, kind))
