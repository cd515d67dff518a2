"""What is sent where nothing can be said freely any more on a channel, and what can be."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import Query

from api.conversations.filling_in import FilledBody, from_template
from api.requests.caller import Caller
from domain.business.configuration.declared import Conversations
from domain.conversations.templates import (
    TEMPLATES,
    FromTemplate,
    MessageTemplate,
    Offered,
    TemplateId,
    offered,
)
from domain.conversations.windows import FallbackNotNamed, WindowClosed
from projections.paging import Op, Sort, Where, page
from projections.records import RECORDS

MOST_OFFERED: Final = 50
LOOKED_AT: Final = 500
"""Templates, by their shortcuts: so many are looked at for what can be sent."""

MODEL: Final = RECORDS[TEMPLATES.one]
CONFIGURED: Final = "conversations"

Fallback = Annotated[
    Literal["template"] | None,
    Query(
        description="Send a template where nothing can be said freely any more: the `fallback`, or "
        "else the one that is configured (`conversations`)."
    ),
]


def fallback_of(body: FilledBody | None, asked: str | None, caller: Caller) -> FromTemplate | None:
    """Return what is sent instead, if it is named or asked for. Raises FallbackNotNamed."""
    if body is not None or asked is None:
        return from_template(body)
    found: Any = caller.backend.configured.values(caller.tenant, CONFIGURED)
    if not isinstance(found, Conversations) or found.fallback_template_id is None:
        raise FallbackNotNamed
    return FromTemplate(id=TemplateId(found.fallback_template_id))


class _Template(msgspec.Struct):
    id: TemplateId


@contextmanager
def offering(caller: Caller) -> Iterator[None]:
    """Say of what is refused since a window has closed which templates can be sent."""
    try:
        yield
    except WindowClosed as closed:
        vars(closed)["templates"] = _offered(caller)
        raise


def _offered(caller: Caller) -> Sequence[Offered]:
    with caller.asking(MODEL) as (connection, within):
        found = page(
            connection,
            MODEL,
            caller.tenant,
            within=within,
            where=[Where("active", Op.IS, [True])],
            sort=Sort("shortcut"),
            limit=LOOKED_AT,
        )
    rows = (
        offered(
            msgspec.json.decode(each, type=_Template).id,
            msgspec.json.decode(each, type=MessageTemplate),
        )
        for each in found.documents
    )
    return [each for each in rows if each is not None][:MOST_OFFERED]
