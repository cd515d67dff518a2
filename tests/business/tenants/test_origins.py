"""From which pages may a business be asked?"""

from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, strategies
from msgspec.structs import replace

from domain.business import tenants
from domain.business.origins import (
    HERE,
    MOST,
    OriginNotUnderstood,
    TooManyOrigins,
    origin_of,
    origins_of,
)
from domain.business.tenants import TENANT, TenantNotFound
from projections.business.origins import ORIGINS
from tests.business.tenants.examples import list_origins, origins_listed, tenant_registered


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://salon.example", "https://salon.example"),
        ("https://salon.example/", "https://salon.example"),
        ("HTTPS://Book.Salon.Example:443", "https://book.salon.example"),
        ("https://salon.example:8443", "https://salon.example:8443"),
        ("https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example"),
        ("http://localhost:5173", "http://localhost:5173"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("https://localhost", "https://localhost"),
    ],
)
def test_an_origin_is_kept_as_browsers_write_it(typed: str, origin: str) -> None:
    assert origin_of(typed) == origin
    assert origin_of(origin) == origin


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "*",
        "null",
        "https://*",
        "https://*.salon.example",
        "https://salon.example.",
        "https://salon..example",
        "https://.salon.example",
        "https://-salon.example",
        "https://com",
        "http://salon.example",
        "https://salon.example/book",
        "https://salon.example?",
        "https://salon.example#",
        "https://salon.example//",
        "https://ana@salon.example",
        "https://salon.example:0",
        "https://salon.example:65536",
        "https://salon.example:0443",
        "https://salon.example:",
        "https://salon.example, https://other.example",
        "https://salon.example https://other.example",
        "https://salon.example\r\nSet-Cookie: a=b",
        "https://salon.example\n",
        "https://salon.example\x00",
        "https://salon\\.example",
        "https://münchen.example",
        "https://salon.exаmple",  # noqa: RUF001 - a Cyrillic letter
        "https://192.0.2.1",
        "https://0x7f.1",
        "https://[2001:db8::1]",
        "https://[::ffff:127.0.0.1]",
        "http://127.1",
        "http://localhost.salon.example",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "chrome-extension://abcdefgh",
        "ws://salon.example",
        "https:salon.example",
        "//salon.example",
        "salon.example",
        "https://" + "a" * 64 + ".example",
        "https://" + "a." * 127 + "example",
        "https://salon.example" + "/" * 10_000,
    ],
)
def test_what_is_no_origin_or_stands_for_several_is_refused(hostile: str) -> None:
    with pytest.raises(OriginNotUnderstood):
        origin_of(hostile)


PIECES = ["https://", "http://", "a.example", "localhost", ":443", ":8", "/", "*", "@", ".", "\t"]


@given(
    strategies.one_of(
        strategies.text(max_size=60),
        strategies.lists(strategies.sampled_from(PIECES), max_size=6).map("".join),
        strategies.from_regex(
            r"https?://[a-zA-Z0-9.\-\[\]:]{1,40}(:[0-9]{1,6})?/?", fullmatch=True
        ),
    )
)
def test_whatever_is_taken_names_one_host_and_nothing_else(text: str) -> None:
    try:
        origin = origin_of(text)
    except OriginNotUnderstood:
        return

    parts = urlsplit(origin)
    assert origin_of(origin) == origin
    assert f"{parts.scheme}://{parts.netloc}" == origin
    assert origin.isascii()
    assert origin == origin.lower()
    assert not {*origin} & {*"*,@ \\?#\"'<>"}
    assert (
        parts.scheme == "https" or parts.netloc.rpartition(":")[0] in HERE or parts.netloc in HERE
    )


def test_each_origin_is_listed_once_and_there_are_so_many_at_most() -> None:
    many = [f"https://salon{number}.example" for number in range(MOST)]

    assert origins_of([*many, *many]) == tuple(sorted(many))
    with pytest.raises(TooManyOrigins):
        origins_of([*many, "https://one.more.example"])


def test_a_business_lists_origins() -> None:
    given = TENANT.fold([tenant_registered])

    listed = tenants.list_origins(list_origins, given)

    assert listed == [origins_listed]
    assert tenants.list_origins(list_origins, TENANT.fold(listed, given)) == []
    with pytest.raises(TenantNotFound):
        tenants.list_origins(list_origins, TENANT.fold([]))
    with pytest.raises(OriginNotUnderstood):
        tenants.list_origins(replace(list_origins, origins=("*",)), given)


def test_there_is_a_row_while_there_are_origins() -> None:
    row: Any = ORIGINS.evolve(None, origins_listed)

    assert (row.id, row.origins) == (origins_listed.tenant_id, origins_listed.origins)
    assert ORIGINS.evolve(row, replace(origins_listed, origins=())) is None
