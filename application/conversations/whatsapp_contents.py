"""What a message on WhatsApp says, as somebody reads it, and what a button said that was pressed.

Signs rather than words stand for what has none: whoever reads it may read another language.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, NamedTuple

import msgspec

from application.reading import read_as

FLOW_TOKEN: Final = "flow_token"  # noqa: S105 - its name
MOST_PARTS: Final = 50
"""Of a list: contacts, items, answers."""

LONGEST_PAYLOAD: Final = 10_000


class Text(msgspec.Struct, kw_only=True):
    body: str


FileName = Annotated[str, msgspec.Meta(max_length=200, pattern="^[A-Za-z0-9_-]+$")]
"""What Meta calls a file, which is asked for by that: it stands in an address."""


class Enclosed(msgspec.Struct, kw_only=True):
    """A file, and what is said with it. Where it is had is not taken from here: others than Meta may sign a call."""

    id: FileName | None = None
    caption: str | None = None
    filename: str | None = None
    sha256: str | None = None
    voice: bool = False


class Button(msgspec.Struct, kw_only=True):
    text: str
    payload: str | None = None


class Choice(msgspec.Struct, kw_only=True):
    id: str
    title: str
    description: str | None = None


class Form(msgspec.Struct, kw_only=True):
    """Of a flow: `response_json` are the answers, by name."""

    response_json: str
    body: str = ""


class Interactive(msgspec.Struct, kw_only=True):
    button_reply: Choice | None = None
    list_reply: Choice | None = None
    nfm_reply: Form | None = None


class Location(msgspec.Struct, kw_only=True):
    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None


class ContactName(msgspec.Struct, kw_only=True):
    formatted_name: str = ""


class ContactPhone(msgspec.Struct, kw_only=True):
    phone: str | None = None
    wa_id: str | None = None


class ContactEmail(msgspec.Struct, kw_only=True):
    email: str | None = None


class SharedContact(msgspec.Struct, kw_only=True):
    name: ContactName
    phones: list[ContactPhone] = []
    emails: list[ContactEmail] = []


class Item(msgspec.Struct, kw_only=True):
    product_retailer_id: str
    quantity: int
    item_price: float | None = None
    currency: str = ""


class Order(msgspec.Struct, kw_only=True):
    product_items: list[Item] = []
    text: str = ""


class Details(msgspec.Struct, kw_only=True):
    details: str | None = None


class Fault(msgspec.Struct, kw_only=True):
    code: int
    title: str = ""
    error_data: Details | None = None


class Content(msgspec.Struct, kw_only=True):
    """What is said, by the name of its type."""

    type: str
    text: Text | None = None
    image: Enclosed | None = None
    video: Enclosed | None = None
    document: Enclosed | None = None
    audio: Enclosed | None = None
    sticker: Enclosed | None = None
    button: Button | None = None
    interactive: Interactive | None = None
    location: Location | None = None
    contacts: list[SharedContact] | None = None
    order: Order | None = None
    errors: list[Fault] = []


class Said(NamedTuple):
    """The words of a message, and what a button said."""

    text: str
    payload: str | None = None


def said_in(content: Content) -> Said | None:
    """Return what it says; None, where nobody knows what it is."""
    if content.interactive is not None:
        return _chosen(content.interactive)
    if content.button is not None:
        return Said(content.button.text, _payload(content.button.payload))
    words = _words(content)
    return Said(words) if words is not None else None


def _words(content: Content) -> str | None:
    words: str | None = None
    match content:
        case Content(text=Text(body=body)):
            words = body
        case Content(location=Location() as location):
            words = _place(location)
        case Content(contacts=[_, *_] as contacts):
            words = "\n".join(map(_person, contacts[:MOST_PARTS]))
        case Content(order=Order() as order):
            words = _ordered(order)
        case Content(type="unsupported", errors=[fault, *_]):
            details = fault.error_data.details if fault.error_data else None
            words = f"⚠️ {details or fault.title or fault.code}"
    return words


def caption_of(content: Content) -> str | None:
    """Return what is said with a file."""
    files = (content.image, content.video, content.document)
    return next((each.caption for each in files if each is not None), None)


def _payload(payload: str | None) -> str | None:
    kept = payload.replace("\x00", "")[:LONGEST_PAYLOAD] if payload else None
    return kept or None


def _chosen(said: Interactive) -> Said | None:
    choice = said.button_reply or said.list_reply
    if choice is not None:
        return Said(
            "\n".join(filter(None, (choice.title, choice.description))), _payload(choice.id)
        )
    return _filled_in(said.nfm_reply) if said.nfm_reply is not None else None


def _filled_in(form: Form) -> Said:
    """Return the answers of a form, each by its name."""
    answers = [f"{name}: {_answer(value)}" for name, value in _answers(form).items()][:MOST_PARTS]
    return Said("\n".join(answers) or form.body, _payload(form.response_json))


def _answers(form: Form) -> Mapping[str, Any]:
    found = read_as(form.response_json, dict[str, Any]) or {}
    return {name: value for name, value in found.items() if name != FLOW_TOKEN}


def _answer(value: Any) -> str:
    """Return an answer as it was given: text as it is, all else as JSON."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _place(place: Location) -> str:
    where = f"https://maps.google.com/?q={place.latitude},{place.longitude}"
    return "📍 " + "\n".join(filter(None, (place.name, place.address, where)))


def _person(contact: SharedContact) -> str:
    numbers = [each.phone or each.wa_id for each in contact.phones]
    addresses = [each.email for each in contact.emails]
    return "👤 " + _line([contact.name.formatted_name, *numbers, *addresses])


def _ordered(order: Order) -> str:
    items = [
        f"🛒 {each.quantity} \N{MULTIPLICATION SIGN} {_line(_item(each))}"
        for each in order.product_items
    ]
    return "\n".join(filter(None, [order.text, *items[:MOST_PARTS]])) or "🛒"


def _item(item: Item) -> Sequence[str | None]:
    price = None if item.item_price is None else f"({item.item_price:g} {item.currency})"
    return [item.product_retailer_id, price]


def _line(parts: Sequence[str | None]) -> str:
    return " ".join(filter(None, parts))
