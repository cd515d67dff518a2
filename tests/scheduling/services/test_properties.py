"""What holds for services after any history."""

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.messages import DomainError
from domain.scheduling import services
from domain.scheduling.services import SERVICE, Offer, Service, ServiceEvent
from domain.values import Money
from tests.scheduling.services.examples import service_id

Decision = Callable[[Any, Service], Sequence[ServiceEvent]]

offers = st.builds(
    Offer,
    name=st.sampled_from(["Haircut", "Massage"]),
    category=st.sampled_from(["Hair", None]),
    price=st.none() | st.builds(Money, st.integers(-1, 2), st.just("EUR")),
    duration_minutes=st.sampled_from([0, 30, 60, 1441]),
    buffer_after_minutes=st.sampled_from([-1, 0, 15]),
)
orders = st.one_of(
    st.builds(
        lambda offer: (services.create, services.CreateService(service_id=service_id, offer=offer)),
        offers,
    ),
    st.builds(
        lambda offer: (services.change, services.ChangeService(service_id=service_id, offer=offer)),
        offers,
    ),
    st.just((services.remove, services.RemoveService(service_id=service_id))),
    st.just((services.restore, services.RestoreService(service_id=service_id))),
)


def carry_out(order: tuple[Decision, Any], service: Service) -> Sequence[ServiceEvent]:
    decide, command = order
    try:
        return decide(command, service)
    except DomainError:
        return []


@given(st.lists(orders, max_size=12))
def test_an_order_carried_out_twice_changes_nothing_the_second_time(history) -> None:
    service = SERVICE.initial
    for order in history:
        service = SERVICE.fold(carry_out(order, service), service)

        assert carry_out(order, service) == []


@given(st.lists(orders, max_size=12))
def test_whatever_is_active_can_be_booked(history) -> None:
    service = SERVICE.initial
    for order in history:
        service = SERVICE.fold(carry_out(order, service), service)

    assert not service.active or 1 <= service.duration_minutes <= services.LONGEST
    assert service.price is None or service.price.amount >= 0
    assert service.buffer_before_minutes >= 0
    assert service.buffer_after_minutes >= 0
