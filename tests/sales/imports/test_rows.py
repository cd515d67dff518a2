"""What a row says is read by the names of the columns, where the business is."""

from datetime import UTC, datetime
from typing import Final

import pytest

from application.sales.imports import refusals
from application.sales.imports.columns import NAMES, Field, understood
from application.sales.imports.dates import Dates
from domain.messages import DomainError
from domain.sales.companies import Company
from domain.sales.leads import LeadStatus
from tests.sales.imports.files import (
    HEADER,
    NOBODY,
    NOOR,
    ZOE,
    ana,
    fault,
    file_of,
    leads_in,
    one,
    read,
)

# --- Columns --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "fields"),
    [
        ("Name,E-mail,Phone", "name email phone"),
        ("FIRST_NAME,Last Name,email", "first_name last_name email"),
        ("Prénom;Nom;Téléphone".replace(";", ","), "first_name last_name phone"),
        ("Courriel,utm_source,utm_campaign,Created At", "email source campaign created_at"),
        ("External ID,Statut,Attribué à,Motif", "external_id status assignee reason"),
        ("phone , Message,Étape", "phone message status"),
    ],
)
def test_columns_are_understood_by_their_names(names: str, fields: str) -> None:
    columns = understood(names.split(","), {})

    assert sorted(columns.places, key=columns.places.__getitem__) == fields.split()


def test_each_name_of_a_column_means_one_thing() -> None:
    named = [(name, field) for field, names in NAMES.items() for name in names]

    for name, field in named:
        assert field in understood(["e-mail", name], {}).places
    assert {field for _, field in named} == {*Field}


def test_what_a_column_means_can_be_said() -> None:
    columns = understood(
        ["Mail pro", "E-mail", "Nom"], {"mail pro": "email", "Nom": "name", "E-MAIL": "ignored"}
    )

    assert columns.places == {Field.EMAIL: 0, Field.NAME: 2}


def test_of_two_columns_that_mean_the_same_the_first_counts() -> None:
    assert understood(["Email", "Mail"], {}).places == {Field.EMAIL: 0}


@pytest.mark.parametrize(
    "mapping",
    [
        {"Nobody": "email"},
        {"A": "nothing"},
        {"A": "email", "B": "email"},
        {"A": "email", "a": "phone"},
    ],
)
def test_a_mapping_of_what_is_not_there_is_refused(mapping: dict[str, str]) -> None:
    with pytest.raises(refusals.MappingNotUnderstood):
        understood(["A", "B"], mapping)


@pytest.mark.parametrize("names", [["Name", "Message"], ["id", "Name"], ["zoe@example.org"]])
def test_columns_that_tell_nobody_apart_are_refused(names: list[str]) -> None:
    with pytest.raises(refusals.ColumnsNotUnderstood):
        understood(names, {})


# --- Values ---------------------------------------------------------------------------


def test_a_row_says_who_came_when_and_from_where() -> None:
    lead = one(ZOE)

    assert (lead.contact.name, lead.contact.email) == ("Zoé Martin", "zoe@example.org")
    assert lead.contact.phone == "+33612345678"
    assert (lead.message, lead.touch.source) == ("Un mariage en mai ?", "salon")
    assert lead.at == datetime(2026, 1, 31, 9, tzinfo=UTC)
    assert (lead.status, lead.known, lead.assignee_id) == (LeadStatus.NEW, None, None)


def test_the_same_row_has_the_same_key_and_the_same_person_the_same_seed() -> None:
    lead, later = one(ZOE), one(ZOE.replace("mai", "juin"))

    assert one(ZOE).key == lead.key != later.key
    assert lead.seed == later.seed != one(NOOR).seed


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ("Zoé Martin,zoe@example.org,,", "Zoé Martin"),
        (",zoe.martin@example.org,,", "zoe.martin"),
        (",,06 12 34 56 78,", "+33612345678"),
        (",,,HS-17", "HS-17"),
        ("\u202eZo\u00ade\u200b\tMartin ,zoe@example.org,,", "Zoe Martin"),
        ("\u200b,zoe@example.org,,", "zoe"),
        (',,,"HS\n17"', "HS 17"),
    ],
)
def test_who_has_no_name_is_called_by_what_else_they_are_known_by(row: str, name: str) -> None:
    header = "Full name,E-mail,Phone,External id"

    assert one(row, header).contact.name == name


AT_WORK: Final = "E-mail,Société,Site web,Fonction,Secteur d'activité,Effectif"


def test_a_row_says_where_somebody_works() -> None:
    said = one("zoe@example.org,Acme,https://www.Acme.example/fr,Directrice,Hôtels,11-50", AT_WORK)

    assert said.company == Company(
        name="Acme", domain="acme.example", title="Directrice", industry="Hôtels", size=11
    )
    assert one("zoe@example.org,,,,,", AT_WORK).company is None


@pytest.mark.parametrize(
    ("text", "size"),
    [
        *(("40", 40), ("1 000", 1_000), ("1\u202f000", 1_000), ("10,000", 10_000)),
        *(
            ("11-50", 11),
            ("51 \u2013 200", 51),
            ("201 à 500", 201),
            ("500+", 500),
            ("1.001-5.000", 1_001),
        ),
    ],
)
def test_how_many_work_there_is_read_as_it_is_written(text: str, size: int) -> None:
    said = one(f'zoe@example.org,,,,,"{text}"', AT_WORK)
    assert said.company is not None
    assert said.company.size == size


@pytest.mark.parametrize(
    ("row", "refusal"),
    [
        (",,,,,about forty", refusals.SizeNotUnderstood),
        (",,,,,0", refusals.SizeNotUnderstood),
        (",,,,,10000001", refusals.SizeNotUnderstood),
        (",,,,,1 00", refusals.SizeNotUnderstood),
        (",,Acme,,,", refusals.DomainNotUnderstood),
    ],
)
def test_what_nobody_can_read_of_a_company_is_told(row: str, refusal: type[DomainError]) -> None:
    assert fault(f"zoe@example.org{row}", AT_WORK).code == refusal.code


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("612345678", "+33612345678"),
        ("+32 470 12 34 56", "+32470123456"),
        ("'+33 6 12 34 56 78", "+33612345678"),
    ],
)
def test_a_number_is_one_of_the_country_of_the_business(text: str, number: str) -> None:
    assert one(f"Zoé,{text}", "Nom,Téléphone").contact.phone == number


def test_an_external_id_is_one_of_where_it_comes_from() -> None:
    row, header = "Zoé;HS-17", "Nom;Identifiant externe"
    lead, other = one(row, header), one(row, header, channel="hubspot")

    assert lead.known is not None
    assert (lead.known.channel, lead.known.id) == ("import", "HS-17")
    assert other.known is not None
    assert other.known.channel == "hubspot"
    assert lead.key != other.key


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("New", LeadStatus.NEW),
        ("Contacté", LeadStatus.CONNECTED),
        ("QUALIFIED", LeadStatus.QUALIFIED),
        ("gagné", LeadStatus.CONVERTED),
        ("Perdu", LeadStatus.DISQUALIFIED),
    ],
)
def test_a_status_is_understood_in_both_languages(word: str, status: LeadStatus) -> None:
    lead = one(f"zoe@example.org,{word}", "E-mail,Statut")

    assert lead.status is status
    assert lead.reason == (word if status is LeadStatus.DISQUALIFIED else None)


def test_whoever_looks_after_a_lead_is_known_by_their_address() -> None:
    assert one("zoe@example.org,ANA@salon.example", "E-mail,Responsable").assignee_id == ana


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        (NOBODY, "who-is-missing", None),
        ("A;;no address;;;;", "email-address-not-understood", Field.EMAIL),
        ("A;;;12;;;", "phone-number-not-understood", Field.PHONE),
        ("A;;a@example.org;;;;soon", "date-not-understood", Field.CREATED_AT),
        ("A;;a@example.org;;;;03/04/2026", "date-ambiguous", Field.CREATED_AT),
        (f"{'A' * 201};;a@example.org;;;;", "value-too-long", Field.LAST_NAME),
        (f"A;;a@example.org;;{'x' * 10_001};;", "value-too-long", Field.MESSAGE),
        (f"A;;{'a' * 300}@example.org;;;;", "value-too-long", Field.EMAIL),
        (f"A;;;{'1' * 61};;;", "value-too-long", Field.PHONE),
        ("A;;a@example.org;;zero \0;;", "zero-character-inside", None),
        ("A;;a@example.org;", "column-count-wrong", None),
        ("\u200b;;;;;;", "who-is-missing", None),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(
    row: str, code: str, field: Field | None
) -> None:
    assert fault(row) == (code, field)


@pytest.mark.parametrize(
    ("header", "row", "code"),
    [
        ("E-mail,Statut", "zoe@example.org,asleep", "status-not-known"),
        ("E-mail,Assignee", "zoe@example.org,bo@salon.example", "member-not-known"),
        ("E-mail,External id", f"zoe@example.org,{'x' * 201}", "value-too-long"),
        ("E-mail,Referrer", f"zoe@example.org,{'x' * 501}", "value-too-long"),
    ],
)
def test_so_is_what_there_is_not(header: str, row: str, code: str) -> None:
    assert fault(row, header).code == code


def test_one_row_that_is_refused_stops_no_other() -> None:
    found = read(file_of(NOBODY, ZOE, NOBODY, NOOR))

    assert [type(each).__name__ for each in found] == [
        *("ImportedLead", "ImportedLead", "Fault", "Fault")
    ]


# --- Dates ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-07-31", "2026-07-30T22:00:00+00:00"),
        ("2026/07/31 14:30", "2026-07-31T12:30:00+00:00"),
        ("2026-07-31T14:30:15.25Z", "2026-07-31T14:30:15.250000+00:00"),
        ("2026-07-31 14:30:15 UTC", "2026-07-31T14:30:15+00:00"),
        ("2026-07-31T14:30:00-0400", "2026-07-31T18:30:00+00:00"),
        ("31/07/2026", "2026-07-30T22:00:00+00:00"),
        ("31.7.2026, 14:30", "2026-07-31T12:30:00+00:00"),
        ("7/31/2026 2:30 PM", "2026-07-31T12:30:00+00:00"),
        ("7/31/2026 12:05 a.m.", "2026-07-30T22:05:00+00:00"),
        ("03.04.2026", "2026-04-02T22:00:00+00:00"),
        ("05/05/2026", "2026-05-04T22:00:00+00:00"),
    ],
)
def test_dates_are_read_as_people_and_programs_write_them(text: str, instant: str) -> None:
    lead = one(f'zoe@example.org;"{text}"', "E-mail;Date")

    assert lead.at is not None
    assert lead.at.isoformat() == instant


@pytest.mark.parametrize(
    "text",
    [
        *("2026-02-30", "31/02/2026", "13/13/2026", "0001-01-01", "9999-12-31T23:59:59-12:00"),
        *(
            "2026-W01-1",
            "20260731",
            "1700000000",
            "31/07/26",
            "1/1/2026 25:00",
            "1/1/2026 13:00 pm",
        ),
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    assert fault(f"zoe@example.org;{text}", "E-mail;Date").code == "date-not-understood"


def test_one_date_that_is_clear_tells_how_the_others_are_meant() -> None:
    rows = ["a@example.org;03/04/2026", "b@example.org;31/01/2026"]
    american = ["a@example.org;03/04/2026", "b@example.org;01/31/2026"]

    def days(*rows: str, dates: Dates | None = None) -> list[str]:
        found = leads_in(file_of(*rows, header="E-mail;Date"), dates=dates)
        return sorted(f"{each.at:%d %b}" for each in found)

    assert days(*rows) == ["02 Apr", "30 Jan"]
    assert days(*american) == ["03 Mar", "30 Jan"]
    assert days(rows[0], dates=Dates.MONTH_FIRST) == ["03 Mar"]
    assert days(*rows, american[1]) == ["30 Jan", "30 Jan"]


def test_a_header_in_france_is_understood_as_a_whole() -> None:
    assert len(understood(HEADER.split(";"), {}).places) == len(HEADER.split(";"))
