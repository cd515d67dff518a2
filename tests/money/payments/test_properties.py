"""Whatever a provider says, in whichever order, however often, and whatever is ordered meanwhile."""

from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from domain.messages import DomainError
from domain.money import payments
from domain.money.payments import (
    PAYMENT,
    AttemptReport,
    Payment,
    PaymentCaptured,
    RefundReport,
    RefundReported,
    RefundStatus,
    ReportPayment,
    RequestRefund,
    Stage,
    figures_of,
    marks_of,
    status_of,
)
from domain.values import Money, RefundId
from tests.money.payments.examples import (
    cancel_payment,
    expire_payment,
    expires_at,
    payment_cancel_requested,
    payment_expired,
    payment_id,
    payment_requested,
    refund_requested,
)

NAMES: Final = [RefundId("refund-1"), RefundId("refund-2"), refund_requested.refund_id]
AMOUNTS: Final = st.sampled_from([0, 1, 2000, 3000, 5000, 7000])

ATTEMPTS: Final = st.builds(
    AttemptReport,
    id=st.sampled_from(["charge-1", "charge-2"]),
    authorized=AMOUNTS,
    captured=AMOUNTS,
    stage=st.sampled_from([None, *Stage]),
    reason=st.sampled_from([None, "declined", "abandoned"]),
)
REFUNDS: Final = st.builds(
    RefundReport,
    id=st.sampled_from(NAMES),
    amount=AMOUNTS,
    status=st.sampled_from(RefundStatus),
)
REPORTS: Final = st.builds(
    ReportPayment,
    payment_id=st.just(payment_id),
    amount=st.sampled_from([*[Money(5000, "EUR")] * 4, Money(5000, "USD"), Money(50, "EUR")]),
    account=st.sampled_from([None, None, None, "somebody-else"]),
    attempts=st.lists(ATTEMPTS, max_size=2).map(tuple),
    refunds=st.lists(REFUNDS, max_size=2).map(tuple),
    canceled=st.booleans(),
)
STARTS: Final = st.sampled_from(
    [
        (payment_requested,),
        (payment_requested, payment_expired),
        (payment_requested, payment_cancel_requested),
        (payment_requested, refund_requested),
    ]
).map(PAYMENT.fold)


def told(payment: Payment, reports: list[ReportPayment]) -> Payment:
    for each in reports:
        payment = PAYMENT.fold(payments.report(each, payment), payment)
    return payment


@given(STARTS, st.lists(REPORTS, min_size=1, max_size=6), st.data())
def test_the_order_and_the_number_of_reports_change_nothing(
    start: Payment, reports: list[ReportPayment], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(reports), max_size=6))
    others = data.draw(st.permutations([*reports, *again]))

    one, other = told(start, reports), told(start, others)

    assert one == other
    assert (status_of(one), figures_of(one), marks_of(one)) == (
        status_of(other),
        figures_of(other),
        marks_of(other),
    )


ORDERS: Final = st.one_of(
    REPORTS,
    st.builds(
        RequestRefund,
        payment_id=st.just(payment_id),
        refund_id=st.sampled_from(NAMES),
        amount=st.one_of(st.none(), AMOUNTS),
    ),
    st.sampled_from([cancel_payment, expire_payment]),
)


def decided(order: object, payment: Payment) -> list[payments.PaymentEvent]:
    try:
        match order:
            case ReportPayment():
                return [*payments.report(order, payment)]
            case RequestRefund():
                return [*payments.refund(order, payment)]
            case payments.CancelPayment():
                return [*payments.cancel(order, payment)]
            case _:
                return [*payments.expire(expire_payment, payment, now=expires_at)]
    except DomainError:
        return []


@given(st.lists(ORDERS, max_size=15))
def test_no_more_is_given_back_than_was_captured_and_no_more_captured_than_asked_for(
    orders: list[object],
) -> None:
    payment = PAYMENT.fold((payment_requested,))
    captured = refunded = 0
    for order in orders:
        events = decided(order, payment)
        taken = [each for each in events if isinstance(each, PaymentCaptured)]
        captured += sum(each.moved for each in taken)
        refunded += sum(each.given_back for each in taken)
        refunded += sum(each.moved for each in events if isinstance(each, RefundReported))
        payment = PAYMENT.fold(events, payment)
        figures = figures_of(payment)

        assert 0 <= figures.refunded + figures.refund_pending <= figures.captured
        assert figures.captured <= figures.authorized <= payment.amount
        assert (captured, refunded) == (figures.captured, figures.refunded)


@given(st.lists(ORDERS, max_size=10), ORDERS)
def test_done_twice_it_changes_nothing_the_second_time(orders: list[object], last: object) -> None:
    payment = PAYMENT.fold((payment_requested,))
    for order in (*orders, last):
        payment = PAYMENT.fold(decided(order, payment), payment)

    if not isinstance(last, RequestRefund):
        assert decided(last, payment) == []
