"""Of which template a message is made, over HTTP."""

from typing import Annotated, Final, Literal

from pydantic import Field

from api.requests import ids
from api.requests.answers import of
from api.requests.forms import Body, Text
from domain.conversations import approvals, templates
from domain.conversations.templates import MOST_PLACEHOLDERS, TEMPLATES, FromTemplate

Placeholder = Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{0,39}|[1-9][0-9]?)$")]

MADE_OF_TEMPLATE: Final = (*of(templates, approvals), TEMPLATES.not_found, TEMPLATES.is_removed)


class FilledBody(Body):
    """Of which template it is made, and what is to stand in it, by name or number. No `language`: that of whoever
    reads it, where it is known and the template is written in it.
    """

    id: ids.MessageTemplate
    language: Literal["fr", "en"] | None = None
    values: Annotated[
        dict[Placeholder, Text], Field(default_factory=dict, max_length=MOST_PLACEHOLDERS)
    ]


def from_template(body: FilledBody | None) -> FromTemplate | None:
    """Return the value."""
    if body is None:
        return None
    return FromTemplate(id=body.id, values=body.values, language=body.language)
