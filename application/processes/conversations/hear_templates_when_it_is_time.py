"""What WhatsApp has of templates is heard when it is asked for: once an account is configured, once a template bears a
name of which nothing is known, and a day after it was heard last.
"""

from typing import Any, Final

from application.ports import Recorded
from application.processes.effects.conversations import HearTemplates
from application.processes.process import Do, Orders, Process, Withdraw
from domain.business.configuration import ConfigurationChanged, ConfigurationVerified
from domain.conversations.reviews import (
    AGAIN_AFTER,
    NOT_CONFIGURED,
    AskForTemplates,
    TemplatesAsked,
    TemplatesHeard,
)
from domain.conversations.templates import TEMPLATES, MessageTemplate


def _ask(past: Recorded) -> Orders:
    event: Any = past.event
    match event:
        case ConfigurationChanged(in_force=True) | ConfigurationVerified():
            return [Do(AskForTemplates(about=event.id), about=event.id)]
        case TemplatesHeard(fault=fault):
            again = AskForTemplates()
            at = past.recorded_at + AGAIN_AFTER
            later = [] if fault == NOT_CONFIGURED else [Do(again, about=event.id, at=at)]
            return [Withdraw(AskForTemplates, about=event.id), *later]
        case TEMPLATES.created(values=values) | TEMPLATES.changed(values=values):
            return [Do(AskForTemplates(), about=event.id)] if _is_unknown(values) else []
        case _:
            return []


def _is_unknown(template: MessageTemplate) -> bool:
    """Whether it bears a name of which nothing is known."""
    return template.name not in (None, *(each.name for each in template.approvals))


def _hear(past: Recorded) -> Orders:
    event = past.event
    assert isinstance(event, TemplatesAsked)
    return [Do(HearTemplates(number=event.number), about=event.id)]


ASK_FOR_TEMPLATES_WHEN_THEY_MAY_BE_OTHERS: Final = Process(
    name="ask-for-templates-when-they-may-be-others",
    when=(
        ConfigurationChanged,
        ConfigurationVerified,
        TEMPLATES.created,
        TEMPLATES.changed,
        TemplatesHeard,
    ),
    then=_ask,
)
HEAR_TEMPLATES_WHEN_THEY_ARE_ASKED_FOR: Final = Process(
    name="hear-templates-when-they-are-asked-for", when=(TemplatesAsked,), then=_hear
)
