import unicodedata

import phonenumbers
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from application.people.contact_details import (
    LONGEST_NAME,
    EmailAddressNotUnderstood,
    PhoneNumberNotUnderstood,
    address_key,
    identities_of,
    parse_email,
    parse_phone,
    says_its_country,
)
from domain.fields import NUMBER
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
    ("typed", "region", "number"),
    [
        ("0470 12 34 56", "BE", "+32470123456"),
        ("(212) 555-0124", "US", "+12125550124"),
        ("8 (912) 345-67-89", "RU", "+79123456789"),
        ("06 1234 5678", "IT", "+390612345678"),
    ],
)
def test_a_number_without_a_country_is_read_as_its_country_does(typed, region, number) -> None:
    assert parse_phone(typed, region) == number


@pytest.mark.parametrize(
    "typed",
    [
        "+33 1 99 00 12 34 ext. 05",
        "01 99 00 12 34 x05",
        "+33 1 99 00 12 34 #05",
        "tel:+33-1-99-00-12-34;ext=05",
    ],
)
def test_an_extension_is_kept_and_makes_another_number(typed) -> None:
    number = parse_phone(typed, "FR")

    alone, extended = (replace(zoe, email=None, phone=p) for p in ("+33199001234", number))
    named = [identities_of(each, tenant=tenant, pepper=pepper) for each in (alone, extended)]

    assert number == "+33199001234;ext=05"
    assert len(set(named)) == 2


@given(
    region=st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)),
    extension=st.from_regex(r"[0-9]{1,20}", fullmatch=True) | st.none(),
    elsewhere=st.sampled_from(["FR", "US", "RU", "IT"]),
)
def test_what_was_read_once_is_read_the_same_everywhere(region, extension, elsewhere) -> None:
    example = phonenumbers.example_number(region)
    assert example is not None
    typed = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)

    number = parse_phone(f"{typed};ext={extension}" if extension else typed, region)

    assert parse_phone(number, elsewhere) == number == parse_phone(number)
    assert number.partition(";ext=")[2] == (extension or "")
    assert says_its_country(number)
    assert len(number) <= (NUMBER.max_length or 0)


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


@pytest.mark.parametrize("name", ["z" * 65, "é" * 33])
def test_no_mail_has_room_for_a_longer_name(name) -> None:
    with pytest.raises(EmailAddressNotUnderstood):
        parse_email(f"{name}@mail.example")


SPELLINGS = [
    ("müller.example", "xn--mller-kva.example", "MÜLLER.example", "mu\u0308ller.example"),
    ("例え.テスト", "xn--r8jz45g.xn--zckzah", "例え。テスト"),
    ("straße.example", "xn--strae-oqa.example"),
    ("mail.example", "MAIL.example"),
]


@given(
    spellings=st.sampled_from(SPELLINGS),
    name=st.text("aAéÉßẞςΩİǰ用户.", min_size=1, max_size=9).filter(
        lambda name: ".." not in f".{name}."
    ),
    data=st.data(),
)
def test_an_address_is_one_person_however_it_is_spelled(spellings, name, data) -> None:
    here, there = (data.draw(st.sampled_from(spellings)) for _ in range(2))
    form = data.draw(st.sampled_from(["NFC", "NFD"]))
    spelled = [f"{name}@{here}", f"{unicodedata.normalize(form, name.swapcase())}@{there}"]

    named = {
        identities_of(replace(zoe, phone=None, email=parse_email(s)), tenant=tenant, pepper=pepper)
        for s in spelled
    }

    assert len(named) == 1


def test_domains_that_are_two_are_two_persons() -> None:
    assert address_key(parse_email("x@straße.example")) != address_key("x@strasse.example")


def test_an_address_in_capitals_is_the_same_person() -> None:
    shouted = replace(zoe, email=parse_email("ZOE@EXAMPLE.ORG"))

    assert identities_of(shouted, tenant=tenant, pepper=pepper) == identities_of(
        zoe, tenant=tenant, pepper=pepper
    )


def test_a_person_is_named_by_address_number_and_custom_id() -> None:
    assert len(set(identities_of(zoe, "Z-1", tenant=tenant, pepper=pepper))) == 3


def test_a_name_alone_names_nobody() -> None:
    assert identities_of(Contact(name="Zoé"), tenant=tenant, pepper=pepper) == ()


SIGNS = st.text(st.sampled_from("abZ09.-_+'\"@ é()<>,;:\\\t\n!ß"), max_size=70)
DOMAINS = (
    *("example.org", "EXAMPLE.org", "localhost", "a.local", "x.invalid", "[127.0.0.1]", "org"),
    *("münchen.de", "xn--mnchen-3ya.de", f"{'a' * 63}.org", f"{'a' * 64}.org", "a..org", "-a.org"),
)


@given(name=SIGNS, domain=st.sampled_from(DOMAINS) | SIGNS)
def test_an_address_whose_domain_was_seen_is_read_as_any_other(name: str, domain: str) -> None:
    typed = f"{name}@{domain}"
    try:
        found = validate_email(typed.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        expected = None
    else:
        expected = found.normalized if len(found.local_part.encode()) <= LONGEST_NAME else None

    for _ in range(2):
        if expected is None:
            with pytest.raises(EmailAddressNotUnderstood):
                parse_email(typed)
        else:
            assert parse_email(typed) == expected
