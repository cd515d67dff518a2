"""What a channel has of templates becomes ours: one that is only theirs as it is there, and what nobody here has worded
otherwise follows their words.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from domain.conversations.approvals import Approval, Approvals, TemplateStatus
from domain.conversations.reviews import HearOfTemplate
from domain.conversations.templates import (
    MessageTemplate,
    ReviewTemplate,
    Wording,
    Wordings,
    refuse_unclear,
)
from domain.messages import Invalid

LONGEST_SHORTCUT: Final = 40
SHORTCUTS: Final = 10
"""So many are tried for a template: others may have the first ones."""

LONGEST_TITLE: Final = 200


def offers(approvals: Approvals) -> Sequence[MessageTemplate]:
    """Return what a template that is only theirs would be here, the best first: in as many languages as have the same
    places.
    """
    says = Wordings(fr=_worded(approvals, "fr"), en=_worded(approvals, "en"))
    alone = (Wordings(fr=says.fr), Wordings(en=says.en))
    possible = [each for each in dict.fromkeys((says, *alone)) if each.by_language]
    name = approvals[0].name
    made = (
        MessageTemplate(shortcut=shortcut, title=name[:LONGEST_TITLE], says=each, name=name)
        for each in possible
        for shortcut in _shortcuts(name)
    )
    return [each for each in made if _is_clear(each)]


def _shortcuts(name: str) -> Iterator[str]:
    """Return what one could type to have it, as far as that has room.

    >>> [*_shortcuts("rappel_24h")][:3]
    ['rappel-24h', 'rappel-24h-2', 'rappel-24h-3']
    """
    plain = name.replace("_", "-").strip("-") or "whatsapp"
    for number in range(1, SHORTCUTS + 1):
        end = "" if number == 1 else f"-{number}"
        yield f"{plain[: LONGEST_SHORTCUT - len(end)]}{end}"


def followed(template: MessageTemplate, approvals: Approvals) -> MessageTemplate:
    """Return a template in their words by now, wherever it was in theirs before; as it is, if it could not be filled in
    any more.
    """
    before = {each: _worded(template.approvals, each) for each in ("fr", "en")}
    here = template.says.by_language
    is_theirs = all(_same(wording, before[each]) for each, wording in here.items())
    words = {
        each: _followed(here.get(each), before[each], _worded(approvals, each), also=is_theirs)
        for each in before
    }
    after = replace(template, says=Wordings(**words))
    return after if _is_clear(after) else template


def _followed(
    ours: Wording | None, before: Wording | None, now: Wording | None, *, also: bool
) -> Wording | None:
    if ours is None:
        return now if also else None
    if now is None or not _same(ours, before):
        return ours
    return replace(ours, text=now.text)


def _same(ours: Wording, theirs: Wording | None) -> bool:
    return theirs is not None and ours.text == theirs.text


def _worded(approvals: Approvals, language: str) -> Wording | None:
    """Return what they say in a language: what is approved first, and then what is said everywhere where it is spoken."""
    found = [each for each in approvals if each.language == language and each.text.strip()]
    best = min(found, key=lambda each: (not _is_approved(each), each.code), default=None)
    return Wording(text=best.text) if best else None


def _is_approved(approval: Approval) -> bool:
    return approval.status is TemplateStatus.APPROVED


def _is_clear(template: MessageTemplate) -> bool:
    try:
        refuse_unclear(template)
    except Invalid:
        return False
    return True


def heard_of(order: HearOfTemplate, id_: str, known: Approvals) -> ReviewTemplate | None:
    """Return what is known of a template after something is heard of it in one language; None, where it was not known in
    that one.
    """
    is_meant = [(each.name, each.code) == (order.name, order.code) for each in known]
    if not any(is_meant):
        return None
    said = {
        field: value
        for field in ("status", "reason", "category", "quality")
        if (value := getattr(order, field)) is not None
    }
    if order.status is TemplateStatus.APPROVED:
        said["reason"] = None
    after = [
        replace(each, **said) if meant else each
        for each, meant in zip(known, is_meant, strict=True)
    ]
    return ReviewTemplate(id=id_, approvals=tuple(after))
