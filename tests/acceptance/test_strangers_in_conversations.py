"""Those who spoke in 1,192 conversations are strangers who fill a form in, at API servers that are killed all
the while: one lead per person, every score what a computation of its own says, every one who came is won.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from adapters.clock import SettableClock
from application.ports import About
from domain.scheduling.bookings import CompleteBooking
from domain.values import BookingId
from infra.composition import running_system
from infra.settings import Settings
from tests.acceptance.processes import Http, dying_servers, owner, servers
from tests.acceptance.rebuilding import assert_rebuilt_is_the_same
from tests.acceptance.strangers import (
    PEOPLE,
    assert_each_is_one_lead,
    assert_scores_are_right,
    conversations,
    everything,
    fill_in,
    messages,
    opened,
    shown,
)
from tests.acceptance.test_real_conversations import ALL_DAY, DATA, WEEKDAYS, ZONE

SENDERS = 6
WON_EVERY = 40

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not DATA.exists(), reason=f"{DATA} is not there"),
]


def test_every_stranger_is_one_lead_whoever_is_killed(dsn: str) -> None:
    told = list(conversations())
    clock = SettableClock(datetime.now(UTC))

    with running_system(Settings(), dsn, clock=clock) as system:
        with servers(dsn, 1) as (port,):
            token = owner(port)
            form = opened(port, token)
        with dying_servers(dsn, 3) as ports, ThreadPoolExecutor(SENDERS) as pool:
            for taken in [pool.submit(fill_in, ports, *form, each) for each in told]:
                taken.result()
        system.settle()
        with servers(dsn, 1) as (port,):
            won = _win_some(system, clock, port, token)
            system.settle()
            found = shown(port, token)
            bookings = everything(port, token, "/v1/bookings")

        assert len(messages(told)) == PEOPLE
        assert_each_is_one_lead(told, found)
        assert_scores_are_right(told, found, won)
        assert {lead["id"] for lead in found.leads if lead["status"] == "converted"} == won
        came = {each["client_id"] for each in bookings if each["status"] == "completed"}
        assert came == {lead["client_id"] for lead in found.leads if lead["id"] in won}
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
