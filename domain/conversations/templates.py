"""Templates: what those who work here write again and again, in the languages in which they write it, with
places to be filled in, `{{first_name}}`. A message is made of one as it is sent, and says what it said then
for good.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, NewType
from uuid import UUID

from msgspec.structs import replace

from domain.business.users import Role
from domain.conversations.approvals import (
    PLACEHOLDER,
    STOPPED,
    Approval,
    Approvals,
    AsApproved,
    Name,
    TemplateStatus,
    approval_of,
    as_approved,
    refuse_too_long,
    stopped,
)
from domain.fields import TEXT, Held, Line, Text
from domain.languages import nearest
from domain.messages import Command, DomainError, Event, Invalid, Value
from domain.records import Action, Kind, Record, StoredAs, Unique, evolve, to
from domain.values import AnswerKind

TemplateId = NewType("TemplateId", str)

MOST_PLACEHOLDERS: Final = 20
BRACES: Final = re.compile(r"\{\{|\}\}")

Buttons = Annotated[tuple[AnswerKind, ...], Held(max_length=len(AnswerKind))]

Shortcut = Annotated[str, Held(pattern="^[a-z0-9][a-z0-9-]{0,39}$")]


class Wording(Value, frozen=True, kw_only=True):
    """What it says in one language. `status` is there where somebody else carries it, and whoever looks at it there
    has: what was rejected, paused or disabled goes out on no other channel than ours.
    """

    text: Text
    status: TemplateStatus | None = None

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Return the names of what is to be filled in, in order."""
        return tuple(dict.fromkeys(PLACEHOLDER.findall(self.text)))


class Wordings(Value, frozen=True, kw_only=True):
    """What it says, in at least one language."""

    fr: Wording | None = None
    en: Wording | None = None

    @property
    def by_language(self) -> Mapping[str, Wording]:
        """Return those that there are."""
        said = {"fr": self.fr, "en": self.en}
        return {language: wording for language, wording in said.items() if wording is not None}


class MessageTemplate(Value, frozen=True, kw_only=True):
    """`shortcut` is what somebody types to have it, and `name` what WhatsApp calls it, which has to say the same. What it
    has of it are the `approvals`: they are heard from there, and nobody types them. What tells somebody about a booking
    may have `buttons` there to answer with ("quick replies"): what each is for, in their order.
    """

    shortcut: Shortcut
    title: Line
    says: Wordings
    name: Name | None = None
    buttons: Buttons = ()
    approvals: Approvals = ()


class FromTemplate(Value, frozen=True, kw_only=True):
    """Which template, in which language, and what is to stand in it. No `language`: that of whoever reads it. `payloads`
    are what its buttons say once they are pressed, in their order.
    """

    id: TemplateId
    values: Mapping[str, str] = {}
    language: str | None = None
    payloads: tuple[str, ...] = ()


class FilledIn(Value, frozen=True, kw_only=True):
    """What a template says with everything in it, and how it is given to a channel that has `approved` it."""

    template_id: TemplateId
    text: str
    language: str
    approved: AsApproved | None = None


class Offered(Value, frozen=True, kw_only=True):
    """A template that can be used on a channel at any time: in which `languages`, and what is to be filled in."""

    id: TemplateId
    shortcut: str
    title: str
    placeholders: tuple[str, ...]
    languages: tuple[str, ...]


class ReviewTemplate(Command, frozen=True):
    """A channel says what it has of a template: all of it."""

    id: str
    approvals: Approvals


class MessageTemplateReviewed(Event, frozen=True):
    id: str
    approvals: Approvals


# --- Why it may be refused ------------------------------------------------------------


class TemplateSaysNothing(Invalid):
    """A template says something, in French or in English."""


class PlaceholderMalformed(Invalid):
    """What is to be filled in stands in two braces, by a name of small letters, digits and underscores, or a
    number.
    """

    language: str


class PlaceholdersDiffer(Invalid):
    """In both languages the same is to be filled in."""

    placeholders: tuple[str, ...]


class TooManyPlaceholders(Invalid):
    """So much can be filled in, and no more."""

    most: int


class PlaceholderUnknown(Invalid):
    """The template has no place for this."""

    name: str


class PlaceholderMissing(Invalid):
    """The template has a place for which nothing is said."""

    name: str


class TemplateNotInLanguage(Invalid):
    """The template is not written in this language."""

    languages: tuple[str, ...]


class FilledInTooLong(Invalid):
    """With all that is filled in, the message is longer than one can be."""

    most: int


class TemplateNotTaken(DomainError):
    """The channel does not take this template, or not at present."""

    current_status: TemplateStatus


# --- The kind -------------------------------------------------------------------------


def refuse_unclear(template: MessageTemplate) -> None:
    """Refuse what could not be filled in. Raises what each refusal says of itself."""
    wordings = template.says.by_language
    if not wordings:
        raise TemplateSaysNothing
    for language, wording in wordings.items():
        if BRACES.search(PLACEHOLDER.sub("", wording.text)):
            raise PlaceholderMalformed(language=language)
        if len(wording.placeholders) > MOST_PLACEHOLDERS:
            raise TooManyPlaceholders(most=MOST_PLACEHOLDERS)
    first, *others = ({*each.placeholders} for each in wordings.values())
    if differing := sorted(name for each in others for name in each ^ first):
        raise PlaceholdersDiffer(placeholders=tuple(differing))


def evolve_template(record: Record[MessageTemplate], event: Any) -> Record[MessageTemplate]:
    if not isinstance(event, MessageTemplateReviewed):
        return evolve(record, event)
    assert record.values is not None
    return replace(record, values=replace(record.values, approvals=event.approvals))


def review(command: ReviewTemplate, record: Record[MessageTemplate]) -> Sequence[Event]:
    """Know what a channel has of it."""
    if record.values is None or not record.active or record.values.approvals == command.approvals:
        return []
    return [MessageTemplateReviewed(id=command.id, approvals=command.approvals)]


TEMPLATES: Final = Kind(
    one="message-template",
    many="message-templates",
    french="Modèle de message",
    values=MessageTemplate,
    examples=(
        MessageTemplate(
            shortcut="horaires",
            title="Horaires d'ouverture",
            says=Wordings(
                fr=Wording(text="Nous sommes ouverts du mardi au samedi, de 9 h à 19 h."),
                en=Wording(text="We are open from Tuesday to Saturday, 9 am to 7 pm."),
            ),
        ),
        MessageTemplate(
            shortcut="merci",
            title="Remerciement",
            says=Wordings(
                fr=Wording(
                    text="Merci {{first_name}}, à très bientôt !", status=TemplateStatus.APPROVED
                )
            ),
        ),
    ),
    stored_as=StoredAs(
        created="message-template-created.v1",
        changed="message-template-changed.v1",
        removed="message-template-removed.v1",
        restored="message-template-restored.v1",
        purged="message-template-purged.v1",
    ),
    columns=("shortcut", "title"),
    unique=(
        Unique(fields=("shortcut",), loosely=False),
        Unique(fields=("name",), loosely=False),
    ),
    refuse=refuse_unclear,
    ours=frozenset({"approvals"}),
    evolve=evolve_template,
    actions={"review": Action(command=ReviewTemplate, decide=review, by_us=True)},
    also={
        "message-template-reviewed.v1": MessageTemplateReviewed(
            id=f"message-template-{UUID(int=7)}",
            approvals=(
                Approval(
                    name="merci",
                    code="fr",
                    status=TemplateStatus.APPROVED,
                    text="Merci {{1}}, à très bientôt !",
                ),
            ),
        )
    },
    writers=frozenset({Role.OWNER, Role.FRONT_DESK}),
    readers=frozenset(Role) - {Role.CLIENT},
    version=2,
)

# --- What is made of one --------------------------------------------------------------

LONGEST: Final = TEXT.max_length or 0
TO_TEMPLATE: Final = to(TEMPLATES)


def filled_in(
    order: FromTemplate,
    template: Record[MessageTemplate],
    *,
    read_in: str | None,
    outside: bool,
    approves: bool = False,
) -> FilledIn:
    """Return what a message says that is made of a template; `read_in` is the language of whoever reads it, `outside`
    says whether another channel carries it, and `approves` whether that one has templates of its own. Raises what is
    in the way.
    """
    TO_TEMPLATE.refuse(template)
    known = template.values
    assert known is not None, "what may be referred to is there"
    language = _language(order.language, known, read_in, approves=approves)
    wording = known.says.by_language[language]
    _refuse_stopped(known, language, outside=outside, approves=approves)
    _refuse_others(order.values, wording)
    text = PLACEHOLDER.sub(lambda found: order.values[found[1]], wording.text)
    if len(text) > LONGEST:
        raise FilledInTooLong(most=LONGEST)
    approval = approval_of(known.name, language, wording.text, known.approvals)
    if approval is None or not approves:
        return FilledIn(template_id=order.id, text=text, language=language)
    refuse_too_long(text)
    approved = as_approved(approval, wording.text, order.values, order.payloads)
    return FilledIn(template_id=order.id, text=text, language=language, approved=approved)


def approved_in(template: MessageTemplate) -> tuple[str, ...]:
    """Return the languages in which it goes out as a channel has approved it."""
    name, known = template.name, template.approvals
    written = template.says.by_language.items()
    return tuple(each for each, said in written if approval_of(name, each, said.text, known))


def offered(id_: TemplateId, template: MessageTemplate) -> Offered | None:
    """Return how it can be used on a channel that approves templates, if it can."""
    languages = approved_in(template)
    if not languages:
        return None
    return Offered(
        id=id_,
        shortcut=template.shortcut,
        title=template.title,
        placeholders=template.says.by_language[languages[0]].placeholders,
        languages=languages,
    )


def _language(
    asked: str | None, template: MessageTemplate, read_in: str | None, *, approves: bool
) -> str:
    written = tuple(template.says.by_language)
    if asked is None:
        return language_for(read_in, template, approves=approves)
    if asked not in written:
        raise TemplateNotInLanguage(languages=written)
    return asked


def language_for(read_in: str | None, template: MessageTemplate, *, approves: bool) -> str:
    """Return in which language somebody is told it: the nearest to their own, on a channel that `approves` templates
    of those that it has approved, if there are such.
    """
    offered = (approves and approved_in(template)) or tuple(template.says.by_language)
    return nearest(read_in or "", offered) or offered[0]


def _refuse_stopped(
    template: MessageTemplate, language: str, *, outside: bool, approves: bool
) -> None:
    said = template.says.by_language[language].status if outside else None
    heard = stopped(template.name, language, template.approvals) if approves else None
    if (status := heard or said) in STOPPED:
        raise TemplateNotTaken(current_status=status)


def _refuse_others(values: Mapping[str, str], wording: Wording) -> None:
    if unknown := sorted(values.keys() - {*wording.placeholders}):
        raise PlaceholderUnknown(name=unknown[0])
    if missing := [each for each in wording.placeholders if each not in values]:
        raise PlaceholderMissing(name=missing[0])
