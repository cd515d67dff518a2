"""What Meta says of the templates of a business: the words that it has for how they stand, and the calls in which it says
that something is otherwise (fields `message_template_status_update`, `message_template_quality_update` and
`template_category_update`).

A template whose words were changed is heard anew: a call does not say all of them.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from application.conversations.reviewing import claim_of
from application.reading import read_as
from domain.conversations.approvals import TemplateStatus
from domain.conversations.reviews import AskForTemplates, HearOfTemplate
from domain.messages import Command
from domain.texts import shown
from domain.values import TenantId

STATUSES: Final[Mapping[str, TemplateStatus]] = {
    "APPROVED": TemplateStatus.APPROVED,
    "REINSTATED": TemplateStatus.APPROVED,
    "PENDING": TemplateStatus.PENDING,
    "IN_APPEAL": TemplateStatus.PENDING,
    "REJECTED": TemplateStatus.REJECTED,
    "PAUSED": TemplateStatus.PAUSED,
    "DISABLED": TemplateStatus.DISABLED,
    "DELETED": TemplateStatus.MISSING,
    "PENDING_DELETION": TemplateStatus.MISSING,
    "ARCHIVED": TemplateStatus.MISSING,
}
"""How a template stands, by Meta's word. Of others all is heard."""

NOTHING: Final = "NONE"
LONGEST_REASON: Final = 500


class Rejection(msgspec.Struct, kw_only=True):
    reason: str | None = None


class Update(msgspec.Struct, kw_only=True):
    """What is otherwise of one template in one language: of each field there is one of these."""

    message_template_name: str
    message_template_language: str
    event: str | None = None
    reason: str | None = None
    rejection_info: Rejection | None = None
    new_quality_score: str | None = None
    new_category: str | None = None


FIELDS: Final = frozenset(
    {
        "message_template_status_update",
        "message_template_quality_update",
        "message_template_components_update",
        "template_category_update",
    }
)


def heard_of(field: str, value: msgspec.Raw, tenant: TenantId, pepper: bytes) -> Iterator[Command]:
    """Return what follows from what is said in a field, if it is one of templates, and can be read."""
    update = read_as(value, Update) if field in FIELDS else None
    if update is None:
        return
    status = STATUSES.get(update.event or "")
    said = {"category": _word(update.new_category), "quality": _word(update.new_quality_score)}
    if status is None and not any(said.values()):
        yield AskForTemplates()
        return
    yield HearOfTemplate(
        claim_id=claim_of(update.message_template_name, tenant=tenant, pepper=pepper),
        name=update.message_template_name,
        code=update.message_template_language,
        status=status,
        reason=_reason(update),
        **said,
    )


def _reason(update: Update) -> str | None:
    told = update.rejection_info.reason if update.rejection_info else None
    reason = told or (update.reason if update.reason != NOTHING else None)
    return (reason and shown(reason)[:LONGEST_REASON]) or None


def _word(said: str | None) -> str | None:
    """Return one of Meta's words as we write them."""
    return (said and shown(said)[:40].lower()) or None
