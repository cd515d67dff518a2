from datetime import UTC, datetime

import pytest

from application.scheduling.professionals import USE_CASES
from domain.messages import Command, Event
from domain.scheduling import professionals
from tests.in_memory import InMemory
from tests.scheduling.professionals.examples import (
    change_contact,
    change_settings,
    close_for_booking,
    closed_for_booking,
    contact_changed,
    open_for_booking,
    opened_for_booking,
    professional_id,
    professional_registered,
    professional_retired,
    register_professional,
    rename_professional,
    retire_professional,
    settings_changed,
)

ORDERS: list[tuple[Command, list[Event]]] = [
    (register_professional, [professional_registered]),
    (register_professional, []),
    (rename_professional, [contact_changed]),
    (change_contact, []),
    (change_settings, [settings_changed]),
    (close_for_booking, [closed_for_booking]),
    (open_for_booking, [opened_for_booking]),
    (retire_professional, [professional_retired]),
    (retire_professional, []),
]


def test_what_is_ordered_happens_in_the_stream_of_the_professional() -> None:
    past = InMemory(USE_CASES, now=datetime(2026, 11, 21, tzinfo=UTC))

    for command, happened in ORDERS:
        assert past.run(command) == happened

    assert past.streams == {
        professional_id: [event for _, happened in ORDERS for event in happened]
    }


def test_every_order_about_professionals_can_be_carried_out() -> None:
    commands = {
        command
        for command in vars(professionals).values()
        if isinstance(command, type) and issubclass(command, Command) and command is not Command
    }

    assert set(USE_CASES) == commands


def test_what_is_refused_leaves_no_trace() -> None:
    past = InMemory(USE_CASES, now=datetime(2026, 11, 21, tzinfo=UTC))

    with pytest.raises(professionals.ProfessionalNotFound):
        past.run(rename_professional)

    assert past.streams == {}
