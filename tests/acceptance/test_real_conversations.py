"""The appointments that people asked for in 1,192 conversations: who comes late is refused, nobody
else is, and everything anybody can see is what a computation of its own says.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from infra.composition import running_system
from infra.settings import Settings
from tests.acceptance.processes import Http, in_processes, owner, servers
from tests.acceptance.rebuilding import assert_rebuilt_is_the_same

DATA = Path("../shared/data/appointment_dialogues.jsonl")
ZONE = "America/Los_Angeles"
ALL_DAY = [{"opens": "00:00", "closes": "24:00"}]
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
HOUR = timedelta(hours=1)
CLIENTS = 4

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not DATA.exists(), reason=f"{DATA} is not there"),
]


class Wanted(NamedTuple):
    """An attempt, by the provider's clock."""

    number: int
    provider: str
    local_start: datetime


def attempts() -> list[Wanted]:
    """Read the attempts in file order, moved into the future by whole weeks."""
    calls = [call for line in DATA.read_text().splitlines() for call in json.loads(line)["calls"]]
    starts = [datetime.fromisoformat(f"{call['date']}T{call['time']}") for call in calls]
    soon = datetime.now(ZoneInfo(ZONE)).replace(tzinfo=None) + timedelta(days=2)
    moved = -((min(starts) - soon) // timedelta(weeks=1)) * timedelta(weeks=1)
    return [
        Wanted(number, call["provider"], start + moved)
        for number, (call, start) in enumerate(zip(calls, starts, strict=True))
    ]


def expected(wanted: list[Wanted]) -> set[int]:
    """Say which attempts must succeed, without asking the product."""
    taken: dict[str, list[datetime]] = {}
    won = set()
    for number, provider, local in wanted:
        start = local.replace(tzinfo=ZoneInfo(ZONE)).astimezone(ZoneInfo("UTC"))
        mine = taken.setdefault(provider, [])
        if all(abs(start - other) >= HOUR for other in mine):
            mine.append(start)
            won.add(number)
    return won


def open_agendas(port: int, token: str, providers: list[str]) -> dict[str, str]:
    """Register professionals who are open all day; return their ids."""
    settings = {"time_zone": ZONE, "hours": dict.fromkeys(WEEKDAYS, ALL_DAY)}
    found = {}
    with Http(port, token) as http:
        for provider in providers:
            made = http("POST", "/v1/professionals", {"name": provider, "settings": settings})
            assert made.status == 201, made
            found[provider] = made.body["id"]
    return found


def ask(
    port: int, token: str, service: str, professionals: dict[str, str], wanted: list[Wanted]
) -> dict[int, tuple[int, str | None]]:
    """Make attempts one after the other; return the status and code of each."""
    came_of = {}
    with Http(port, token) as http:
        for number, provider, local in wanted:
            body = {
                "professional_id": professionals[provider],
                "service_id": service,
                "starts_at": local.replace(tzinfo=ZoneInfo(ZONE)).isoformat(),
                "override": True,
            }
            answer = http("POST", "/v1/bookings", body, Idempotency_Key=f"attempt-{number}")
            came_of[number] = (answer.status, answer.body.get("code"))
    return came_of


def every_booking(port: int, token: str) -> Iterator[Mapping[str, str]]:
    """Page through all bookings there are."""
    cursor: str | None = ""
    with Http(port, token) as http:
        while cursor is not None:
            page = http("GET", f"/v1/bookings?limit=200{cursor}").body
            yield from page["data"]
            cursor = f"&cursor={page['next_cursor']}" if page["has_more"] else None


def test_who_comes_late_is_refused_and_nobody_else(dsn: str) -> None:
    wanted = attempts()
    providers = list(dict.fromkeys(each.provider for each in wanted))
    dealt = [providers[n::CLIENTS] for n in range(CLIENTS)]

    with running_system(Settings(), dsn) as system, servers(dsn, 2) as ports:
        token = owner(ports[0])
        at = [ports[n % len(ports)] for n in range(CLIENTS)]
        with Http(ports[0], token) as http:
            hour = http("POST", "/v1/services", {"name": "An hour", "duration_minutes": 60}).body[
                "id"
            ]
        opened = in_processes(open_agendas, [(at[n], token, dealt[n]) for n in range(CLIENTS)])
        shares = [[each for each in wanted if each.provider in mine] for mine in opened]
        answers = in_processes(
            ask, [(at[n], token, hour, opened[n], shares[n]) for n in range(CLIENTS)]
        )
        came_of = {number: answer for share in answers for number, answer in share.items()}
        system.runner.catch_up()
        shown = list(every_booking(ports[1], token))

        booked = {number for number, (status, _) in came_of.items() if status == 201}
        assert booked == expected(wanted)
        assert {came_of[n] for n in came_of if n not in booked} == {(409, "slot-taken")}
        assert len(booked) + 428 == len(wanted) == 1602

        names = {identity: name for mine in opened for name, identity in mine.items()}
        agenda = {(names[b["professional_id"]], b["local_start"]) for b in shown}
        assert len(shown) == len(booked)
        assert agenda == {
            (w.provider, w.local_start.isoformat()) for w in wanted if w.number in booked
        }

        assert_rebuilt_is_the_same(system)
