"""Who is not logged in has limits, too: by where they come from, and by whose account they try."""

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx2 as httpx
import pytest

from api.business import auth, users
from api.problems.refusals import TooManyRequests
from api.web.addresses import Addresses
from api.web.routing import ORDERS, PASSWORDS, QUESTIONS, Threads
from infra.composition import System, application
from infra.settings import Mode, Settings, SettingsError, read_settings
from tests.http.sockets import Line, request, served

pytestmark = pytest.mark.postgres

PASSWORD = "nine green teapots"


@pytest.fixture
def settings() -> Settings:
    return Settings(mode=Mode.TEST, strangers_per_minute=100, trusted_proxies=("127.0.0.1",))


class Strangers:
    """Ask over one connection, by way of a proxy that says where they are."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def ask(self, path: str, body: Any = None, *, at: str, **headers: str) -> httpx.Response:
        given = [(b"x-forwarded-for", at.encode())]
        given += [(name.encode(), value.encode()) for name, value in headers.items()]
        method, content = ("GET", b"") if body is None else ("POST", json.dumps(body).encode())
        self._line.say(request(method, path, content, given))
        return self._line.answer(method, path)

    def register(self, number: int, *, at: str, **more: str) -> httpx.Response:
        person = {
            "user_type": "client",
            "name": "Zoé",
            "email": f"zoe{number}@example.org",
            "password": PASSWORD,
        }
        return self.ask("/v1/auth/register", {**person, **more}, at=at)

    def log_in(
        self, number: int, *, at: str, password: str = "wrong", **headers: str
    ) -> httpx.Response:
        body = {"email": f"zoe{number}@example.org", "password": password}
        return self.ask("/v1/auth/login", body, at=at, **headers)


@pytest.fixture
def strangers(system: System) -> Iterator[Strangers]:
    with served(application(system)) as port, Line(port) as line:
        yield Strangers(line)


def statuses(answers: list[httpx.Response]) -> list[int]:
    return [answer.status_code for answer in answers]


def test_five_accounts_an_hour_are_made_from_one_address(strangers: Strangers) -> None:
    made = [strangers.register(number, at="192.0.2.1") for number in range(6)]

    assert statuses(made) == [201] * 5 + [429]
    assert made[-1].json()["code"] == "too-many-requests"
    assert 0 < int(made[-1].headers["retry-after"]) <= 3600
    assert strangers.register(6, at="192.0.2.2").status_code == 201


def test_signing_up_tells_five_times_an_hour_that_somebody_has_an_account(
    strangers: Strangers,
) -> None:
    strangers.register(0, at="192.0.2.1")

    told = [strangers.register(0, at="192.0.2.2") for _ in range(6)]

    assert statuses(told) == [409] * 5 + [429]


def test_who_opens_a_business_is_not_told_without_end_who_has_an_account(
    strangers: Strangers,
) -> None:
    """And then nothing more is told: neither of whom there is, nor of whom there is not."""
    zoe = {"user_type": "beauty_professional", "business_name": "Salon"}
    strangers.register(0, at="192.0.2.1", **zoe)
    token = strangers.log_in(0, at="192.0.2.1", password=PASSWORD).json()["access_token"]

    def add(number: int, at: str = "192.0.2.1") -> httpx.Response:
        body = {"name": "A", "email": f"zoe{number}@example.org", "password": PASSWORD}
        known = {"Authorization": f"Bearer {token}"}
        return strangers.ask("/v1/users", {**body, "roles": ["owner"]}, at=at, **known)

    added = add(1)
    told = [add(0) for _ in range(50)]
    after = [add(0), add(2)]

    assert added.status_code == 201
    assert {(each.status_code, each.json()["code"]) for each in told} == {(409, "email-taken")}
    assert {(each.status_code, each.json()["policy"]) for each in after} == {
        (429, "taken-addresses")
    }
    assert add(2, at="192.0.2.9").status_code == 201


def test_a_business_makes_twenty_accounts_an_hour_for_others(strangers: Strangers) -> None:
    """Those that are not made are not counted; and other businesses make theirs."""
    salon = {"user_type": "beauty_professional", "business_name": "Salon"}

    def owner(number: int) -> str:
        strangers.register(number, at="192.0.2.1", **salon)
        begun = strangers.log_in(number, at="192.0.2.1", password=PASSWORD)
        return f"Bearer {begun.json()['access_token']}"

    def add(number: int, by: str, **more: str) -> httpx.Response:
        person = {"name": "A", "email": f"zoe{number}@example.org", "password": PASSWORD, **more}
        at = f"198.51.100.{number % 200}"
        return strangers.ask("/v1/users", {**person, "roles": ["auditor"]}, at=at, Authorization=by)

    first, second = owner(0), owner(1)
    weak = [add(number, first, password="password") for number in range(2, 25)]
    taken = [add(1, first) for _ in range(3)]
    made = [add(number, first) for number in range(2, 23)]

    assert {*statuses(weak)} == {422}
    assert {*statuses(taken)} == {409}
    assert statuses(made) == [201] * 20 + [429]
    assert made[-1].json()["policy"] == "accounts"
    assert 0 < int(made[-1].headers["retry-after"]) <= 3600
    assert add(23, second).status_code == 201


def test_who_is_refused_for_the_password_may_choose_another(strangers: Strangers) -> None:
    weak = [strangers.register(0, at="192.0.2.1", password="password") for _ in range(8)]

    assert statuses(weak) == [422] * 8
    assert strangers.register(0, at="192.0.2.1").status_code == 201


def test_a_network_of_ipv6_is_one_address(strangers: Strangers) -> None:
    made = [strangers.register(n, at=f"2001:db8:1:2:{n}::{n}") for n in range(1, 7)]

    assert statuses(made) == [201] * 5 + [429]
    assert strangers.register(7, at="2001:db8:1:3::1").status_code == 201


def test_thirty_logins_a_minute_fail_from_one_address_whosever_they_are(
    strangers: Strangers,
) -> None:
    sprayed = [strangers.log_in(number, at="192.0.2.1") for number in range(31)]

    assert statuses(sprayed) == [401] * 30 + [429]
    assert sprayed[-1].json()["code"] == "too-many-attempts"


def test_ten_logins_a_minute_fail_for_one_account_wherever_they_come_from(
    strangers: Strangers,
) -> None:
    tried = [strangers.log_in(0, at=f"192.0.2.{number}") for number in range(11)]

    assert statuses(tried) == [401] * 10 + [429]


def test_where_somebody_came_in_before_no_stranger_locks_them_out(strangers: Strangers) -> None:
    strangers.register(0, at="192.0.2.1")
    strangers.log_in(0, at="192.0.2.1", password=PASSWORD)
    for number in range(20):
        strangers.log_in(0, at=f"198.51.100.{number}")

    assert strangers.log_in(0, at="203.0.113.1", password=PASSWORD).status_code == 429
    assert strangers.log_in(0, at="192.0.2.1", password=PASSWORD).status_code == 200


def test_who_logs_in_does_not_count_as_one_who_fails(strangers: Strangers) -> None:
    """Thirty colleagues behind one address begin their day."""
    strangers.register(0, at="192.0.2.1")

    begun = [strangers.log_in(0, at="192.0.2.1", password=PASSWORD) for _ in range(32)]

    assert set(statuses(begun)) == {200}


@pytest.mark.parametrize("path", ["/v1/status", "/metrics", "/v1/services", "/nowhere"])
def test_whatever_strangers_ask_is_counted(strangers: Strangers, path: str) -> None:
    asked = [strangers.ask(path, at="192.0.2.1") for _ in range(101)]

    assert asked[99].status_code != 429
    assert (asked[100].status_code, asked[100].json()["code"]) == (429, "too-many-requests")
    assert strangers.ask(path, at="192.0.2.2").status_code != 429
    assert strangers.ask("/v1/health", at="192.0.2.1").status_code == 200


CLAIMS = [
    ("/v1/status", "Bearer x"),
    ("/v1/services", "Bearer x"),
    ("/docs", "Bearer x"),
    ("/openapi.json", "Bearer x"),
    ("/nowhere", "Bearer x"),
    ("/nowhere", "Basic eDp5"),
]


def test_a_claim_makes_nobody_known(strangers: Strangers) -> None:
    for number, (path, claim) in enumerate(CLAIMS):
        at = f"192.0.2.{number}"
        asked = [strangers.ask(path, at=at, Authorization=claim) for _ in range(101)]
        assert asked[99].status_code != 429, path
        assert (asked[100].status_code, asked[100].json()["code"]) == (429, "too-many-requests")


def test_who_has_to_wait_long_for_a_password_is_sent_away() -> None:
    """And threads that hash are apart: nobody else waits for them."""
    let_go, threads = threading.Event(), Threads(1, most_waiting=2)

    async def crowd() -> list[Any]:
        tries = [asyncio.ensure_future(threads.run(let_go.wait, {})) for _ in range(10)]
        await asyncio.sleep(0)
        let_go.set()
        return await asyncio.gather(*tries, return_exceptions=True)

    sent_away = [each for each in asyncio.run(crowd()) if isinstance(each, TooManyRequests)]

    assert 7 <= len(sent_away) <= 8


@pytest.mark.parametrize("function", [auth.register, auth.log_in, users.add_user])
def test_whatever_hashes_a_password_has_threads_of_its_own(function: Any) -> None:
    assert function.threads is PASSWORDS
    assert PASSWORDS not in (ORDERS, QUESTIONS)


# --- Whose word is taken for an address -----------------------------------------------------


def scope(peer: str | None, *forwarded: str) -> dict[str, Any]:
    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    return {"client": (peer, 50_000) if peer else None, "headers": headers}


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", ["203.0.113.9"], "192.0.2.1"),
        ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1", "203.0.113.9, 10.0.0.2"], "203.0.113.9"),
        ("10.0.0.1", ["203.0.113.9, nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["nonsense, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.9:4711"], "203.0.113.9"),
        ("10.0.0.1", ["[2001:db8:1:2::3]:4711"], "2001:db8:1:2::/64"),
        ("::ffff:10.0.0.1", ["::ffff:203.0.113.9"], "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
        (None, ["203.0.113.9"], ""),
    ],
)
def test_only_proxies_of_ours_say_where_a_request_comes_from(peer, forwarded, found) -> None:
    addresses = Addresses(("10.0.0.0/24",))

    assert addresses.of(scope(peer, *forwarded)) == found


def test_without_proxies_nobody_is_believed() -> None:
    assert Addresses().of(scope("127.0.0.1", "203.0.113.9")) == "127.0.0.1"


def test_proxies_are_networks() -> None:
    assert read_settings({"TRUSTED_PROXIES": "10.0.0.1, fd00::/8"}).trusted_proxies == (
        "10.0.0.1",
        "fd00::/8",
    )
    with pytest.raises(SettingsError, match="TRUSTED_PROXIES"):
        read_settings({"TRUSTED_PROXIES": "*"})


def test_one_setting_multiplies_all_limits() -> None:
    settings = read_settings({"LIMIT_FACTOR": "0.25", "REGISTRATIONS_PER_HOUR": "8"})

    assert settings.times(settings.registrations_per_hour) == 2
    assert settings.times(1) == 1
