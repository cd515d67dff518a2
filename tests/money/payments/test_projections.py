"""How payments are shown, after each thing that happens."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.messages import Event
from domain.money import payments
from domain.money.payments import PAYMENT, figures_of, marks_of, status_of
from domain.people.clients import ClientErased
from projections.money.payments import PAYMENTS
from projections.people.client_timeline import CLIENT_TIMELINE
from tests.money.payments.examples import (
    client_id,
    payment_attempted,
    payment_captured,
    payment_conflicted,
    payment_expired,
    payment_id,
    payment_opened,
    payment_requested,
    payment_unanswered,
    refund_reported,
    refund_requested,
)
from tests.money.payments.test_properties import REPORTS

client_erased = ClientErased(client_id=client_id, streams=(client_id, payment_id))


def shown(*events: Event) -> Any:
    row: Any = None
    for event in events:
        assert PAYMENTS.key(event) == [payment_id]
        row = PAYMENTS.evolve(row, event)
    return row


def entry(*events: Event) -> Any:
    row: Any = None
    for event in events:
        assert payment_id in CLIENT_TIMELINE.key(event)
        row = CLIENT_TIMELINE.evolve(row, event)
    return row


def test_a_payment_says_where_it_is_paid_and_what_was() -> None:
    row = shown(payment_requested, payment_opened, payment_captured, payment_attempted)

    assert (row.amount, row.currency, row.captured, row.status) == (5000, "EUR", 5000, "succeeded")
    assert row.payment_url == payment_opened.url
    assert (row.client_id, row.reason) == (client_id, "A deposit")


def test_what_is_not_as_it_should_be_is_shown() -> None:
    row = shown(payment_requested, payment_unanswered, payment_conflicted, payment_expired)

    assert (row.marks, row.unanswered, row.differing) == (
        ("unknown", "conflicted"),
        ("open",),
        ("amount",),
    )


def test_why_is_gone_with_whoever_is_erased() -> None:
    row = shown(payment_requested, payment_captured, refund_requested, client_erased)

    assert (row.reason, row.refunds[0].reason) == (None, None)
    assert (row.captured, row.refund_pending) == (5000, 2000)


def test_nobody_is_erased_who_was_not_there() -> None:
    assert shown(client_erased) is None


@given(st.lists(REPORTS, max_size=6))
def test_what_is_shown_is_what_is_decided_by(reports: list[Any]) -> None:
    payment = PAYMENT.fold((payment_requested, refund_requested))
    row: Any = shown(payment_requested, refund_requested)
    for each in reports:
        events = payments.report(each, payment)
        payment = PAYMENT.fold(events, payment)
        for event in events:
            row = PAYMENTS.evolve(row, event)

    figures = figures_of(payment)
    assert (row.status, row.marks) == (status_of(payment), marks_of(payment))
    assert (row.captured, row.refunded, row.refund_pending) == (
        figures.captured,
        figures.refunded,
        figures.refund_pending,
    )


def test_on_a_timeline_a_payment_is_one_entry() -> None:
    paid = entry(payment_requested, payment_captured, payment_attempted, refund_reported)

    assert (paid.kind, paid.text, paid.payment_status) == ("payment", "A deposit", "succeeded")
    assert (paid.captured, paid.refunded) == (5000, 2000)
    assert entry(payment_requested, payment_expired).payment_status == "expired"
    assert entry(payment_requested, client_erased) is None
