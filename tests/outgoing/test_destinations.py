"""What is typed as an address is read in one way, or refused."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.outgoing import (
    Address,
    AddressNotAllowed,
    Allowed,
    Network,
    destination_of,
    is_public,
)
from application.outgoing.destinations import Reason

INTERNET = Allowed()

PRIVATE = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "168.63.129.16/32",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/128",
    "::1/128",
    "::/96",
    "::ffff:0:0/96",
    "::ffff:0:0:0/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "100:0:0:1::/64",
    "2001::/32",
    "2001:2::/48",
    "2001:10::/28",
    "2001:20::/28",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
]
"""Written down a second time, from the registries of IANA: what a slip takes out there is here."""

PUBLIC = [
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "168.63.129.15",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2000::1",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2003::1",
    "2a00:1450::1",
    "3ffe:ffff::1",
]


def networks(version: int | None = None) -> st.SearchStrategy[Network]:
    listed = [ip_network(text) for text in PRIVATE]
    return st.sampled_from([each for each in listed if version in (None, each.version)])


def addresses_in(network: Network) -> st.SearchStrategy[Address]:
    most = network.num_addresses - 1
    offsets = st.one_of(st.sampled_from([0, most]), st.integers(0, most))
    return offsets.map(lambda offset: network[offset])


private_v4 = networks(4).flatmap(addresses_in).map(lambda found: IPv4Address(int(found)))
any_v4 = st.integers(0, 2**32 - 1).map(IPv4Address)


def refused(url: str, allowed: Allowed = INTERNET) -> Reason:
    with pytest.raises(AddressNotAllowed) as refusal:
        destination_of(url, allowed)
    return refusal.value.reason


# --- Addresses ------------------------------------------------------------------------


@given(networks().flatmap(addresses_in))
def test_no_address_of_a_network_that_is_not_public_is_sent_to(address: Address) -> None:
    host = f"[{address}]" if address.version == 6 else str(address)

    assert not is_public(address)
    assert refused(f"https://{host}/") is Reason.HOST


@pytest.mark.parametrize("text", PUBLIC)
def test_the_addresses_beside_them_are_sent_to(text: str) -> None:
    host = f"[{text}]" if ":" in text else text

    assert destination_of(f"https://{host}/", INTERNET).address == ip_address(text)


@given(st.one_of(any_v4, st.integers(2**125, 2**126 - 1).map(IPv6Address)))
def test_nothing_is_public_that_the_standard_library_says_is_not(address: Address) -> None:
    assert not is_public(address) or (address.is_global and not address.is_multicast)


ZONES = ["eth0", "25eth0", "1"]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("address", ["fe80::1", "2a00:1450::1"])
def test_an_address_with_a_zone_is_of_no_network(address: str, zone: str) -> None:
    everything = Allowed(networks=(ip_network("::/0"),))

    assert not everything.reaches(ip_address(f"{address}%{zone}"))
    assert refused(f"https://[{address}%{zone}]/", everything) is Reason.HOST


def dressed(inner: IPv4Address) -> dict[str, IPv6Address]:
    """Return an address of IPv4 in each dress of IPv6 that there is."""
    number = int(inner)
    return {
        "mapped": IPv6Address(0xFFFF << 32 | number),
        "compatible": IPv6Address(number),
        "translated": IPv6Address(0xFFFF << 48 | number),
        "nat64": IPv6Address(0x64_FF9B << 96 | number),
        "local nat64": IPv6Address(0x64_FF9B_0001 << 80 | number),
        "6to4": IPv6Address(0x2002 << 112 | number << 80 | 1),
        "teredo server": IPv6Address(0x2001_0000 << 96 | number << 64),
        "teredo client": IPv6Address(0x2001_0000 << 96 | number ^ 0xFFFF_FFFF),
        "isatap": IPv6Address(0x2A00_1450 << 96 | 0x5EFE << 32 | number),
        "isatap of the public": IPv6Address(0x2A00_1450 << 96 | 0x0200_5EFE << 32 | number),
    }


@given(any_v4)
def test_no_address_of_ipv4_is_reached_in_another_dress_not_even_a_public_one(
    inner: IPv4Address,
) -> None:
    for dress, address in dressed(inner).items():
        assert not is_public(address), dress
        assert refused(f"https://[{address}]/") is Reason.HOST, dress
        assert refused(f"https://[{address.exploded}]/") is Reason.HOST, dress


@given(private_v4)
def test_dotted_ends_of_ipv6_are_no_way_in_either(inner: IPv4Address) -> None:
    for before in ("::ffff:", "::", "::ffff:0:", "64:ff9b::", "0:0:0:0:0:FFFF:"):
        assert refused(f"https://[{before}{inner}]/") is Reason.HOST


SPELLINGS: list[Callable[[int], str]] = [
    str,
    "0{:o}".format,
    "000{:o}".format,
    "0x{:x}".format,
    "0X{:X}".format,
    "0x000{:x}".format,
]
WIDE = str.maketrans({".": "\u3002"} | {str(digit): chr(0xFF10 + digit) for digit in range(10)})


@st.composite
def spelled(draw: st.DrawFn, whichever: st.SearchStrategy[IPv4Address]) -> tuple[str, IPv4Address]:
    """Return an address in any spelling that some parser of URLs takes for it."""
    address = draw(whichever)
    parts = draw(st.integers(1, 4))
    octets = list(address.packed)
    numbers = [*octets[: parts - 1], int.from_bytes(octets[parts - 1 :], "big")]
    text = ".".join(draw(st.sampled_from(SPELLINGS))(number) for number in numbers)
    if draw(st.booleans()):
        text = text.translate(WIDE)
    if draw(st.booleans()):
        text = "".join(f"%{ord(c):02x}" if c.isascii() and draw(st.booleans()) else c for c in text)
    return text + draw(st.sampled_from(["", "."])), address


@given(spelled(private_v4))
def test_a_private_address_is_refused_in_whatever_spelling(
    written: tuple[str, IPv4Address],
) -> None:
    assert refused(f"https://{written[0]}/") is Reason.HOST


@given(spelled(any_v4.filter(is_public)))
def test_a_public_address_has_one_spelling_and_is_no_other(
    written: tuple[str, IPv4Address],
) -> None:
    text, address = written

    try:
        read = destination_of(f"https://{text}/", INTERNET)
    except AddressNotAllowed:
        assert text != str(address)
    else:
        assert read.address == address


# --- Whatever else is typed ------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", Reason.UNREADABLE),
        ("hooks.example.org", Reason.UNREADABLE),
        ("//hooks.example.org/", Reason.UNREADABLE),
        ("https:hooks.example.org", Reason.UNREADABLE),
        ("https:/hooks.example.org", Reason.UNREADABLE),
        ("https:///hooks.example.org", Reason.UNREADABLE),
        ("https://", Reason.UNREADABLE),
        ("https://hooks.example.org:/", Reason.UNREADABLE),
        ("https://hooks.example.org:443:443/", Reason.UNREADABLE),
        ("https://hooks.example.org:٤٤٣/", Reason.UNREADABLE),
        (" https://hooks.example.org/", Reason.UNREADABLE),
        ("https://hooks.example.org/ ", Reason.UNREADABLE),
        ("https://hooks.example.org/\n", Reason.UNREADABLE),
        ("https://hooks.exa\tmple.org/", Reason.UNREADABLE),
        ("https://hooks.example.org/a\r\nHost: other", Reason.UNREADABLE),
        ("https://hooks.example.org/\x00", Reason.UNREADABLE),
        ("https://hooks.example.org\u200b/", Reason.UNREADABLE),
        ("https://hooks.example.org/\u202egro", Reason.UNREADABLE),
        ("https://hooks.example.org\\@127.0.0.1/", Reason.UNREADABLE),
        ("https:\\\\127.0.0.1/", Reason.UNREADABLE),
        ("https://a@b@hooks.example.org/", Reason.UNREADABLE),
        ("https://[::1/", Reason.UNREADABLE),
        ("https://::1/", Reason.UNREADABLE),
        ("https://hooks.example.org/" + "a" * 2_000, Reason.UNREADABLE),
        ("http://hooks.example.org/", Reason.SCHEME),
        ("ftp://hooks.example.org/", Reason.SCHEME),
        ("file:///etc/passwd", Reason.UNREADABLE),
        ("gopher://127.0.0.1:6379/_x", Reason.SCHEME),
        ("https://user@hooks.example.org/", Reason.CREDENTIALS),
        ("https://user:secret@hooks.example.org/", Reason.CREDENTIALS),
        ("https://hooks.example.org:443@127.0.0.1/", Reason.CREDENTIALS),
        ("https://@hooks.example.org/", Reason.CREDENTIALS),
        ("https://hooks.example.org/#part", Reason.FRAGMENT),
        ("https://hooks.example.org#@127.0.0.1/", Reason.FRAGMENT),
        ("https://hooks.example.org:22/", Reason.PORT),
        ("https://hooks.example.org:0/", Reason.PORT),
        ("https://hooks.example.org:80/", Reason.PORT),
        ("https://hooks.example.org:65979/", Reason.PORT),  # 443, where 16 bits are all there is
        ("https://localhost/", Reason.HOST),
        ("https://LOCALHOST./", Reason.HOST),
        ("https://me.localhost/", Reason.HOST),
        ("https://postgres/", Reason.HOST),
        ("https://printer.local/", Reason.HOST),
        ("https://metadata.google.internal/", Reason.HOST),
        ("https://nas.home.arpa/", Reason.HOST),
        ("https://ⓛⓞcalhost/", Reason.HOST),
        ("https://127.0.0.1%2f.example.org/", Reason.HOST),
        ("https://hooks.example..org/", Reason.HOST),
        ("https://hooks.example.org../", Reason.HOST),
        ("https://.example.org/", Reason.HOST),
        ("https://./", Reason.HOST),
        ("https://-a.example.org/", Reason.HOST),
        ("https://a b.example.org/", Reason.UNREADABLE),
        ("https://a_b.example.org/", Reason.HOST),
        ("https://xn--a.example.org/", Reason.HOST),
        ("https://exa℀mple.org/", Reason.HOST),  # which some read as exaa/cmple.org
        (f"https://{'a' * 64}.example.org/", Reason.HOST),
        ("https://1.2.3/", Reason.HOST),
        ("https://1.2.3.4.5/", Reason.HOST),
        ("https://hooks.example.1/", Reason.HOST),
        ("https://hooks.example.0x/", Reason.HOST),
        ("https://256.1.1.1/", Reason.HOST),
        ("https://[v1.a]/", Reason.HOST),
        ("https://[127.0.0.1]/", Reason.HOST),
        ("https://[]/", Reason.HOST),
    ],
)
def test_what_can_be_read_in_two_ways_or_leads_elsewhere_is_refused(
    url: str, reason: Reason
) -> None:
    assert refused(url) is reason


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://hooks.example.org", "https://hooks.example.org/"),
        ("HTTPS://Hooks.Example.ORG:0443/In?Key=1", "https://hooks.example.org/In?Key=1"),
        ("https://hooks.example.org./in", "https://hooks.example.org/in"),
        ("https://hooks.example.org?key=1", "https://hooks.example.org/?key=1"),
        ("https://müller.example/réçu?ü=é", None),
        ("https://例え.テスト/", "https://xn--r8jz45g.xn--zckzah/"),
        ("https://hooks.example.org/a%2Fb%20c", "https://hooks.example.org/a%2Fb%20c"),
        ('https://hooks.example.org/<"{}>', "https://hooks.example.org/%3C%22%7B%7D%3E"),
        ("https://[2A00:1450:0:0::1]/", "https://[2a00:1450::1]/"),
        ("https://1.1.1.1/", "https://1.1.1.1/"),
    ],
)
def test_what_means_one_thing_is_kept_in_one_spelling(typed: str, kept: str | None) -> None:
    expected = kept or "https://xn--mller-kva.example/r%C3%A9%C3%A7u?%C3%BC=%C3%A9"

    read = destination_of(typed, INTERNET)

    assert read.url == expected
    assert destination_of(read.url, INTERNET) == read


@given(st.text(max_size=40), st.sampled_from(["", "https://", "https://hooks.example.org/"]))
def test_whatever_is_typed_is_read_or_refused(text: str, before: str) -> None:
    try:
        read = destination_of(before + text, INTERNET)
    except AddressNotAllowed:
        return

    assert read.url.isascii()
    assert destination_of(read.url, INTERNET) == read


def test_a_refusal_says_what_would_do() -> None:
    with pytest.raises(AddressNotAllowed) as refusal:
        destination_of("https://hooks.example.org:22/", Allowed(ports=(443, 8443)))

    assert refusal.value.ports == (443, 8443)
    assert "https://" in str(refusal.value)


# --- What an installation allows --------------------------------------------------------


def test_plain_http_is_sent_to_where_that_is_set_and_its_port_listed() -> None:
    development = Allowed(ports=(443, 80), plain=True)

    assert destination_of("http://hooks.example.org/", development).port == 80
    assert refused("http://hooks.example.org/", Allowed(plain=True)) is Reason.PORT
    assert refused("ftp://hooks.example.org/", development) is Reason.SCHEME


def test_a_network_of_ones_own_is_sent_to_where_it_is_listed_and_in_no_other_dress() -> None:
    sidecar = Allowed(networks=(ip_network("10.1.2.3/32"),))

    assert destination_of("https://10.1.2.3/", sidecar).host == "10.1.2.3"
    assert destination_of("https://sidecar/", sidecar).host == "sidecar"
    assert refused("https://10.1.2.4/", sidecar) is Reason.HOST
    assert refused("https://[::ffff:10.1.2.3]/", sidecar) is Reason.HOST
    assert refused("https://0x0a010203/", sidecar) is Reason.HOST


@pytest.mark.parametrize("host", ["hooks.example.org", "1.1.1.1", "[2a00:1450::1]"])
def test_a_port_is_said_where_it_is_not_the_usual_one(host: str) -> None:
    allowed = Allowed(ports=(443, 8443))

    assert destination_of(f"https://{host}:443/", allowed).authority == host
    assert destination_of(f"https://{host}:8443/", allowed).authority == f"{host}:8443"


def test_a_public_network_of_ones_own_is_not_sent_to_where_it_is_ruled_out() -> None:
    careful = Allowed(never=(ip_network("1.1.1.0/24"),))

    assert refused("https://1.1.1.1/", careful) is Reason.HOST
    assert destination_of("https://1.1.2.1/", careful).host == "1.1.2.1"
