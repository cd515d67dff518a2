"""What a row says of somebody: read as a form would be, each value by what its column means."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec

from application.people.contact_details import (
    address_key,
    identities_of,
    known_on,
    parse_email,
    parse_phone,
)
from application.sales.imports.columns import Columns, Field
from application.sales.imports.dates import Dates, instant_of
from application.sales.imports.refusals import (
    DomainNotUnderstood,
    MemberNotKnown,
    SizeNotUnderstood,
    StatusNotKnown,
    ValueTooLong,
    WhoIsMissing,
)
from application.spreadsheets import typed
from domain.fields import ADDRESS, GIVEN_ID, LINE, NUMBER, TEXT
from domain.messages import DomainError, Value
from domain.people.channels import KnownOn
from domain.people.identities import IdentityKind, identity_of
from domain.sales.companies import MOST_PEOPLE, Company, domain_in
from domain.sales.imports import ImportedLead
from domain.sales.leads import LeadStatus, Touch
from domain.sales.leads.messages import REFERRER
from domain.texts import plain, says_something, shown
from domain.values import Contact, IdentityId, TenantId, UserId
from domain.zones import zone

OF_COMPANY: Final = {
    "name": Field.COMPANY,
    "domain": Field.COMPANY_DOMAIN,
    "title": Field.JOB_TITLE,
    "industry": Field.INDUSTRY,
    "size": Field.COMPANY_SIZE,
}
THOUSANDS: Final = r"[\s.,'\u2019]"
NUMBER_OF_PEOPLE: Final = rf"([0-9]{{1,3}}(?:{THOUSANDS}[0-9]{{3}})+|[0-9]{{1,8}})"
SIZE: Final = re.compile(rf"{NUMBER_OF_PEOPLE}(?:\s?(?:-|\u2013|à|to)\s?{NUMBER_OF_PEOPLE}|\s?\+)?")
"""How many work there, or from how many on: `40`, `1 000`, `11-50`, `500+`."""

TOUCHED: Final = {each.value: each for each in Field if each in Touch.__struct_fields__}


class Reading(Value, frozen=True, kw_only=True):
    """By what rows are read: where the business is, what comes first in dates, and as whose ids their
    external ids count.
    """

    columns: Columns
    country: str
    time_zone: str
    dates: Dates | None = None
    channel: str


class Here(NamedTuple):
    """What is known of the business: its members by their addresses, and the key of what names people."""

    tenant: TenantId
    pepper: bytes
    members: Mapping[str, UserId]


class Fault(NamedTuple):
    """Why a row is refused, and for what it says of which field, if it is for one."""

    code: str
    field: Field | None = None


class _FaultError(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


def read(cells: Sequence[str], reading: Reading, here: Here) -> ImportedLead | Fault:
    """Return what a row says, or why nobody can tell."""
    try:
        return _lead(_values(cells, reading, here), here)
    except _FaultError as error:
        return error.fault
    except DomainError as refusal:
        return Fault(refusal.code)


def _values(cells: Sequence[str], reading: Reading, here: Here) -> Mapping[Field, Any]:
    found: dict[Field, Any] = {}
    for field, place in reading.columns.places.items():
        if text := typed(cells[place]):
            try:
                found[field] = PARSERS[field](text, reading, here)
            except DomainError as refusal:
                raise _FaultError(Fault(refusal.code, field)) from None
    return found


def _lead(said: Mapping[Field, Any], here: Here) -> ImportedLead:
    contact = Contact(name=_name(said), email=said.get(Field.EMAIL), phone=said.get(Field.PHONE))
    identities = identities_of(contact, tenant=here.tenant, pepper=here.pepper)
    known = said.get(Field.EXTERNAL_ID)
    if not identities and known is None:
        raise WhoIsMissing
    who = [known.identity_id] if known else [*identities, plain(contact.name)]
    touch = Touch(**{name: said.get(field) for name, field in TOUCHED.items()})
    message, at = said.get(Field.MESSAGE), said.get(Field.CREATED_AT)
    status, words = said.get(Field.STATUS, (LeadStatus.NEW, None))
    given_up = words if status is LeadStatus.DISQUALIFIED else None
    return ImportedLead(
        key=_key(who, touch, message, at, here) if known is None else _key_of(known, here),
        seed="/".join(["import", *who]),
        contact=contact,
        identities=identities,
        known=known,
        touch=touch,
        message=message,
        at=at,
        status=status,
        reason=said.get(Field.REASON, given_up),
        assignee_id=said.get(Field.ASSIGNEE),
        company=_company(said),
    )


def _company(said: Mapping[Field, Any]) -> Company | None:
    company = Company(**{name: said.get(field) for name, field in OF_COMPANY.items()})
    return None if company == Company() else company


def _key_of(known: KnownOn, here: Here) -> IdentityId:
    """Return by what a row is known again that has an external id: by that alone."""
    return identity_of(IdentityKind.ROW, known.identity_id, tenant=here.tenant, pepper=here.pepper)


def _key(
    who: Sequence[str], touch: Touch, message: str | None, at: datetime | None, here: Here
) -> IdentityId:
    """Return the same for any other: by whom it is about, and all that it says of their coming. Without the
    pepper nobody finds out what that was. Two of one address, or number, are two if they are called otherwise.
    """
    came = (getattr(touch, name) for name in TOUCHED)
    said = msgspec.json.encode([*who, *came, message, at]).decode()
    return identity_of(IdentityKind.ROW, said, tenant=here.tenant, pepper=here.pepper)


def _name(said: Mapping[Field, Any]) -> str:
    """Return how somebody is called; who has no name, by what else they are known by."""
    whole = said.get(Field.NAME)
    parts = [said[each] for each in (Field.FIRST_NAME, Field.LAST_NAME) if said.get(each)]
    known = said.get(Field.EXTERNAL_ID)
    address = said.get(Field.EMAIL)
    others = (address and address.partition("@")[0], said.get(Field.PHONE), known and known.id)
    name = whole or " ".join(parts) or next(filter(None, others), "")
    return shown(str(name))[: LINE.max_length]


# --- Values ---------------------------------------------------------------------------

Parser = Callable[[str, Reading, Here], Any]


def _line(most: int | None = LINE.max_length) -> Parser:
    def parse(text: str, _: Reading, __: Here) -> str | None:
        line = shown(text).strip()
        return _no_longer(line, most) if says_something(line) else None

    return parse


def _text(text: str, _: Reading, __: Here) -> str:
    return _no_longer(text, TEXT.max_length)


def _email(text: str, _: Reading, __: Here) -> str:
    return parse_email(_no_longer(text, ADDRESS.max_length))


def _phone(text: str, reading: Reading, _: Here) -> str:
    return parse_phone(_no_longer(text, NUMBER.max_length), reading.country)


def _external_id(text: str, reading: Reading, here: Here) -> KnownOn | None:
    if not says_something(text):
        return None
    id_ = _no_longer(text, GIVEN_ID.max_length)
    return known_on(reading.channel, id_, tenant=here.tenant, pepper=here.pepper)


def _instant(text: str, reading: Reading, _: Here) -> datetime:
    return instant_of(text, zone(reading.time_zone), reading.dates)


def _status(text: str, _: Reading, __: Here) -> tuple[LeadStatus, str]:
    found = STATUSES.get(plain(text))
    if found is None:
        raise StatusNotKnown
    return found, text


def _member(text: str, _: Reading, here: Here) -> UserId:
    found = here.members.get(address_key(text))
    if found is None:
        raise MemberNotKnown
    return found


def _domain(text: str, _: Reading, __: Here) -> str:
    found = domain_in(text.strip())
    if found is None:
        raise DomainNotUnderstood
    return found


def _size(text: str, _: Reading, __: Here) -> int:
    """Return how many work there; of what is said from one number to another, the first."""
    found = SIZE.fullmatch(shown(text).strip())
    size = int(re.sub(r"[^0-9]", "", found[1])) if found else 0
    if not 1 <= size <= MOST_PEOPLE:
        raise SizeNotUnderstood
    return size


def _no_longer(text: str, most: int | None) -> str:
    if most is not None and len(text) > most:
        raise ValueTooLong
    return text


PARSERS: Final[Mapping[Field, Parser]] = {
    **dict.fromkeys(Field, _line()),
    Field.EMAIL: _email,
    Field.PHONE: _phone,
    Field.EXTERNAL_ID: _external_id,
    Field.MESSAGE: _text,
    Field.REASON: _text,
    Field.REFERRER: _line(REFERRER.max_length),
    Field.CREATED_AT: _instant,
    Field.STATUS: _status,
    Field.ASSIGNEE: _member,
    Field.COMPANY_DOMAIN: _domain,
    Field.COMPANY_SIZE: _size,
}

STATUSES: Final[Mapping[str, LeadStatus]] = {
    plain(word): status
    for status, words in {
        LeadStatus.NEW: ("new", "open", "nouveau", "nouvelle", "ouvert", "à traiter"),
        LeadStatus.ATTEMPTING: ("attempting", "attempted", "in progress", "en cours", "à rappeler"),
        LeadStatus.CONNECTED: ("connected", "contacted", "contacté", "contactée", "joint"),
        LeadStatus.QUALIFIED: ("qualified", "qualifié", "qualifiée"),
        LeadStatus.CONVERTED: ("converted", "won", "client", "converti", "convertie", "gagné"),
        LeadStatus.DISQUALIFIED: (
            *("disqualified", "unqualified", "lost", "rejected"),
            *("disqualifié", "non qualifié", "perdu", "refusé", "abandonné"),
        ),
    }.items()
    for word in words
}
