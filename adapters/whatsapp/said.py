"""Words, what can be chosen below them, and templates, as the Cloud API takes them
(developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-messages).
"""

from typing import Any

import msgspec

from application.conversations.carrying import Given
from domain.conversations.approvals import AsApproved, Parameter
from domain.conversations.choices import Choices, ListOfChoices


def said_as(given: Given) -> dict[str, Any]:
    """Return the kind of message that it is, with what it says."""
    if given.approved is not None:
        return {"type": "template", "template": _template(given.approved)}
    if given.choices is None:
        return {"type": "text", "text": {"body": given.text, "preview_url": False}}
    return {"type": "interactive", "interactive": _interactive(given.text, given.choices)}


def _template(approved: AsApproved) -> dict[str, Any]:
    filled = [_parameter(each) for each in approved.parameters]
    body = [{"type": "body", "parameters": filled}] if filled else []
    buttons = [_button(place, each) for place, each in enumerate(approved.payloads)]
    components, language = [*body, *buttons], {"code": approved.code}
    return {"name": approved.name, "language": language, "components": components}


def _parameter(parameter: Parameter) -> dict[str, str]:
    name = {"parameter_name": parameter.name} if parameter.name else {}
    return {"type": "text", **name, "text": parameter.value}


def _button(place: int, payload: str) -> dict[str, Any]:
    says = [{"type": "payload", "payload": payload}]
    return {"type": "button", "sub_type": "quick_reply", "index": str(place), "parameters": says}


def _interactive(text: str, choices: Choices) -> dict[str, Any]:
    header = {"header": {"type": "text", "text": choices.header}} if choices.header else {}
    footer = {"footer": {"text": choices.footer}} if choices.footer else {}
    return {**_action(choices), **header, "body": {"text": text}, **footer}


def _action(choices: Choices) -> dict[str, Any]:
    if choices.list is not None:
        return {"type": "list", "action": _list(choices.list)}
    replies = (msgspec.to_builtins(each) for each in choices.buttons)
    buttons = [{"type": "reply", "reply": each} for each in replies]
    return {"type": "button", "action": {"buttons": buttons}}


def _list(found: ListOfChoices) -> dict[str, Any]:
    sections = [_there(msgspec.to_builtins(each)) for each in found.sections]
    for section in sections:
        section["rows"] = [_there(row) for row in section["rows"]]
    return {"button": found.button, "sections": sections}


def _there(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
