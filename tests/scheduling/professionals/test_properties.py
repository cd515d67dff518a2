"""What holds for professionals after any history."""

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.messages import DomainError
from domain.scheduling import professionals
from domain.scheduling.professionals import PROFESSIONAL, Professional, ProfessionalEvent, Status
from tests.scheduling.professionals.examples import (
    ana,
    ana_married,
    change_contact,
    change_settings,
    close_for_booking,
    mornings,
    open_for_booking,
    register_professional,
    rename_professional,
    retire_professional,
    with_a_break,
)

Order = tuple[Callable[[Any, Professional], Sequence[ProfessionalEvent]], Any]

nowhere = replace(mornings, time_zone="Mars")
orders = st.sampled_from(
    [
        *(
            (professionals.register, replace(register_professional, contact=who))
            for who in (ana, ana_married)
        ),
        *(
            (professionals.rename, replace(rename_professional, name=name))
            for name in ("Ana Roy", "Ana Sand")
        ),
        *(
            (professionals.change_contact, replace(change_contact, contact=who))
            for who in (ana, ana_married)
        ),
        *(
            (professionals.change_settings, replace(change_settings, settings=settings))
            for settings in (mornings, with_a_break, nowhere)
        ),
        (professionals.open_for_booking, open_for_booking),
        (professionals.close_for_booking, close_for_booking),
        (professionals.retire, retire_professional),
    ]
)


def carry_out(order: Order, professional: Professional) -> Sequence[ProfessionalEvent]:
    decide, command = order
    try:
        return decide(command, professional)
    except DomainError:
        return []


@given(st.lists(orders, max_size=12))
def test_an_order_carried_out_twice_changes_nothing_the_second_time(history) -> None:
    professional = PROFESSIONAL.initial
    for order in history:
        professional = PROFESSIONAL.fold(carry_out(order, professional), professional)

        assert carry_out(order, professional) == []


@given(st.lists(orders, max_size=12))
def test_whoever_is_there_has_settings_that_make_sense_and_every_event_changes_something(
    history,
) -> None:
    professional = PROFESSIONAL.initial
    for order in history:
        for event in carry_out(order, professional):
            before, professional = professional, PROFESSIONAL.evolve(professional, event)

            assert professional != before
            assert professional.status is not Status.NONE
            professionals.refuse_invalid(professional.settings)
