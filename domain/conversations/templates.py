"""Templates: what those who work here write again and again, in the languages in which they write it, with
places to be filled in, `{{first_name}}`. A message is made of one as it is sent, and says what it said then
for good.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final, NewType

from domain.business.users import Role
from domain.fields import TEXT, Held, Line, Text
from domain.languages import nearest
from domain.messages import DomainError, Invalid, Value
from domain.records import Kind, Record, StoredAs, Unique, to

TemplateId = NewType("TemplateId", str)

MOST_PLACEHOLDERS: Final = 20
PLACEHOLDER: Final = re.compile(r"\{\{ *([a-z][a-z0-9_]{0,39}) *\}\}", re.ASCII)
BRACES: Final = re.compile(r"\{\{|\}\}")

Shortcut = Annotated[str, Held(pattern="^[a-z0-9][a-z0-9-]{0,39}$")]


class TemplateStatus(StrEnum):
    """What a channel says of it that looks at templates before it carries them."""

    APPROVED = "approved"
    REJECTED = "rejected"
    PAUSED = "paused"


class Wording(Value, frozen=True, kw_only=True):
    """What it says in one language. `status` is there where a channel has looked at it: what was rejected or is
    paused goes out on no other channel than ours.
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
    """`shortcut` is what somebody types to have it."""

    shortcut: Shortcut
    title: Line
    says: Wordings


class FromTemplate(Value, frozen=True, kw_only=True):
    """Which template, in which language, and what is to stand in it. No `language`: that of whoever reads it."""

    id: TemplateId
    values: Mapping[str, str] = {}
    language: str | None = None


class FilledIn(Value, frozen=True, kw_only=True):
    """What a template says with everything in it."""

    text: str
    language: str


# --- Why it may be refused ------------------------------------------------------------


class TemplateSaysNothing(Invalid):
    """A template says something, in French or in English."""


class PlaceholderMalformed(Invalid):
    """What is to be filled in stands in two braces, by a name of small letters, digits and underscores."""

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
    unique=(Unique(fields=("shortcut",), loosely=False),),
    refuse=refuse_unclear,
    writers=frozenset({Role.OWNER, Role.FRONT_DESK}),
    readers=frozenset(Role) - {Role.CLIENT},
)

# --- What is made of one --------------------------------------------------------------

LONGEST: Final = TEXT.max_length or 0
TO_TEMPLATE: Final = to(TEMPLATES)


def filled_in(
    order: FromTemplate, template: Record[MessageTemplate], *, read_in: str | None, outside: bool
) -> FilledIn:
    """Return what a message says that is made of a template; `read_in` is the language of whoever reads it, and
    `outside` says whether another channel carries it. Raises what is in the way.
    """
    TO_TEMPLATE.refuse(template)
    assert template.values is not None, "what may be referred to is there"
    language = _language(order.language, template.values, read_in)
    wording = template.values.says.by_language[language]
    if outside and wording.status in (TemplateStatus.REJECTED, TemplateStatus.PAUSED):
        raise TemplateNotTaken(current_status=wording.status)
    _refuse_others(order.values, wording)
    text = PLACEHOLDER.sub(lambda found: order.values[found[1]], wording.text)
    if len(text) > LONGEST:
        raise FilledInTooLong(most=LONGEST)
    return FilledIn(text=text, language=language)


def _language(asked: str | None, template: MessageTemplate, read_in: str | None) -> str:
    written = template.says.by_language
    if asked is None:
        return nearest(read_in or "", written) or next(iter(written))
    if asked not in written:
        raise TemplateNotInLanguage(languages=tuple(written))
    return asked


def _refuse_others(values: Mapping[str, str], wording: Wording) -> None:
    if unknown := sorted(values.keys() - {*wording.placeholders}):
        raise PlaceholderUnknown(name=unknown[0])
    if missing := [each for each in wording.placeholders if each not in values]:
        raise PlaceholderMissing(name=missing[0])
