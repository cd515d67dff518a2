"""Who might have become a client of the demonstration's businesses in the past two months, and what came of it.

Half of them fill in a form, the others call or are recommended. They are answered soon or late, or not at all;
some are won, some given up. The same every time, as all of the demonstration is.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from application.people.contact_details import identities_of
from domain.messages import Command
from domain.sales.answers import Answer
from domain.sales.leads import (
    ContactWay,
    ConvertLead,
    LeadStatus,
    MoveLead,
    OpenLead,
    RecordContact,
    RecordEngagement,
    Touch,
    lead_of,
)
from domain.sales.questions import Asks, Fills
from domain.sales.scores import EngagementSource
from domain.sales.submissions import SubmitForm
from domain.values import (
    ClientId,
    Contact,
    FormId,
    IdentityId,
    LeadId,
    SubmissionId,
    TenantId,
    derived_id,
)

LEADS: Final = 32
"""Of each business."""

EVERY: Final = timedelta(hours=40)

FIRST: Final = ("Élise", "Tom", "Fatou", "Karim", "Júlia", "Pierre", "Wen", "Sofia")
LAST: Final = ("Lambert", "Nguyen", "Diallo", "Keller")

SOURCES: Final = (
    Touch(source="instagram", medium="social", campaign="spring"),
    Touch(source="google", medium="cpc", campaign="near-me"),
    Touch(source="google", medium="organic"),
    Touch(source="recommendation"),
    Touch(),
)

WORDS: Final = {
    "fr": (
        "Bonjour, faites-vous des coiffures de mariage ? Nous serions six, un samedi de juin.",
        "Combien coûte une couleur complète sur cheveux longs ?",
        "Avez-vous une place cette semaine ?",
        "Je cherche un salon pour mes deux enfants.",
    ),
    "en": (
        "Do you take new patients at the moment? I have just moved here with my family.",
        "How much is a check-up, and do I have to be referred?",
        "Is there anything free this week?",
        "I would like a second opinion on a knee.",
    ),
}
REASONS: Final = {
    "fr": ("Trop loin", "Trop cher", "Ne répond plus"),
    "en": ("Too far away", "Too expensive", "Does not answer any more"),
}


class Place(NamedTuple):
    """The business to which they come; by its form, if it has one."""

    tenant: str
    language: str
    pepper: bytes
    form_id: FormId | None


class Event(NamedTuple):
    """What is ordered at a time; `makes` names it."""

    at: datetime
    makes: str
    command: Command


def coming(place: Place, today: datetime) -> Iterator[Event]:
    """Plan who comes before `today`, and what becomes of them."""
    chances = random.Random(place.tenant)  # noqa: S311 - the same every time, on purpose
    for number in range(LEADS):
        at = today - EVERY * (number + 1) + timedelta(minutes=chances.randrange(600))
        yield from _one(place, number, at, chances)


def _one(place: Place, number: int, at: datetime, chances: random.Random) -> Iterator[Event]:
    name = f"{FIRST[number % len(FIRST)]} {LAST[number // len(FIRST)]}"
    contact = _contact(name, number, place.language, chances)
    seed = derived_id("client", place.tenant, "lead", name)
    message = chances.choice(WORDS[place.language]) if chances.random() < 0.8 else None
    touch = chances.choice(SOURCES)
    by_form = place.form_id is not None and chances.random() < 0.6 and contact.email is not None
    makes = f"lead {name}"
    if by_form:
        yield Event(at, makes, _submission(place, seed, contact, touch, message))
    else:
        order = OpenLead(
            seed=seed,
            contact=contact,
            identities=_identities(place, contact),
            touch=touch,
            message=message,
        )
        yield Event(at, makes, order)
    lead_id = lead_of(ClientId(derived_id("client", seed)))
    for n, (after, command) in enumerate(_life(lead_id, place.language, chances)):
        yield Event(at + after, f"{makes} {n}", command)


def _contact(name: str, number: int, language: str, chances: random.Random) -> Contact:
    address = name.replace(" ", ".").lower().encode("ascii", "ignore").decode()
    phone = f"+3319900{number:04}" if language == "fr" else f"+1212555{number:04}"
    reached = chances.random()
    return Contact(
        name=name,
        email=f"{address}{number}@mail.example" if reached < 0.9 else None,
        phone=phone if reached > 0.4 else None,
        language=language,
    )


def _submission(
    place: Place, seed: str, contact: Contact, touch: Touch, message: str | None
) -> SubmitForm:
    assert place.form_id is not None
    said = (
        (Fills.NAME, Asks.TEXT, "Votre nom", contact.name),
        (Fills.EMAIL, Asks.EMAIL, "Votre adresse e-mail", contact.email),
        (Fills.MESSAGE, Asks.LONG_TEXT, "Comment pouvons-nous vous aider ?", message),
    )
    answers = [
        Answer(key=fills.value, asks=asks, label=label, values=(value,), fills=fills)
        for fills, asks, label, value in said
        if value is not None
    ]
    return SubmitForm(
        submission_id=SubmissionId(derived_id("submission", seed)),
        earlier_id=SubmissionId(derived_id("submission", seed, "earlier")),
        form_id=place.form_id,
        version=1,
        language=place.language,
        answers=tuple(answers),
        contact=contact,
        identities=_identities(place, contact),
        seed=seed,
        touch=touch,
    )


def _identities(place: Place, contact: Contact) -> tuple[IdentityId, ...]:
    return identities_of(contact, tenant=TenantId(place.tenant), pepper=place.pepper)


def _life(
    lead_id: LeadId, language: str, chances: random.Random
) -> Sequence[tuple[timedelta, Command]]:
    """Plan what becomes of one: when, after they came, and what."""
    chance = chances.random()
    if chance < 0.15:
        return []
    soon = timedelta(minutes=chances.choice((3, 20, 50, 400, 1500)))
    way = chances.choice((ContactWay.CALL, ContactWay.MAIL, ContactWay.MESSAGE))
    life: list[tuple[timedelta, Command]] = [(soon, RecordContact(lead_id=lead_id, way=way))]
    for n in range(chances.randrange(3)):
        seen = RecordEngagement(lead_id=lead_id, source=EngagementSource.VISIT, key=f"page-{n}")
        life.append((soon + timedelta(hours=n + 1), seen))
    if chance > 0.4:
        connected = MoveLead(lead_id=lead_id, status=LeadStatus.CONNECTED)
        life.append((soon + timedelta(hours=6), connected))
    if chance > 0.8:
        life.append((soon + timedelta(days=3), ConvertLead(lead_id=lead_id)))
    elif chance < 0.3:
        reason = chances.choice(REASONS[language])
        ended = MoveLead(lead_id=lead_id, status=LeadStatus.DISQUALIFIED, reason=reason)
        life.append((soon + timedelta(days=5), ended))
    return life
