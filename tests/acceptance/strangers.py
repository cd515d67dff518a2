"""Those who spoke in 1,192 real conversations, as strangers who fill a form in; and what is true of them then."""

import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from http.client import HTTPException
from typing import Any, NamedTuple

import msgspec

from domain.sales.forms import FORMS
from tests.acceptance.processes import Http
from tests.acceptance.test_real_conversations import DATA

PEOPLE = 800
PAIRS = 20
"""Couples who share an address."""

TRIES = 200

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


class Opened(NamedTuple):
    """A form, and what says when it was opened."""

    where: str
    stamp: str


def opened(port: int, token: str) -> Opened:
    """Make a form, and open it."""
    with Http(port, token) as http:
        made = http("POST", "/v1/lead-forms", form())
        assert made.status == 201, made
        where = f"/v1/lead-forms/{made.body['id']}"
        return Opened(where, http("GET", f"{where}/public").body["stamp"])


def messages(told: Sequence[Filled]) -> dict[str, list[str]]:
    """Return what each person has said, by name."""
    found = defaultdict(list)
    for each in told:
        found[each.answers["name"]].append(each.answers["message"])
    return found


class Won(NamedTuple):
    """What is shown of those who filled the form in."""

    leads: list[Any]
    clients: dict[str, Any]
    submissions: list[Any]


def shown(port: int, token: str) -> Won:
    """Read it all, as an owner does."""
    leads, clients, submissions = (
        everything(port, token, f"/v1/{many}") for many in ("leads", "clients", "submissions")
    )
    return Won(leads, {each["id"]: each for each in clients}, submissions)


def assert_each_is_one_lead(told: Sequence[Filled], won: Won) -> None:
    """See that each person is one lead, of all that they have sent."""
    said = messages(told)
    named = {lead["id"]: won.clients[lead["client_id"]]["name"] for lead in won.leads}
    assert Counter(named.values()) == Counter(dict.fromkeys(said, 1))
    assert len(won.submissions) == len(told)
    assert {each["status"] for each in won.submissions} == {"accepted"}
    assert Counter(each["lead_id"] for each in won.submissions) == {
        lead: len(said[name]) for lead, name in named.items()
    }


def assert_scores_are_right(told: Sequence[Filled], won: Won, over: set[str]) -> None:
    """See that the score of each is what it is when it is computed apart, and that its parts add up to it;
    of those whose lead is `over`, only the latter.
    """
    said = messages(told)
    for lead in won.leads:
        parts = lead["breakdown"]
        whole = sum(part["hundredths"] for part in parts["parts"])
        assert whole + parts["rounding"] + parts["clamping"] == parts["score"] * 100
        if lead["id"] not in over:
            name = won.clients[lead["client_id"]]["name"]
            assert lead["score"] == score_of(said[name]), lead
