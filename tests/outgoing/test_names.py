"""What a name means is asked once, by a resolver that changes its mind, and nobody else is reached."""

import socket
import threading
from collections.abc import Sequence
from unittest.mock import ANY

import pytest

from adapters.outgoing import Limits, system_addresses
from adapters.outgoing.deadline import Deadline
from adapters.outgoing.lookups import Lookups
from adapters.outgoing.wire import Dial
from application.outgoing import Allowed, Answered, Failed, Failure, Outcome, Request
from infra.composition.resources import allowed_by, outgoing_of
from infra.settings import read_settings
from tests.outgoing.conftest import Out
from tests.outgoing.somebody import (
    HERE,
    NOW,
    THANKS,
    Authority,
    Resolver,
    Somebody,
    saying,
    somebody,
    two,
)

INSIDE = "127.0.0.1"
FORBIDDEN = [
    INSIDE,
    "10.0.0.1",
    "169.254.169.254",
    "100.100.100.200",
    "::1",
    "::ffff:169.254.169.254",
    f"::ffff:{HERE}",
    "64:ff9b::7f00:2",
    "2002:7f00:2::1",
    "fd00:ec2::254",
    "fe80::1%lo",
]


def url(there: Somebody) -> str:
    return f"http://hooks.example:{there.port}/in"


def why(outcome: Outcome) -> Failure:
    assert isinstance(outcome, Failed), outcome
    return outcome.why


def test_a_name_that_changes_its_mind_is_asked_once_and_believed_once(out: Out) -> None:
    resolver = Resolver([HERE], [INSIDE])
    with two(saying(THANKS), INSIDE) as (there, inside):
        way = out(there, resolver=resolver)

        first = way.send(Request(url=url(there)))
        asked = list(resolver.asked)
        second = way.send(Request(url=url(there)))

    assert isinstance(first, Answered)
    assert asked == ["hooks.example"]
    assert why(second) is Failure.ADDRESS_NOT_ALLOWED
    assert (there.callers, inside.callers) == (1, 0)


@pytest.mark.parametrize("forbidden", FORBIDDEN)
@pytest.mark.parametrize("order", [1, -1])
def test_one_address_that_may_not_be_is_one_too_many(out: Out, forbidden: str, order: int) -> None:
    with two(saying(THANKS), INSIDE) as (there, inside):
        resolver = Resolver([HERE, forbidden][::order])
        failure = why(out(there, resolver=resolver).send(Request(url=url(there))))

    assert failure is Failure.ADDRESS_NOT_ALLOWED
    assert failure.is_final
    assert (there.callers, inside.callers) == (0, 0)


def test_nobody_hears_whether_a_name_of_our_network_is_there(out: Out) -> None:
    there = Somebody(port=443)
    known, unknown = (
        out(there, resolver=Resolver(found)).send(Request(url="https://vault.corp.example/"))
        for found in (["10.0.0.5"], [])
    )

    assert known == unknown == Failed(why=Failure.ADDRESS_NOT_ALLOWED, seconds=0)


def test_whoever_answers_is_at_the_address_that_was_dialled(out: Out) -> None:
    with somebody(saying(THANKS), at=INSIDE) as inside:

        def misled(address: tuple[str, int], seconds: float) -> socket.socket:
            return socket.create_connection((INSIDE, address[1]), seconds)

        answer = out(inside, dial=misled).send(Request(url=url(inside)))

    assert why(answer) is Failure.ADDRESS_NOT_ALLOWED
    assert not any(inside.heard)


def ending_at(peer: str, own: str, port: int) -> Dial:
    """Dial somebody inside by a connection that says it ends there."""

    class Pretending(socket.socket):
        def getpeername(self) -> tuple[str, int]:
            return peer, 443

        def getsockname(self) -> tuple[str, int]:
            return own, 50_000

    def dial(_address: tuple[str, int], _seconds: float) -> socket.socket:
        sock = Pretending()
        sock.connect((INSIDE, port))
        return sock

    return dial


@pytest.mark.parametrize(
    ("peer", "own", "fits"),
    [
        ("1.1.1.1", "9.9.9.9", True),
        ("1.1.1.2", "9.9.9.9", False),
        ("10.0.0.1", "9.9.9.9", False),
        ("1.1.1.1", "1.1.1.1", False),
    ],
    ids=["there", "somebody else", "inside", "ourselves, under our public address"],
)
def test_whoever_was_reached_is_looked_at_before_anything_is_said(
    out: Out, peer: str, own: str, fits: bool
) -> None:
    with somebody(saying(THANKS), at=INSIDE) as inside:
        dial = ending_at(peer, own, inside.port)
        answer = out(inside, resolver=Resolver(["1.1.1.1"]), dial=dial).send(
            Request(url=url(inside))
        )

    assert isinstance(answer, Answered) is fits
    assert any(inside.heard) is fits


def test_where_one_address_is_dead_another_is_tried(out: Out) -> None:
    dialled = []
    with somebody(saying(THANKS)) as there:

        def first_is_dead(address: tuple[str, int], seconds: float) -> socket.socket:
            dialled.append(address)
            if len(dialled) == 1:
                raise ConnectionRefusedError
            return socket.create_connection(address, seconds)

        way = out(there, resolver=Resolver(["1.1.1.1", HERE]), dial=first_is_dead)
        answer = way.send(Request(url=url(there)))

    assert isinstance(answer, Answered)
    assert dialled == [("1.1.1.1", there.port), (HERE, there.port)]


def test_a_name_with_a_thousand_addresses_is_not_dialled_a_thousand_times(out: Out) -> None:
    dialled = []

    def dead(address: tuple[str, int], seconds: float) -> socket.socket:
        dialled.append(address)
        raise ConnectionRefusedError

    many = [f"1.1.{n // 250}.{n % 250 + 1}" for n in range(1_000)]
    way = out(Somebody(port=443), resolver=Resolver(many), dial=dead)

    assert why(way.send(Request(url="https://hooks.example/"))) is Failure.NOT_REACHED
    assert len(dialled) == 4


# --- Resolvers in trouble -----------------------------------------------------------------


def test_a_resolver_that_never_answers_is_not_waited_for(out: Out) -> None:
    over = threading.Event()

    def never(_name: str) -> Sequence[str]:
        over.wait()
        return ()

    way = out(Somebody(port=443), resolver=never, limits=Limits(connecting=0.2))
    answer = way.send(Request(url="https://hooks.example/"))
    over.set()

    assert why(answer) is Failure.TOO_SLOW


def test_resolvers_that_never_answer_take_no_more_threads_than_there_are_for_it() -> None:
    over, asked = threading.Event(), []

    def never(name: str) -> Sequence[str]:
        asked.append(name)
        over.wait()
        return ()

    lookups = Lookups(never, at_once=2)
    for name in ("a.example", "b.example", "c.example"):
        with pytest.raises(TimeoutError):
            lookups.addresses(name, Deadline(0.2))
    over.set()

    assert asked == ["a.example", "b.example"]
    assert list(lookups.addresses("d.example", Deadline(60))) == []


def test_a_resolver_that_fails_for_now_may_be_asked_again(out: Out) -> None:
    def away(_name: str) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    answer = out(Somebody(port=443), resolver=away).send(Request(url="https://hooks.example/"))

    assert why(answer) is Failure.NOT_REACHED
    assert not why(answer).is_final


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Have the system asked without a network: it knows one name, and what it was asked."""
    asked: list[str] = []

    def getaddrinfo(host: str, _port: None, **_how: object) -> list[tuple[object, ...]]:
        asked.append(host)
        if host.rstrip(".") != "hooks.example":
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        ends: list[tuple[object, ...]] = [("1.1.1.1", 0), ("2a00:1450::1", 0, 0, 0), ("1.1.1.1", 0)]
        return [(None, None, None, "", end) for end in ends]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_the_system_is_asked_for_a_whole_name(system: list[str]) -> None:
    assert list(system_addresses("hooks.example")) == ["1.1.1.1", "2a00:1450::1"]
    assert list(system_addresses("vault")) == []
    assert list(system_addresses("hooks.example", searched=True)) == ["1.1.1.1", "2a00:1450::1"]

    assert system == ["hooks.example.", "vault.", "hooks.example"]


# --- As it is set -------------------------------------------------------------------------


def test_without_a_word_in_the_settings_nothing_but_the_internet_is_sent_to() -> None:
    allowed = allowed_by(read_settings({}))

    assert allowed == Allowed(ports=(443,), plain=False, networks=(), never=())


def test_what_is_set_is_sent_to(authority: Authority) -> None:
    with somebody(saying(THANKS), tls=authority.vouches_for(HERE)) as there:
        settings = {
            "OUTGOING_PORTS": f"443, {there.port}",
            "OUTGOING_NETWORKS": f"{HERE}/32",
            "OUTGOING_NEVER": "1.1.1.0/24",
            "OUTGOING_CA_FILE": str(authority.file),
            "OUTGOING_MOST_BYTES": "1000",
        }
        way = outgoing_of(read_settings(settings), lambda: NOW)
        answer = way.send(Request(url=f"https://{HERE}:{there.port}/", keep=6))

    assert answer == Answered(status=200, seconds=ANY, body=b"thanks")
    assert why(way.send(Request(url="https://1.1.1.1/"))) is Failure.ADDRESS_NOT_ALLOWED
