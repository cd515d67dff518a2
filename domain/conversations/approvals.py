"""What a channel has of our templates that looks at them before it carries them: under which name, in which languages,
word for word, and whether they may be sent at present.

A message that is made of one goes out as theirs, at any time: they are given its name and what stands in its places.
So it has to be theirs word for word (developers.facebook.com/docs/whatsapp/business-management-api/message-templates).
"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Final

from domain.fields import Held
from domain.messages import DomainError, Invalid, Value

PLACEHOLDER: Final = re.compile(r"\{\{ *([a-z][a-z0-9_]{0,39}|[1-9][0-9]?) *\}\}", re.ASCII)
"""What is to be filled in, by its name or by its number."""

LONGEST: Final = 1_024
"""Characters of what is sent, with everything in it."""

UNSENDABLE: Final = re.compile(r"[\n\r\t]| {5}")
"""What may not be filled in there: "new-line/tab characters or more than 4 consecutive spaces"."""

NAME: Final = "^[a-z0-9_]{1,512}$"
CODE: Final = "^[a-z]{2,3}(_[A-Za-z0-9]{2,8})?$"
"""A language, and perhaps where it is spoken."""

Name = Annotated[str, Held(pattern=NAME)]


class TemplateStatus(StrEnum):
    """What a channel says of a template that looks at it before it carries it."""

    APPROVED = "approved"
    PENDING = "pending"
    REJECTED = "rejected"
    PAUSED = "paused"
    DISABLED = "disabled"
    MISSING = "missing"


STOPPED: Final = frozenset(
    {TemplateStatus.REJECTED, TemplateStatus.PAUSED, TemplateStatus.DISABLED}
)
"""What is not to be said there, or not at present."""


class Approval(Value, frozen=True, kw_only=True):
    """What a channel has of a template, by its `name` there and the `code` of its language: what it says (`text`),
    whether its places have names (`named`) or numbers, whether something besides would have to be filled in
    (`more`), and why it is not carried, or was not the last time (`reason`).
    """

    name: str
    code: str
    status: TemplateStatus
    text: str
    named: bool = False
    more: bool = False
    category: str | None = None
    quality: str | None = None
    reason: str | None = None

    @property
    def language(self) -> str:
        """Return which language it is, wherever it is spoken: `en` of `en_US`."""
        return self.code.partition("_")[0]


Approvals = tuple[Approval, ...]


class Parameter(Value, frozen=True, kw_only=True):
    """What stands in a place; its `name`, where it has one."""

    value: str
    name: str | None = None


class AsApproved(Value, frozen=True, kw_only=True):
    """A message as a channel is given it that knows its template. `payloads` are what its buttons say."""

    name: str
    code: str
    parameters: tuple[Parameter, ...] = ()
    payloads: tuple[str, ...] = ()


# --- Why it may be refused ------------------------------------------------------------


class ParameterNotTaken(Invalid):
    """The channel takes no line breaks, tabs, or more than four spaces in a row in what is filled in, and something
    has to stand there.
    """

    name: str


class ApprovedTooLong(Invalid):
    """With all that is filled in, it is longer than a template can be on this channel."""

    most: int


class TemplateNotApproved(DomainError):
    """The channel has not approved this template, or not in these words."""


# --- What is made of it ---------------------------------------------------------------


def approval_of(name: str | None, language: str, text: str, known: Approvals) -> Approval | None:
    """Return by which one this text can be sent: one that says the same, word for word."""
    theirs = (each for each in known if each.name == name and each.language == language)
    return next((e for e in theirs if _can_be_sent(e) and places(e, text) is not None), None)


def _can_be_sent(approval: Approval) -> bool:
    return approval.status is TemplateStatus.APPROVED and not approval.more


def places(approval: Approval, text: str) -> Mapping[str, str] | None:
    """Return which of our places is which of theirs, in their order; None, where the text is another.

    >>> theirs = Approval(name="hi", code="fr", status=TemplateStatus.APPROVED, text="{{2}}, {{1}} !")
    >>> places(theirs, "{{first_name}}, {{time}} !"), places(theirs, "{{first_name}} et {{time}} !")
    ({'1': 'time', '2': 'first_name'}, None)
    """
    theirs, ours = PLACEHOLDER.split(approval.text.strip()), PLACEHOLDER.split(text.strip())
    if theirs[::2] != ours[::2]:
        return None
    pairs = [*zip(theirs[1::2], ours[1::2], strict=True)]
    known = dict(pairs)
    if len({*pairs}) != len(known) or (approval.named and any(a != b for a, b in pairs)):
        return None
    return known if approval.named else {each: known[each] for each in sorted(known, key=int)}


def as_approved(
    approval: Approval, text: str, values: Mapping[str, str], payloads: tuple[str, ...] = ()
) -> AsApproved:
    """Return what a channel is given of a text with these values. Raises ParameterNotTaken."""
    found = places(approval, text)
    assert found is not None, "it says the same"
    for ours in found.values():
        if UNSENDABLE.search(values[ours]) or not values[ours].strip():
            raise ParameterNotTaken(name=ours)
    named = approval.named
    parameters = [
        Parameter(value=values[ours], name=theirs if named else None)
        for theirs, ours in found.items()
    ]
    return AsApproved(
        name=approval.name,
        code=approval.code,
        parameters=tuple(parameters),
        payloads=payloads,
    )


def refuse_too_long(text: str) -> None:
    """Raise ApprovedTooLong for what no template can say."""
    if len(text) > LONGEST:
        raise ApprovedTooLong(most=LONGEST)


def stopped(name: str | None, language: str, known: Sequence[Approval]) -> TemplateStatus | None:
    """Return why it is not to be said there, if all that is known in this language is not."""
    found = [each.status for each in known if each.name == name and each.language == language]
    return found[0] if found and STOPPED.issuperset(found) else None
