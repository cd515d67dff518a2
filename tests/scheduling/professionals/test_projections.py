from functools import reduce

from domain.scheduling.professionals import ProfessionalEvent
from projections.scheduling.professional_contacts import PROFESSIONAL_CONTACTS, ProfessionalContact
from projections.scheduling.professionals import PROFESSIONALS, ListedProfessional
from tests.scheduling.professionals.examples import (
    closed_for_booking,
    contact_changed,
    mornings,
    opened_for_booking,
    professional_id,
    professional_registered,
    professional_retired,
    settings_changed,
    with_a_break,
)

listed = ListedProfessional(id=professional_id, name="Ana Roy", settings=mornings)


def after(*history: ProfessionalEvent) -> ListedProfessional:
    assert all(PROFESSIONALS.key(event) == [professional_id] for event in history)
    row = reduce(PROFESSIONALS.evolve, history, None)
    assert isinstance(row, ListedProfessional)
    return row


def test_whoever_is_registered_is_listed() -> None:
    assert after(professional_registered) == listed


def test_the_newest_name_and_settings_are_listed() -> None:
    row = after(professional_registered, contact_changed, settings_changed)

    assert (row.name, row.settings) == ("Ana Sand", with_a_break)


def test_one_sees_who_takes_bookings() -> None:
    assert not after(professional_registered, closed_for_booking).accepts_bookings
    assert after(professional_registered, closed_for_booking, opened_for_booking).accepts_bookings


def test_whoever_retired_is_still_listed_but_not_active() -> None:
    row = after(professional_registered, professional_retired)

    assert row.name == "Ana Roy"
    assert not row.active


def test_the_list_hears_of_everything_that_can_happen_to_a_professional() -> None:
    assert set(PROFESSIONALS.subscribes_to) == set(ProfessionalEvent.__args__)


def test_the_newest_contact_is_known_to_those_who_work_here() -> None:
    history = [professional_registered, contact_changed, settings_changed]

    assert [PROFESSIONAL_CONTACTS.key(event) for event in history] == [[professional_id]] * 3
    assert reduce(PROFESSIONAL_CONTACTS.evolve, history, None) == ProfessionalContact(
        id=professional_id,
        name="Ana Sand",
        email="ana@example.org",
        phone=None,
        language="fr",
        time_zone=None,
    )


def test_what_everybody_may_see_names_no_address() -> None:
    assert "ana@example.org" not in str(after(professional_registered, contact_changed))
