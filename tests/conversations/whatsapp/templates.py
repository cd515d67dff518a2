"""Templates of a business that Meta knows."""

from collections.abc import Mapping
from typing import Any, Final

from domain.conversations.approvals import Approval, TemplateStatus
from domain.conversations.templates import ReviewTemplate
from tests.conversations.whatsapp.at_the_desk import Desk
from tests.conversations.whatsapp.cloud_templates import TheirTemplate

REMINDER: Final = {
    "shortcut": "rappel",
    "title": "Rappel",
    "name": "rappel_24h",
    "says": {"fr": {"text": "Bonjour {{first_name}}, à {{time}} !"}},
}
THEIRS: Final = TheirTemplate(name="rappel_24h", text="Bonjour {{1}}, à {{2}} !")
VALUES: Final = {"first_name": "Zoé", "time": "10 h"}


def made(desk: Desk, template: Mapping[str, Any] = REMINDER, **more: Any) -> str:
    """Make a template; return its id."""
    answer = desk.ana.http.post("/v1/message-templates", json={**template, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def approved(
    desk: Desk, *theirs: TheirTemplate, template: Mapping[str, Any] = REMINDER, **more: Any
) -> str:
    """Make a template that Meta has approved; return its id."""
    id_, known = made(desk, template, **more), theirs or (THEIRS,)
    desk.meta.rules.templates.extend(known)
    reviewed(desk, id_, *known)
    return id_


def reviewed(desk: Desk, id_: str, *theirs: TheirTemplate, **more: Any) -> None:
    """Let it be known what Meta has of a template."""
    found = [
        Approval(
            name=each.name,
            code=each.language,
            status=TemplateStatus(each.status.lower()),
            text=each.text,
            named=each.named,
            **more,
        )
        for each in theirs
    ]
    desk.running.order(ReviewTemplate(id=id_, approvals=tuple(found)))


def says(desk: Desk, thread: Mapping[str, Any], id_: str, **more: Any) -> Any:
    """Say what a template says; return the answer."""
    where = f"/v1/threads/{thread['id']}/messages"
    template = {"id": id_, "values": VALUES, **more}
    return desk.ana.http.post(where, json={"template": template})
