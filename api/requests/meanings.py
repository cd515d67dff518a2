"""Whom somebody means: what is typed into a filter or a search is compared as identities are."""

from collections.abc import Sequence

import msgspec

from api.requests.caller import Caller
from api.requests.forms import number_of
from api.requests.listing import MOST_VALUES, Meaning
from application.people.contact_details import (
    EmailAddressNotUnderstood,
    PhoneNumberNotUnderstood,
    address_key,
    parse_email,
)
from application.people.people import records
from domain.texts import loosely, shown
from domain.values import ClientId
from projections.paging import Op, Sort, Where, page
from projections.people.clients import CLIENTS
from projections.search import is_number


def address_in(text: str) -> str | None:
    """Return by what an address is compared, if it is one."""
    try:
        return address_key(parse_email(text))
    except EmailAddressNotUnderstood:
        return None


def number_in(text: str, caller: Caller) -> str | None:
    """Return a phone number as it is known, if it is one."""
    try:
        return number_of(text, caller)
    except PhoneNumberNotUnderstood:
        return None


def address_or_number_in(text: str, caller: Caller) -> str | None:
    """Return the one or the other; where a business is, is looked up only for what may be a number."""
    return address_in(text) or (number_in(text, caller) if is_number(text) else None)


def person_of(client_id: str, caller: Caller) -> Sequence[ClientId]:
    """Return all records of a person, by the id of one."""
    return caller.ask(lambda past: records(past, ClientId(client_id)))


def whose_address(text: str, caller: Caller) -> Sequence[ClientId]:
    """Return all records of those who have an address."""
    wanted = [Where("email_key", Op.IS, [address_in(text) or text])]
    with caller.asking(CLIENTS) as (connection, within):
        found = page(
            connection,
            CLIENTS,
            caller.tenant,
            within=within,
            where=wanted,
            sort=Sort("sort_name"),
            limit=MOST_VALUES,
        )
    known = [msgspec.json.decode(each, type=_Known).id for each in found.documents]
    return [*dict.fromkeys(record for each in known for record in person_of(each, caller))]


class _Known(msgspec.Struct):
    id: str


ADDRESS = Meaning("email_key", lambda text, _: [address_in(text) or text])
NUMBER = Meaning("phone", lambda text, caller: [number_in(text, caller) or text])
"""Filters by what is none find nobody."""

CUSTOM_ID = Meaning("custom_id", lambda text, _: [shown(text)])


def persons(column: str) -> Meaning:
    """Say of a column that what is of a client is of any of their records: what was merged stays where it was
    said.
    """
    return Meaning(column, person_of, CLIENTS)


PERSON = persons("client_id")

DOMAIN = Meaning("company_domain", lambda text, _: [text.lower()])
INDUSTRY = Meaning("industry_key", lambda text, _: [loosely(text)])

WHOSE_ADDRESS = Meaning("client_id", whose_address, CLIENTS, by_content=True)
"""What is of those who have an address."""
