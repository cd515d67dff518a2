import pytest
from msgspec.structs import replace

from domain.scheduling import professionals
from domain.scheduling.professionals import PROFESSIONAL, Professional, ProfessionalEvent
from tests.scheduling.professionals.examples import (
    ana,
    change_contact,
    change_settings,
    close_for_booking,
    closed_for_booking,
    contact_changed,
    mornings,
    open_for_booking,
    opened_for_booking,
    professional_registered,
    professional_retired,
    register_professional,
    rename_professional,
    retire_professional,
    settings_changed,
    with_a_break,
)


def given(*history: ProfessionalEvent) -> Professional:
    return PROFESSIONAL.fold(history)


def test_whoever_is_registered_can_be_booked_at_once() -> None:
    registered = professionals.register(register_professional, given())

    assert registered == [professional_registered]
    professionals.refuse_unless_bookable(given(*registered))


def test_registering_the_same_person_twice_changes_nothing() -> None:
    assert professionals.register(register_professional, given(professional_registered)) == []


@pytest.mark.parametrize(
    "other", [{"contact": replace(ana, name="Bo")}, {"settings": with_a_break}]
)
def test_an_id_belongs_to_the_professional_registered_under_it(other) -> None:
    another = replace(register_professional, **other)

    with pytest.raises(professionals.ProfessionalIdTaken):
        professionals.register(another, given(professional_registered))


def test_a_new_name_leaves_the_rest_of_the_contact() -> None:
    renamed = professionals.rename(rename_professional, given(professional_registered))

    assert renamed == [contact_changed]


def test_the_contact_is_what_it_was_changed_to() -> None:
    changed = professionals.change_contact(change_contact, given(professional_registered))

    assert changed == [contact_changed]
    assert given(professional_registered, *changed).contact == change_contact.contact


def test_the_same_name_or_contact_again_changes_nothing() -> None:
    changed = given(professional_registered, contact_changed)

    assert professionals.rename(rename_professional, changed) == []
    assert professionals.change_contact(change_contact, changed) == []


def test_changed_settings_hold_from_now_on() -> None:
    changed = professionals.change_settings(change_settings, given(professional_registered))

    assert changed == [settings_changed]
    assert given(professional_registered, *changed).settings == with_a_break


def test_the_same_settings_again_change_nothing() -> None:
    changed = given(professional_registered, settings_changed)

    assert professionals.change_settings(change_settings, changed) == []


def test_whoever_is_closed_for_booking_cannot_be_booked_until_open_again() -> None:
    closed = professionals.close_for_booking(close_for_booking, given(professional_registered))

    assert closed == [closed_for_booking]
    with pytest.raises(professionals.BookingDisabled):
        professionals.refuse_unless_bookable(given(professional_registered, *closed))

    opened = professionals.open_for_booking(
        open_for_booking, given(professional_registered, *closed)
    )

    assert opened == [opened_for_booking]
    professionals.refuse_unless_bookable(given(professional_registered, *closed, *opened))


def test_switching_booking_to_what_it_is_changes_nothing() -> None:
    opened = given(professional_registered)
    closed = given(professional_registered, closed_for_booking)

    assert professionals.open_for_booking(open_for_booking, opened) == []
    assert professionals.close_for_booking(close_for_booking, closed) == []


def test_a_retired_professional_cannot_be_booked() -> None:
    retired = professionals.retire(retire_professional, given(professional_registered))

    assert retired == [professional_retired]
    with pytest.raises(professionals.ProfessionalIsRetired):
        professionals.refuse_unless_bookable(given(professional_registered, *retired))


def test_retiring_twice_changes_nothing() -> None:
    retired = given(professional_registered, professional_retired)

    assert professionals.retire(retire_professional, retired) == []


ORDERS = [
    (professionals.rename, rename_professional),
    (professionals.change_contact, change_contact),
    (professionals.change_settings, change_settings),
    (professionals.open_for_booking, open_for_booking),
    (professionals.close_for_booking, close_for_booking),
]


@pytest.mark.parametrize(
    ("decide", "order"), [*ORDERS, (professionals.retire, retire_professional)]
)
def test_only_who_was_registered_can_be_changed(decide, order) -> None:
    with pytest.raises(professionals.ProfessionalNotFound):
        decide(order, given())


@pytest.mark.parametrize(
    ("decide", "order"), [*ORDERS, (professionals.register, register_professional)]
)
def test_a_retired_professional_stays_retired(decide, order) -> None:
    retired = given(professional_registered, closed_for_booking, professional_retired)

    with pytest.raises(professionals.ProfessionalIsRetired):
        decide(order, retired)


def test_nobody_can_be_booked_who_was_never_registered() -> None:
    with pytest.raises(professionals.ProfessionalNotFound):
        professionals.refuse_unless_bookable(given())


NOWHERE = replace(mornings, time_zone="Europe/Atlantis")


def test_nobody_is_registered_with_settings_that_make_no_sense() -> None:
    with pytest.raises(professionals.InvalidSettings) as refusal:
        professionals.register(replace(register_professional, settings=NOWHERE), given())

    assert "#/settings/time_zone" in str(refusal.value.facts)


def test_settings_that_make_no_sense_change_nothing() -> None:
    with pytest.raises(professionals.InvalidSettings) as refusal:
        professionals.change_settings(
            replace(change_settings, settings=NOWHERE), given(professional_registered)
        )

    assert "#/time_zone" in str(refusal.value.facts)
