"""What is ours in a record follows from what happened to it, whatever anybody types."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.business.webhooks import (
    WEBHOOKS,
    EndpointStatus,
    PauseWebhookEndpoint,
    ResumeWebhookEndpoint,
    RotateWebhookSecret,
    StopWebhookEndpoint,
    WebhookEndpoint,
    pause,
    resume,
    rotate,
    stop,
)
from domain.records import ChangeRecord, CreateRecord, change, create
from tests.records.test_declared import declared_with

ID = "webhook-endpoint-1"
NOW = datetime(2027, 1, 4, tzinfo=UTC)

typed = st.builds(
    WebhookEndpoint,
    url=st.sampled_from(["https://a.example.org/", "https://b.example.org/"]),
    thin=st.booleans(),
    status=st.sampled_from(EndpointStatus),
    secret_number=st.integers(0, 9),
    secret_since=st.none() | st.just(NOW),
)


def created(record: Any, values: Any) -> Any:
    return create(WEBHOOKS, CreateRecord(kind=WEBHOOKS.one, id=ID, values=values), record)


def changed(record: Any, values: Any) -> Any:
    return change(WEBHOOKS, ChangeRecord(kind=WEBHOOKS.one, id=ID, values=values), record)


OWN = {
    "rotate": lambda record: rotate(RotateWebhookSecret(ID), record, now=NOW),
    "pause": lambda record: pause(PauseWebhookEndpoint(ID), record),
    "resume": lambda record: resume(ResumeWebhookEndpoint(ID), record),
    "stop": lambda record: stop(StopWebhookEndpoint(ID, EndpointStatus.GONE), record),
}


@given(typed, st.lists(st.sampled_from([*OWN]) | typed, max_size=12))
def test_whatever_is_typed_what_is_ours_is_as_if_nobody_had_said_it(
    first: WebhookEndpoint, orders: list[Any]
) -> None:
    fold = WEBHOOKS.aggregate.fold
    record = fold(created(fold([]), first))
    plain = fold(created(fold([]), WebhookEndpoint(url="https://a.example.org/")))

    for order in orders:
        if isinstance(order, str):
            plain = fold(OWN[order](plain), plain)
            record = fold(OWN[order](record), record)
        else:
            record = fold(changed(record, order), record)
            assert record.values is not None
            assert (record.values.url, record.values.thin) == (order.url, order.thin)

    for name in WEBHOOKS.ours:
        assert getattr(record.values, name) == getattr(plain.values, name)


def test_who_makes_the_same_again_after_something_of_ours_happened_has_made_it() -> None:
    fold = WEBHOOKS.aggregate.fold
    values = WebhookEndpoint(url="https://a.example.org/")
    record = fold(created(fold([]), values))
    record = fold(OWN["rotate"](record), record)

    assert created(record, values) == []
    with pytest.raises(WEBHOOKS.id_taken):
        created(record, replace(values, url="https://b.example.org/"))


def test_what_is_ours_is_there_and_has_a_beginning() -> None:
    with pytest.raises(ValueError, match="no field colour"):
        declared_with(ours=frozenset({"colour"}))
    with pytest.raises(ValueError, match="nobody says what rate is"):
        declared_with(ours=frozenset({"rate"}))
