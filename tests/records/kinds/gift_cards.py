"""Gift cards: whose they are, and by which number one knows them. A kind of two words, of which something
that says of a person whose it is has to be unique, and that refuses something of its own.
"""

from typing import Final

from domain.business.users import Role
from domain.confidential import Secret
from domain.fields import Line
from domain.messages import Invalid, Personal, Value
from domain.people.persons import PERSON
from domain.records import Kind, StoredAs, Unique
from domain.values import ClientId


class GiftCard(Value, frozen=True, kw_only=True):
    title: Line
    number: Personal[Line]
    client_id: ClientId | None = None
    pin: Secret | None = None


class NumberTooPlain(Invalid):
    """The number of a gift card has more than zeros."""

    said: GiftCard


def refuse_plain(card: GiftCard) -> None:
    if not card.number.strip("0"):
        raise NumberTooPlain(said=card)


GIFT_CARDS: Final = Kind(
    one="gift-card",
    many="gift-cards",
    french="Carte cadeau",
    values=GiftCard,
    examples=(
        GiftCard(
            title="Birthday",
            number="ZOE-DUPONT-1",
            pin=Secret(value="pin-0198c0de7a51aa"),
        ),
        GiftCard(title="Wedding", number="BOB-MARTIN-2", pin=Secret(value="pin-0298c0de8b62bb")),
    ),
    stored_as=StoredAs(
        created="gift-card-created.v1",
        changed="gift-card-changed.v1",
        removed="gift-card-removed.v1",
        restored="gift-card-restored.v1",
        purged="gift-card-purged.v1",
    ),
    columns=("title", "client_id"),
    unique=(Unique(fields=("number",)),),
    refers_to={"client_id": PERSON},
    refuse=refuse_plain,
    writers=frozenset({Role.OWNER}),
    own={"client_id": "client_id"},
    own_writers=frozenset({Role.CLIENT}),
    readers=frozenset({Role.AUDITOR}),
)
