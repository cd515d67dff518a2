"""Files are read however a program wrote them; what cannot be read is told, and stops nothing else."""

import codecs
import csv
from io import StringIO

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.sales.imports import refusals, tables
from application.sales.imports.tables import LONGEST_NAME, MOST_COLUMNS, MOST_LINES, table_of
from domain.messages import DomainError

TABLE = "Nom;Ville\r\nZoé;Besançon\r\nNoor;Évry\r\n"

ENCODED = {
    "UTF-8": TABLE.encode(),
    "UTF-8 with a mark": codecs.BOM_UTF8 + TABLE.encode(),
    "UTF-16": TABLE.encode("utf-16"),
    "UTF-16, the other way around": codecs.BOM_UTF16_BE + TABLE.encode("utf-16-be"),
    "UTF-16 without a mark": TABLE.encode("utf-16-le"),
    "and the other way around": TABLE.encode("utf-16-be"),
    "Windows-1252": TABLE.encode("cp1252"),
}


def cells(content: bytes) -> list[list[str]]:
    columns, found = table_of(content)
    records = [*found]
    assert {each.problem for each in records} <= {None}
    return [[*columns], *([*each.cells] for each in records)]


def problems(content: bytes) -> dict[int, type[DomainError] | None]:
    """Return by lines what is wrong with rows."""
    return {each.line: each.problem for each in table_of(content).records}


@pytest.mark.parametrize("how", ENCODED)
def test_letters_are_recognised(how: str) -> None:
    assert cells(ENCODED[how]) == [["Nom", "Ville"], ["Zoé", "Besançon"], ["Noor", "Évry"]]


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_what_stands_between_values_is_recognised(sign: str) -> None:
    content = f'Name{sign}"City, or; none"\nZoé{sign}"a,b;c\td"\n'.encode()

    assert cells(content) == [["Name", "City, or; none"], ["Zoé", "a,b;c\td"]]


def test_excel_says_what_stands_between_values() -> None:
    assert cells(b"sep=|\r\nName|Mail\r\nA,B;C|a\r\n") == [["Name", "Mail"], ["A,B;C", "a"]]


VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
ROWS = st.lists(st.lists(VALUES, min_size=3, max_size=3), min_size=1, max_size=8)


@given(rows=ROWS, sign=st.sampled_from(",;\t"), encoding=st.sampled_from(["utf-8", "utf-16"]))
def test_whatever_is_written_as_csv_is_read(
    rows: list[list[str]], sign: str, encoding: str
) -> None:
    rows = [["Name", *row] for row in rows]  # none is empty
    written = StringIO()
    csv.writer(written, delimiter=sign).writerows([["one", "two", "three", "four"], *rows])

    assert cells(written.getvalue().encode(encoding))[1:] == rows


@given(rows=ROWS)
def test_whatever_is_written_as_json_lines_is_read(rows: list[list[str]]) -> None:
    objects = [dict(zip(("b", "a", "c"), ["x", *row[1:]], strict=True)) for row in rows]
    content = b"\n".join(map(msgspec.json.encode, objects))

    assert cells(content) == [["a", "b", "c"], *([o["a"], o["b"], o["c"]] for o in objects)]


def test_an_object_may_lack_values_and_have_numbers() -> None:
    content = (
        b'{"name": "Zo\xc3\xa9", "phone": 33612345678, "vip": true}\n\n{"name": null, "b": 1}\n'
    )

    assert cells(content) == [
        ["b", "name", "phone", "vip"],
        ["", "Zoé", "33612345678", "true"],
        ["1", "", "", ""],
    ]


def test_lines_that_are_no_object_are_told() -> None:
    content = b'{"name": "a"}\n[1]\nno\n{"name": {"first": "b"}}\n{"name": "c"}\n'

    found = problems(content)

    wrong = dict.fromkeys((2, 3, 4), refusals.RowIsNoObject)
    assert found == {1: None, **wrong, 5: None}


def test_rows_without_anything_are_none() -> None:
    assert cells(b"name;mail\n\n;\na;b\n ; \n;;\n")[1:] == [["a", "b"]]


def test_a_row_of_another_width_is_told() -> None:
    assert problems(b"a,b\n1,2\n1\n1,2,3\n1,2,\n") == {
        2: None,
        3: refusals.ColumnCountWrong,
        4: refusals.ColumnCountWrong,
        5: None,
    }


def test_a_value_may_have_several_lines() -> None:
    columns, records = table_of(b'name,message\r\nZoe,"one\r\ntwo ""2"""\r\nNoor,three\r\n')

    assert [(each.line, *each.cells) for each in records] == [
        (2, "Zoe", 'one\r\ntwo "2"'),
        (4, "Noor", "three"),
    ]
    assert columns == ("name", "message")


@pytest.mark.parametrize("behind", [3, MOST_LINES, 3 * MOST_LINES])
def test_a_quote_that_never_ends_costs_one_row(behind: int) -> None:
    rows = [f"n{n},m{n}" for n in range(behind)]
    content = "\n".join(["name,mail", "a,b", '"c,d', *rows, ""]).encode()

    found = problems(content)

    assert found.pop(3) is refusals.QuoteNeverEnds
    assert (len(found), {*found.values()}) == (behind + 1, {None})


def test_a_quote_within_a_value_is_one() -> None:
    assert cells(b'name,size\nPipe,5" wide\n')[1:] == [["Pipe", '5" wide']]


WITH_LONG_NAMES = {
    "CSV": b"email,x\0" + b"y" * 100_000 + b"\na,b\n",
    "CSV, longer than a row": b"email,x\0" + b"y" * 200_000 + b"\na,b\n",
    "JSON": b'{"email": "a", "x\\u0000' + b"y" * 100_000 + b'": 1}\n',
}


@pytest.mark.parametrize("how", WITH_LONG_NAMES)
def test_of_the_name_of_a_column_no_more_is_kept_than_people_read(how: str) -> None:
    """It waits with the rows, and is shown again with each that is refused."""
    columns, _ = table_of(WITH_LONG_NAMES[how])

    assert max(map(len, columns)) == LONGEST_NAME
    assert not any("\0" in each for each in columns)


def test_a_row_that_is_too_long_is_told_with_its_beginning() -> None:
    content = b"name,message\na,b\nc," + b"x" * 70_000 + b"\nd," + b"y" * 140_000 + b"\ne,f\n"

    records = [*table_of(content).records]

    assert [each.problem for each in records] == [
        None,
        refusals.RowTooLong,
        refusals.RowTooLong,
        None,
    ]
    assert max(len(cell) for each in records for cell in each.cells) < 1_000


def test_a_character_that_stands_for_nothing_is_told() -> None:
    [record] = table_of(b"name,mail\nZo\0e,a\n").records

    assert (record.cells, record.problem) == (
        ["Zo\N{REPLACEMENT CHARACTER}e", "a"],
        refusals.ZeroCharacterInside,
    )


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", refusals.ImportIsEmpty),
        (b"\n \n", refusals.ImportIsEmpty),
        (b"name,mail\n", refusals.ImportIsEmpty),
        (codecs.BOM_UTF8, refusals.ImportIsEmpty),
        (b"PK\x03\x04\x14\x00\x06\x00", refusals.FileIsNoText),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", refusals.FileIsNoText),
        (b"name,mail\n\x81\x8d,\n", refusals.FileIsNoText),
        (codecs.BOM_UTF16_LE + b"a\0b", refusals.FileIsNoText),
        (b'[\n  {"email": "zoe@example.org"}\n]', refusals.FileIsOneArray),
        (b"[]", refusals.FileIsOneArray),
        (b"a," * MOST_COLUMNS + b"b\n1\n", refusals.ImportTooWide),
        (
            msgspec.json.encode({f"c{n}": "" for n in range(MOST_COLUMNS + 1)}),
            refusals.ImportTooWide,
        ),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        [*table_of(content).records]


def test_one_row_too_many_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 3)

    assert len([*table_of(b"name\n1\n2\n\n3\n").records]) == 3
    with pytest.raises(refusals.ImportTooLong):
        [*table_of(b"name\n1\n2\n3\n4\n").records]
