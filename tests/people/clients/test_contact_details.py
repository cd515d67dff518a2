import pytest
from msgspec.structs import replace

from application.people.contact_details import (
    EmailAddressNotUnderstood,
    PhoneNumberNotUnderstood,
    identities_of,
    parse_email,
    parse_phone,
)
from domain.values import Contact
from tests.people.clients.examples import pepper, tenant, zoe


@pytest.mark.parametrize(
    ("typed", "region"),
    [
        ("01 99 00 12 34", "FR"),
        ("+33 1 99 00 12 34", None),
        ("0033 1 99 00 12 34", "DE"),
        ("+33 (0)1.99.00.12.34", "US"),
    ],
)
def test_a_phone_number_is_one_however_it_is_typed(typed, region) -> None:
    assert parse_phone(typed, region) == "+33199001234"


@pytest.mark.parametrize(
    ("typed", "region"),
    [("01 99 00 12 34", None), ("555-0100", "US"), ("call me", "FR"), ("", "FR"), ("12", "FR")],
)
def test_what_cannot_be_dialled_from_abroad_is_no_phone_number(typed, region) -> None:
    with pytest.raises(PhoneNumberNotUnderstood):
        parse_phone(typed, region)


@pytest.mark.parametrize("typed", ["zoe", "zoe@", "zoe@example", "zoe example.org", ""])
def test_what_no_mail_can_be_sent_to_is_no_address(typed) -> None:
    with pytest.raises(EmailAddressNotUnderstood):
        parse_email(typed)


def test_an_address_in_capitals_is_the_same_person() -> None:
    shouted = replace(zoe, email=parse_email("ZOE@EXAMPLE.ORG"))

    assert identities_of(shouted, tenant=tenant, pepper=pepper) == identities_of(
        zoe, tenant=tenant, pepper=pepper
    )


def test_a_person_is_named_by_address_number_and_custom_id() -> None:
    assert len(set(identities_of(zoe, "Z-1", tenant=tenant, pepper=pepper))) == 3


def test_a_name_alone_names_nobody() -> None:
    assert identities_of(Contact(name="Zoé"), tenant=tenant, pepper=pepper) == ()
