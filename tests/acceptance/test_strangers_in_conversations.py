"""Those who spoke in 1,192 conversations are strangers who fill a form in, at API servers that are killed all
the while: one lead per person, every score what a computation of its own says, every one who came is won.
"""

import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import pytest

from adapters.clock import SettableClock
from application.ports import About
from domain.sales.forms import FORMS
from domain.scheduling.bookings import CompleteBooking
from domain.values import BookingId
from infra.composition import running_system
from infra.settings import Settings
from tests.acceptance.processes import Http, dying_servers, owner, servers
from tests.acceptance.rebuilding import assert_rebuilt_is_the_same
from tests.acceptance.test_real_conversations import ALL_DAY, DATA, WEEKDAYS, ZONE

PEOPLE = 800
PAIRS = 20
"""Couples who share an address."""

SENDERS = 6
TRIES = 200
WON_EVERY = 40

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not DATA.exists(), reason=f"{DATA} is not there"),
]

FIRST = ("Zoé", "Ana", "Hugo", "Ruth", "Ivan", "Maya", "Omar", "Léa", "Noah", "Inès")
LAST = ("Dupont", "Martin", "Okafor", "Silva", "Novak", "Tanaka", "Berg", "Rossi")


class Filled(NamedTuple):
    """What somebody sends: who it is, and what they type."""

    number: int
    person: int
    answers: dict[str, str]


def conversations() -> Iterator[Filled]:
    """Read what people say first. Who comes back types their address and number another way."""
    for number, line in enumerate(DATA.read_text().splitlines()):
        person, again = number % PEOPLE, number >= PEOPLE
        said = [turn["text"] for turn in json.loads(line)["turns"] if turn["speaker"] == "user"]
        yield Filled(number, person, {**_typed(person, again=again), "message": said[0][:2_000]})


def _typed(person: int, *, again: bool) -> dict[str, str]:
    couple = person // 2 if person < 2 * PAIRS else None
    email = f"couple{couple}@example.org" if couple is not None else f"person{person}@example.org"
    digits = f"{person:04}"
    return {
        "name": f"{FIRST[person % 10]} {LAST[person // 10 % 8]} {_word(person // 80)}",
        "email": email.replace("@example", "@EXAMPLE").title() if again else email,
        "phone": f"(415) 260-{digits}" if again else f"+1415260{digits}",
    }


def _word(number: int) -> str:
    return ("Alba", "Bruno", "Carla", "Dario", "Elena", "Felix", "Greta", "Hanna", "Igor", "Jonas")[
        number
    ]


def form() -> dict[str, Any]:
    contact: dict[str, Any] = msgspec.to_builtins(FORMS.examples[0])
    phone = {"key": "phone", "asks": "phone", "label": {"en": "Phone"}, "fills": "phone"}
    return {**contact, "questions": [*contact["questions"], phone], "min_seconds": 0}


def fill_in(ports: list[int], where: str, stamp: str, filled: Filled) -> None:
    """Send a form until it is taken: whoever is killed has perhaps done it already."""
    body = {"answers": filled.answers, "stamp": stamp, "decoy": "", "language": "en"}
    headers = {"Idempotency-Key": f"conversation-{filled.number}"}
    for attempt in range(TRIES):
        with suppress(OSError, HTTPException), Http(ports[attempt % len(ports)]) as http:
            answer = http("POST", f"{where}/submit", body, **headers)
            assert answer.status in (201, 503), answer
            if answer.status == 201:
                return
    raise AssertionError(f"nobody took {filled}")


def everything(port: int, token: str, path: str) -> list[Any]:
    found, cursor = [], ""
    with Http(port, token) as http:
        for _ in itertools.count():
            page = http("GET", f"{path}?limit=200{cursor}").body
            found += page["data"]
            if not page["has_more"]:
                return found
            cursor = f"&cursor={page['next_cursor']}"
    return found


def score_of(messages: list[str]) -> int:
    """Compute a score apart: name 5, address 10, number 15, five points for a hundred characters up to 15,
    five for each form, 40 at most; a person has not been answered yet.
    """
    hundredths = 3000 + min(5 * sum(map(len, messages)), 1500) + min(500 * len(messages), 4000)
    return min(100, (hundredths + 50) // 100)


def test_every_stranger_is_one_lead_whoever_is_killed(dsn: str) -> None:
    told = list(conversations())
    clock = SettableClock(datetime.now(UTC))

    with running_system(Settings(), dsn, clock=clock) as system:
        with servers(dsn, 1) as (port,):
            token = owner(port)
            with Http(port, token) as http:
                made = http("POST", "/v1/lead-forms", form())
                assert made.status == 201, made
                where = f"/v1/lead-forms/{made.body['id']}"
                stamp = http("GET", f"{where}/public").body["stamp"]
        with dying_servers(dsn, 3) as ports, ThreadPoolExecutor(SENDERS) as pool:
            for taken in [pool.submit(fill_in, ports, where, stamp, each) for each in told]:
                taken.result()
        system.settle()
        with servers(dsn, 1) as (port,):
            won = _win_some(system, clock, port, token)
            system.settle()
            leads = everything(port, token, "/v1/leads")
            submissions = everything(port, token, "/v1/submissions")
            clients = {each["id"]: each for each in everything(port, token, "/v1/clients")}
            bookings = everything(port, token, "/v1/bookings")

        by_person = defaultdict(list)
        for each in told:
            by_person[each.answers["name"]].append(each.answers["message"])
        named = {lead["id"]: clients[lead["client_id"]]["name"] for lead in leads}
        assert len(by_person) == PEOPLE
        assert Counter(named.values()) == Counter(dict.fromkeys(by_person, 1))
        assert len(submissions) == len(told)
        assert {each["status"] for each in submissions} == {"accepted"}
        assert Counter(each["lead_id"] for each in submissions) == {
            lead: len(by_person[name]) for lead, name in named.items()
        }
        open_ones = [lead for lead in leads if lead["id"] not in won]
        assert {lead["id"]: lead["score"] for lead in open_ones} == {
            lead["id"]: score_of(by_person[named[lead["id"]]]) for lead in open_ones
        }
        for lead in leads:
            parts = lead["breakdown"]
            whole = sum(part["hundredths"] for part in parts["parts"])
            assert whole + parts["rounding"] + parts["clamping"] == parts["score"] * 100
        assert {lead["id"] for lead in leads if lead["status"] == "converted"} == won
        came = {each["client_id"] for each in bookings if each["status"] == "completed"}
        assert came == {lead["client_id"] for lead in leads if lead["id"] in won}
        assert_rebuilt_is_the_same(system)


def _win_some(system: Any, clock: SettableClock, port: int, token: str) -> set[str]:
    """Let some of them book, and come."""
    leads = sorted(everything(port, token, "/v1/leads"), key=lambda lead: str(lead["id"]))
    soon = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    settings = {"time_zone": ZONE, "hours": dict.fromkeys(WEEKDAYS, ALL_DAY)}
    with Http(port, token) as http:
        person = {"name": "Robin", "settings": {**settings, "auto_confirm": True}}
        robin = http("POST", "/v1/professionals", person).body["id"]
        booked = [
            http(
                "POST",
                "/v1/bookings",
                {
                    "professional_id": robin,
                    "client_id": lead["client_id"],
                    "starts_at": (soon + timedelta(hours=number)).isoformat(),
                    "duration_minutes": 30,
                },
            )
            for number, lead in enumerate(leads[::WON_EVERY])
        ]
        assert {each.status for each in booked} == {201}, booked
        tenant = http("GET", "/v1/auth/me").body["tenant_id"]
    clock.set(soon + timedelta(days=30))
    for number, each in enumerate(booked):
        order = CompleteBooking(booking_id=BookingId(each.body["id"]))
        by = About(tenant=tenant, actor="user-robin", command_id=UUID(int=number + 1))
        system.dispatch(order, by)
    return {str(lead["id"]) for lead in leads[::WON_EVERY]}
