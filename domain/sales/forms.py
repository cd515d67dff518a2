"""Forms: what a business asks of whoever might become a client. What a form asks is a version of it, and
answers are read by the version that they were given to.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Final

from domain.business.departments import MEMBERS
from domain.business.users import Role
from domain.faults import Fault, in_document
from domain.fields import Held, Line
from domain.messages import Invalid, Value
from domain.records import Kind, StoredAs
from domain.sales.questions import (
    Asks,
    Condition,
    Fills,
    Option,
    Question,
    Questions,
    Words,
    faults_of,
)
from domain.values import UserId

LONGEST_TO_FILL: Final = 60
"""Seconds: whoever types fast needs no longer for one question."""

WebAddress = Annotated[str, Held(max_length=500, pattern=r"^https://[^\s\x00-\x20\"'<>\\]+$")]


class Form(Value, frozen=True, kw_only=True):
    """`name` is for those who work here, `title` for whoever answers. Who answers a `published` form becomes a
    lead; with `double_opt_in`, once they have followed the link in a mail. What comes sooner than after
    `min_seconds` was typed by nobody. `source` is where leads come from who do not say.
    """

    name: Line
    questions: Questions
    title: Words | None = None
    intro: Words | None = None
    thanks: Words | None = None
    leads_to: WebAddress | None = None
    published: bool = False
    double_opt_in: bool = False
    min_seconds: Annotated[int, Held(ge=0, le=LONGEST_TO_FILL)] = 3
    source: Line | None = None
    assignee_id: UserId | None = None


class FormTemplate(Value, frozen=True, kw_only=True):
    """Questions with which forms begin."""

    name: Line
    questions: Questions


# --- Why it may be refused ----------------------------------------------------------------


class QuestionsContradict(Invalid):
    """The questions of the form contradict themselves, or nobody could be reached by what it asks."""

    errors: Sequence[Fault]


def refuse_contradicting(values: Form | FormTemplate) -> None:
    """Refuse questions that cannot be asked so. Raises QuestionsContradict."""
    if errors := in_document(_faults(values)):
        raise QuestionsContradict(errors=errors)


def _faults(values: Form | FormTemplate) -> Iterator[Fault]:
    yield from faults_of(values.questions)
    if not isinstance(values, Form):
        return
    always = {q.asks for q in values.questions if q.required and not q.shown_if and q.fills}
    if values.published and not always & {Asks.EMAIL, Asks.PHONE}:
        yield Fault("/published", "nobody-reached", "it asks for no address or number in any case")
    if values.double_opt_in and Asks.EMAIL not in always:
        yield Fault("/double_opt_in", "nobody-reached", "it asks for no address in any case")
    for name in ("title", "intro", "thanks"):
        words = getattr(values, name)
        if words is not None and not words.said_in("en"):
            yield Fault(f"/{name}", "no-words", "there are no words in any language")


# --- The kinds ----------------------------------------------------------------------------

_NAME: Final = Question(
    key="name",
    asks=Asks.TEXT,
    label=Words(en="Your name", fr="Votre nom"),
    required=True,
    fills=Fills.NAME,
)
_EMAIL: Final = Question(
    key="email",
    asks=Asks.EMAIL,
    label=Words(en="Your e-mail address", fr="Votre adresse e-mail"),
    required=True,
    fills=Fills.EMAIL,
)
_PHONE: Final = Question(
    key="phone",
    asks=Asks.PHONE,
    label=Words(en="Your phone number", fr="Votre numéro de téléphone"),
    required=True,
    fills=Fills.PHONE,
)
_MESSAGE: Final = Question(
    key="message",
    asks=Asks.LONG_TEXT,
    label=Words(en="How can we help you?", fr="Comment pouvons-nous vous aider ?"),
    most=2_000,
    fills=Fills.MESSAGE,
)
_OCCASION: Final = Question(
    key="occasion",
    asks=Asks.CHOICE,
    label=Words(en="What is it about?", fr="De quoi s'agit-il ?"),
    required=True,
    options=(
        Option(value="wedding", label=Words(en="A wedding", fr="Un mariage")),
        Option(value="other", label=Words(en="Something else", fr="Autre chose")),
    ),
)
_DAY: Final = Question(
    key="day",
    asks=Asks.DATE,
    label=Words(en="On which day?", fr="Quel jour ?"),
    required=True,
    shown_if=(Condition(key="occasion", is_one_of=("wedding",)),),
)
_NEWS: Final = Question(
    key="news",
    asks=Asks.CONSENT,
    label=Words(
        en="You may write to me about offers.",
        fr="Vous pouvez m'écrire au sujet de vos offres.",
    ),
)

WRITERS: Final = frozenset({Role.OWNER})
READERS: Final = frozenset(Role) - {Role.CLIENT}

FORMS: Final = Kind(
    one="form",
    many="lead-forms",
    french="Formulaire",
    values=Form,
    examples=(
        Form(
            name="Contact",
            title=Words(en="Write to us", fr="Écrivez-nous"),
            questions=(_NAME, _EMAIL, _MESSAGE, _NEWS),
            published=True,
        ),
        Form(name="Weddings", questions=(_NAME, _PHONE, _OCCASION, _DAY), source="weddings"),
    ),
    stored_as=StoredAs(
        created="form-created.v1",
        changed="form-changed.v1",
        removed="form-removed.v1",
        restored="form-restored.v1",
        purged="form-purged.v1",
    ),
    columns=("name", "published"),
    refers_to={"assignee_id": MEMBERS},
    refuse=refuse_contradicting,
    writers=WRITERS,
    readers=READERS,
    old_path="/lead-forms",
)

FORM_TEMPLATES: Final = Kind(
    one="form-template",
    many="form-templates",
    french="Modèle de formulaire",
    values=FormTemplate,
    examples=(
        FormTemplate(name="Contact", questions=(_NAME, _EMAIL, _MESSAGE)),
        FormTemplate(name="Weddings", questions=(_NAME, _PHONE, _OCCASION, _DAY)),
    ),
    stored_as=StoredAs(
        created="form-template-created.v1",
        changed="form-template-changed.v1",
        removed="form-template-removed.v1",
        restored="form-template-restored.v1",
        purged="form-template-purged.v1",
    ),
    columns=("name",),
    refuse=refuse_contradicting,
    writers=WRITERS,
    readers=READERS,
)
