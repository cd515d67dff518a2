import pytest
from msgspec.structs import replace

from domain.scheduling import services
from domain.scheduling.services import SERVICE, Offer, Service, ServiceEvent
from domain.values import Money
from tests.scheduling.services.examples import (
    change_service,
    create_service,
    haircut,
    remove_service,
    restore_service,
    service_changed,
    service_created,
    service_removed,
    service_restored,
)


def given(*history: ServiceEvent) -> Service:
    return SERVICE.fold(history)


def test_a_new_service_is_offered_at_once() -> None:
    created = services.create(create_service, given())

    assert created == [service_created]
    assert SERVICE.fold(created).active


def test_creating_the_same_service_twice_changes_nothing() -> None:
    assert services.create(create_service, given(service_created)) == []


def test_an_id_belongs_to_the_service_created_under_it() -> None:
    another = replace(create_service, offer=replace(haircut, name="Massage"))

    with pytest.raises(services.ServiceIdTaken):
        services.create(another, given(service_created))


def test_creating_a_removed_service_asks_for_its_restoration() -> None:
    with pytest.raises(services.ServiceIsRemoved):
        services.create(create_service, given(service_created, service_removed))


def test_a_changed_service_is_offered_as_it_was_changed() -> None:
    changed = services.change(change_service, given(service_created))

    assert changed == [service_changed]
    assert given(service_created, *changed).price == Money(4900, "EUR")


def test_changing_a_service_into_what_it_is_changes_nothing() -> None:
    assert services.change(change_service, given(service_created, service_changed)) == []


def test_a_removed_service_cannot_be_changed() -> None:
    with pytest.raises(services.ServiceIsRemoved):
        services.change(change_service, given(service_created, service_removed))


def test_a_removed_service_cannot_be_booked() -> None:
    removed = services.remove(remove_service, given(service_created))

    assert removed == [service_removed]
    assert not given(service_created, *removed).active


def test_removing_twice_changes_nothing() -> None:
    assert services.remove(remove_service, given(service_created, service_removed)) == []


def test_a_restored_service_is_offered_as_it_was() -> None:
    removed = given(service_created, service_changed, service_removed)

    restored = services.restore(restore_service, removed)

    assert restored == [service_restored]
    assert SERVICE.fold(restored, removed) == given(service_created, service_changed)


def test_restoring_what_is_offered_changes_nothing() -> None:
    assert services.restore(restore_service, given(service_created)) == []


def test_only_what_was_created_can_be_changed_removed_or_restored() -> None:
    with pytest.raises(services.ServiceNotFound):
        services.change(change_service, given())
    with pytest.raises(services.ServiceNotFound):
        services.remove(remove_service, given())
    with pytest.raises(services.ServiceNotFound):
        services.restore(restore_service, given())


IMPOSSIBLE = [
    ({"price": Money(-1, "EUR")}, services.PriceIsNegative),
    ({"duration_minutes": 0}, services.DurationOutOfRange),
    ({"duration_minutes": -30}, services.DurationOutOfRange),
    ({"duration_minutes": 24 * 60 + 1}, services.DurationOutOfRange),
    ({"buffer_before_minutes": -1}, services.BufferOutOfRange),
    ({"buffer_after_minutes": -1}, services.BufferOutOfRange),
    ({"buffer_before_minutes": 24 * 60 + 1}, services.BufferOutOfRange),
    ({"buffer_after_minutes": 24 * 60 + 1}, services.BufferOutOfRange),
]


@pytest.mark.parametrize(("part", "refusal"), IMPOSSIBLE)
def test_an_impossible_offer_is_neither_created_nor_changed_to(part, refusal) -> None:
    offer = replace(haircut, **part)

    with pytest.raises(refusal):
        services.create(replace(create_service, offer=offer), given())
    with pytest.raises(refusal):
        services.change(replace(change_service, offer=offer), given(service_created))


@pytest.mark.parametrize(
    "part",
    [
        {"price": None},
        {"price": Money(0, "EUR")},
        {"duration_minutes": 1},
        {"duration_minutes": 24 * 60},
        {"buffer_before_minutes": 24 * 60, "buffer_after_minutes": 0},
    ],
)
def test_the_limits_themselves_are_possible(part) -> None:
    offer = replace(haircut, **part)

    created = services.create(replace(create_service, offer=offer), given())

    assert created == [replace(service_created, offer=offer)]


def test_a_service_takes_its_own_time_and_no_more_unless_it_says_so() -> None:
    cut = Offer(name="Cut", duration_minutes=45)

    assert (cut.buffer_before_minutes, cut.buffer_after_minutes) == (0, 0)
