"""The services that are listed, after each thing that happens to one."""

from domain.scheduling.services import ServiceEvent
from domain.values import Money
from projections.scheduling.services import SERVICES, ListedService
from tests.scheduling.services.examples import (
    ana,
    haircut,
    service_changed,
    service_created,
    service_id,
    service_removed,
    service_restored,
)


def listed(*history: ServiceEvent) -> ListedService | None:
    row = None
    for event in history:
        assert SERVICES.key(event) == [service_id]
        row = SERVICES.evolve(row, event)
    assert row is None or isinstance(row, ListedService)
    return row


def test_a_new_service_is_listed_with_everything_a_client_asks() -> None:
    assert listed(service_created) == ListedService(
        id=service_id,
        name="Haircut",
        category="Hair",
        price=Money(4500, "EUR"),
        duration_minutes=45,
        buffer_before_minutes=0,
        buffer_after_minutes=15,
        professional_ids=(ana,),
        active=True,
    )


def test_a_changed_service_is_listed_as_it_is_now() -> None:
    row = listed(service_created, service_changed)

    assert row is not None
    assert row.price == Money(4900, "EUR")
    assert row.active


def test_a_removed_service_is_kept_as_inactive() -> None:
    row = listed(service_created, service_removed)

    assert row is not None
    assert (row.name, row.active) == (haircut.name, False)


def test_a_restored_service_is_listed_as_before() -> None:
    restored = listed(service_created, service_removed, service_restored)

    assert restored == listed(service_created)
