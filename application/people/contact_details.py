"""What people type, made into what we keep: e-mail addresses, phone numbers, and their identities."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import ValidationResult

from domain.messages import Invalid
from domain.people.channels import KnownOn, one_form
from domain.people.identities import IdentityKind, identity_of
from domain.values import Contact, IdentityId, TenantId

LONGEST_NAME: Final = 64
"""Bytes before the @: mail has no room for more (RFC 5321, 4.5.3.1.1)."""

_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
PLAIN: Final = re.compile(rf"(?=.{{1,{LONGEST_NAME}}}$){_ATOM}(?:\.{_ATOM})*")
"""What stands before the @ in nearly all addresses (RFC 5322, dot-atom): nothing of it is another form."""

LONGEST_PLAIN: Final = 200
"""Characters of an address that has room whatever its domain is in other letters."""


class PhoneNumberNotUnderstood(Invalid):
    """No phone number can be read from this. With the country code in front it is clear: +33 …"""


class EmailAddressNotUnderstood(Invalid):
    """No e-mail address can be read from this."""


def parse_phone(text: str, region: str | None = None) -> str:
    """Return the number as E.164, with its extension if it has one (RFC 3966); without a country code
    it is one of `region` (ISO 3166). An extension is another telephone, and so another number.

    >>> parse_phone("01 99 00 12 34", "FR"), parse_phone("+33 1 99 00 12 34 ext. 5")
    ('+33199001234', '+33199001234;ext=5')
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise PhoneNumberNotUnderstood from None
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        raise PhoneNumberNotUnderstood
    dialled = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{dialled};ext={number.extension}" if number.extension else dialled


def says_its_country(text: str) -> bool:
    """Whether a number is the same in every country.

    >>> says_its_country("+33 1 99 00 12 34"), says_its_country("01 99 00 12 34")
    (True, False)
    """
    try:
        phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return False
    return True


def parse_email(text: str) -> str:
    """Return the address as it is written to, its domain in the letters of its owner; whether a mailbox
    is there only a mail can tell.

    >>> parse_email(" Ana@Example.ORG "), parse_email("zoe@xn--mller-kva.example")
    ('Ana@example.org', 'zoe@müller.example')
    """
    address = text.strip()
    name, _, domain = address.rpartition("@")
    if len(address) <= LONGEST_PLAIN and PLAIN.fullmatch(name) and domain.isascii():
        return f"{name}@{_domain(domain)}"
    return _validated(address)


@lru_cache(maxsize=4_096)
def _domain(domain: str) -> str:
    """Return a domain as it is written to: to find that out takes long, and many have an address there."""
    return _validated(f"a@{domain}").removeprefix("a@")


def _validated(address: str) -> str:
    try:
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise EmailAddressNotUnderstood from None
    if len(found.local_part.encode()) > LONGEST_NAME:
        raise EmailAddressNotUnderstood
    return found.normalized


def address_key(email: str) -> str:
    """Return by what an address is compared: whose capitals are others is the same one. The domain has
    been parsed and has one form (UTS 46); to fold it once more would make one of two domains.

    >>> address_key("José@straße.example")
    'josé@straße.example'
    """
    name, at, domain = unicodedata.normalize("NFC", email).rpartition("@")
    return unicodedata.normalize("NFC", name.casefold()) + at + domain.lower()


def known_on(channel: str, id_: str, *, tenant: TenantId, pepper: bytes) -> KnownOn:
    """Return what a provider calls somebody, with the identity of all the forms in which it comes."""
    named = f"{channel}/{one_form(channel, id_)}"
    identity = identity_of(IdentityKind.CHANNEL, named, tenant=tenant, pepper=pepper)
    return KnownOn(channel=channel, id=id_, identity_id=identity)


def identities_of(
    contact: Contact, custom_id: str | None = None, *, tenant: TenantId, pepper: bytes
) -> tuple[IdentityId, ...]:
    """Name everything about this person that nobody else in the tenant may have.

    `contact` has been parsed: two ways of typing one address or number are one identity.
    """
    return tuple(
        identity_of(kind, value, tenant=tenant, pepper=pepper)
        for kind, value in named_by(contact, custom_id).items()
    )


def named_by(contact: Contact, custom_id: str | None = None) -> Mapping[IdentityKind, str]:
    """Return by what this person is compared, as far as they said it."""
    named = {
        IdentityKind.EMAIL: contact.email and address_key(contact.email),
        IdentityKind.PHONE: contact.phone,
        IdentityKind.CUSTOM_ID: custom_id,
    }
    return {kind: value for kind, value in named.items() if value}


def number_of(digits: str) -> str | None:
    """Return the telephone number that a provider says in digits, the country's first; None, where there is none.

    >>> number_of("33470123456"), number_of("1")
    ('+33470123456', None)
    """
    try:
        return parse_phone(f"+{digits}", None)
    except PhoneNumberNotUnderstood:
        return None


def read_anew(phone: str, was: str, country: str) -> str | None:
    """Return what a number would be that was typed without a country code and read as one of another
    country (both ISO 3166); None if it is of a third, or none there.

    >>> read_anew("+33470123456", "FR", "BE"), read_anew("+41446681800", "FR", "BE")
    ('+32470123456', None)
    """
    number = phonenumbers.parse(phone)
    if number.country_code != phonenumbers.country_code_for_region(was):
        return None
    typed = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    try:
        return parse_phone(typed, country)
    except PhoneNumberNotUnderstood:
        return None
