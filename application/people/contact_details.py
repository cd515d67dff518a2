"""What people type, made into what we keep: e-mail addresses, phone numbers, and their identities."""

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import ValidationResult

from domain.messages import Invalid
from domain.people.identities import IdentityKind, identity_of
from domain.values import Contact, IdentityId, TenantId


class PhoneNumberNotUnderstood(Invalid):
    """No phone number can be read from this. With the country code in front it is clear: +33 …"""


class EmailAddressNotUnderstood(Invalid):
    """No e-mail address can be read from this."""


def parse_phone(text: str, region: str | None = None) -> str:
    """Return the number as E.164; without a country code it is one of `region` (ISO 3166).

    >>> parse_phone("01 99 00 12 34", "FR")
    '+33199001234'
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise PhoneNumberNotUnderstood from None
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        raise PhoneNumberNotUnderstood
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def parse_email(text: str) -> str:
    """Return the address as it is written to; whether a mailbox is there only a mail can tell.

    >>> parse_email(" Ana@Example.ORG ")
    'Ana@example.org'
    """
    try:
        address = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise EmailAddressNotUnderstood from None
    return address.normalized


def identities_of(
    contact: Contact, custom_id: str | None = None, *, tenant: TenantId, pepper: bytes
) -> tuple[IdentityId, ...]:
    """Name everything about this person that nobody else in the tenant may have.

    `contact` has been parsed: two ways of typing one address or number are one identity.
    """
    named = {
        IdentityKind.EMAIL: contact.email and contact.email.casefold(),
        IdentityKind.PHONE: contact.phone,
        IdentityKind.CUSTOM_ID: custom_id,
    }
    return tuple(
        identity_of(kind, value, tenant=tenant, pepper=pepper)
        for kind, value in named.items()
        if value
    )
