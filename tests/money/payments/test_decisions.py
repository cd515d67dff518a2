"""What is decided about a payment, and what it comes to."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.messages import DomainError
from domain.money import payments
from domain.money.currencies import CurrencyNotKnown
from domain.money.payments import (
    PAYMENT,
    AttemptReport,
    Differing,
    Mark,
    Payment,
    PaymentEvent,
    PaymentStatus,
    RefundReport,
    RefundStatus,
    ReportPayment,
    Stage,
    figures_of,
    marks_of,
    status_of,
)
from domain.values import Money, RefundId
from tests.money.payments.examples import (
    cancel_payment,
    client_id,
    expire_payment,
    expires_at,
    given_back,
    now,
    paid,
    payment_attempted,
    payment_cancel_requested,
    payment_captured,
    payment_expired,
    payment_id,
    payment_opened,
    payment_requested,
    payment_unanswered,
    price,
    record_opened,
    record_unanswered,
    refund_id,
    refund_reported,
    refund_requested,
    report_paid,
    report_refunded,
    request_payment,
    request_refund,
)


def given(*history: PaymentEvent) -> Payment:
    return PAYMENT.fold(history)


def after(payment: Payment, *reports: ReportPayment) -> Payment:
    for each in reports:
        payment = PAYMENT.fold(payments.report(each, payment), payment)
    return payment


requested = given(payment_requested)
captured = given(payment_requested, payment_captured, payment_attempted)


def test_money_is_asked_for_once() -> None:
    assert payments.request(request_payment, given(), now=now, client_id=client_id) == [
        payment_requested
    ]
    assert payments.request(request_payment, requested, now=now, client_id=client_id) == []


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"amount": Money(0, "EUR")}, payments.AmountNotPayable),
        ({"amount": Money(5000, "ZZZ")}, CurrencyNotKnown),
        ({"expires_at": now}, payments.ExpiryOutOfRange),
        ({"expires_at": now + timedelta(days=91)}, payments.ExpiryOutOfRange),
    ],
)
def test_nothing_is_asked_for_that_cannot_be(
    change: dict[str, object], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        payments.request(replace(request_payment, **change), given(), now=now, client_id=client_id)


def test_another_payment_cannot_have_the_same_id() -> None:
    other = replace(request_payment, amount=Money(1, "EUR"))

    with pytest.raises(payments.PaymentIdTaken):
        payments.request(other, requested, now=now, client_id=client_id)


def test_where_it_can_be_paid_is_noted_once() -> None:
    opened = given(payment_requested, payment_opened)

    assert payments.record_opened(record_opened, requested) == [payment_opened]
    assert payments.record_opened(record_opened, opened) == []


def test_a_call_of_which_nobody_knows_leaves_a_mark_until_it_is_answered() -> None:
    asked = given(payment_requested, payment_unanswered)

    assert payments.record_unanswered(record_unanswered, requested) == [payment_unanswered]
    assert payments.record_unanswered(record_unanswered, asked) == []
    assert marks_of(asked) == (Mark.UNKNOWN,)
    assert marks_of(given(payment_requested, payment_unanswered, payment_opened)) == ()


def test_what_was_captured_is_told_once() -> None:
    assert payments.report(report_paid, requested) == [payment_captured, payment_attempted]
    assert payments.report(report_paid, captured) == []
    assert status_of(captured) is PaymentStatus.SUCCEEDED


def test_a_failed_attempt_is_kept_and_leaves_the_payment_payable() -> None:
    failed = AttemptReport(id="charge-0", stage=Stage.CLOSED, reason="declined")

    payment = after(requested, replace(report_paid, attempts=(failed,)))

    assert status_of(payment) is PaymentStatus.REQUIRES_PAYMENT_METHOD
    assert payment.attempt("charge-0").reason == "declined"
    assert status_of(after(payment, report_paid)) is PaymentStatus.SUCCEEDED


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"stage": Stage.REQUIRES_ACTION}, PaymentStatus.REQUIRES_ACTION),
        ({"stage": Stage.PROCESSING}, PaymentStatus.PROCESSING),
        ({"authorized": 5000}, PaymentStatus.REQUIRES_CAPTURE),
        ({"authorized": 5000, "captured": 2000}, PaymentStatus.PARTIALLY_CAPTURED),
        (
            {"authorized": 5000, "captured": 2000, "stage": Stage.CLOSED},
            PaymentStatus.SUCCEEDED,
        ),
        ({"authorized": 5000, "stage": Stage.CLOSED}, PaymentStatus.CANCELED),
    ],
)
def test_the_status_follows_from_the_figures(
    said: dict[str, object], status: PaymentStatus
) -> None:
    attempt = replace(AttemptReport(id="charge-1"), **said)

    assert status_of(after(requested, replace(report_paid, attempts=(attempt,)))) is status


@pytest.mark.parametrize(
    ("change", "differing"),
    [
        ({"amount": Money(4000, "EUR")}, Differing.AMOUNT),
        ({"amount": Money(5000, "USD")}, Differing.CURRENCY),
        ({"account": "somebody-else"}, Differing.ACCOUNT),
    ],
)
def test_what_speaks_of_another_payment_is_marked_and_not_applied(
    change: dict[str, object], differing: Differing
) -> None:
    payment = after(requested, replace(report_paid, **change))

    assert payment.conflicts == (differing,)
    assert marks_of(payment) == (Mark.CONFLICTED,)
    assert figures_of(payment).captured == 0
    assert payments.report(replace(report_paid, **change), payment) == []


def test_what_is_captured_beyond_the_amount_is_shown_and_never_counted() -> None:
    twice = replace(report_paid, attempts=(paid, replace(paid, id="charge-2")))

    payment = after(requested, twice)

    figures = figures_of(payment)
    assert (figures.captured, figures.beyond) == (5000, 5000)
    assert marks_of(payment) == (Mark.CONFLICTED,)


def test_a_payment_expires_in_its_time_and_not_before() -> None:
    assert payments.expire(expire_payment, requested, now=now) == []
    assert payments.expire(expire_payment, requested, now=expires_at) == [payment_expired]
    assert payments.expire(expire_payment, captured, now=expires_at) == []


def test_money_after_the_expiry_is_there_and_late() -> None:
    payment = after(given(payment_requested, payment_expired), report_paid)

    assert status_of(payment) is PaymentStatus.SUCCEEDED
    assert marks_of(payment) == (Mark.LATE,)
    assert payments.report(report_paid, given(payment_requested, payment_expired))[0] == replace(
        payment_captured, late=True
    )


def test_a_payment_is_cancelled_once_the_provider_says_so() -> None:
    canceling = given(payment_requested, payment_cancel_requested)

    canceled = after(canceling, replace(report_paid, attempts=(), canceled=True))

    assert payments.cancel(cancel_payment, requested) == [payment_cancel_requested]
    assert payments.cancel(cancel_payment, canceling) == []
    assert status_of(canceling) is PaymentStatus.CANCELING
    assert status_of(canceled) is PaymentStatus.CANCELED
    assert payments.cancel(cancel_payment, canceled) == []


def test_what_is_captured_is_not_cancelled() -> None:
    with pytest.raises(payments.PaymentNotCancelable):
        payments.cancel(cancel_payment, captured)


def test_a_refund_is_reserved_when_it_is_asked_for() -> None:
    assert payments.refund(request_refund, captured) == [refund_requested]

    reserved = PAYMENT.evolve(captured, refund_requested)

    assert figures_of(reserved).refund_pending == 2000
    assert payments.refund(request_refund, reserved) == []


def test_no_more_is_refunded_than_is_left() -> None:
    reserved = PAYMENT.evolve(captured, refund_requested)
    another = replace(request_refund, refund_id=RefundId("refund-2"), amount=3001)

    with pytest.raises(payments.RefundTooLarge) as refused:
        payments.refund(another, reserved)

    assert refused.value.facts == {"refundable": 3000}
    with pytest.raises(payments.AmountNotPayable):
        payments.refund(replace(another, amount=0), reserved)


def test_without_an_amount_all_that_is_left_is_refunded() -> None:
    rest = payments.refund(replace(request_refund, amount=None), captured)

    assert [each.amount for each in rest] == [price]
    with pytest.raises(payments.RefundTooLarge):
        payments.refund(replace(request_refund, amount=None), requested)


def test_a_payment_is_refunded_only_so_often() -> None:
    many = tuple(
        RefundReport(id=RefundId(f"refund-{n:03}"), amount=1, status=RefundStatus.FAILED)
        for n in range(payments.MOST_REFUNDS)
    )

    with pytest.raises(payments.TooManyRefunds):
        payments.refund(request_refund, after(captured, replace(report_paid, refunds=many)))


def test_a_refund_moves_money_once_and_may_come_back_days_later() -> None:
    reserved = PAYMENT.evolve(captured, refund_requested)

    assert payments.report(report_refunded, reserved) == [refund_reported]
    refunded = after(reserved, report_refunded)
    failed = replace(report_refunded, refunds=(replace(given_back, status=RefundStatus.FAILED),))
    back = payments.report(failed, refunded)

    assert figures_of(refunded).refunded == 2000
    assert back == [replace(refund_reported, refund_status=RefundStatus.FAILED, moved=-2000)]
    assert figures_of(after(refunded, failed)).refundable == 5000


def test_a_refund_of_another_amount_than_ours_is_a_conflict() -> None:
    reserved = PAYMENT.evolve(captured, refund_requested)
    other = replace(report_refunded, refunds=(replace(given_back, amount=1999),))

    payment = after(reserved, other)

    assert payment.conflicts == (Differing.REFUND,)
    assert figures_of(payment).refund_pending == 2000


def test_a_refund_that_was_made_and_was_not_is_a_conflict() -> None:
    canceled = replace(
        report_refunded, refunds=(replace(given_back, status=RefundStatus.CANCELED),)
    )

    payment = after(captured, report_refunded, canceled)

    assert marks_of(payment) == (Mark.CONFLICTED,)


def test_only_the_answer_to_a_call_ends_not_knowing() -> None:
    unknown = replace(payment_unanswered, call=refund_id)
    payment = PAYMENT.fold((refund_requested, unknown), captured)

    assert marks_of(payment) == (Mark.UNKNOWN,)
    assert marks_of(after(payment, report_refunded)) == (Mark.UNKNOWN,)
    assert marks_of(after(payment, replace(report_refunded, answers=refund_id))) == ()


@pytest.mark.parametrize(
    "decide",
    [
        lambda: payments.record_opened(record_opened, given()),
        lambda: payments.record_unanswered(record_unanswered, given()),
        lambda: payments.expire(expire_payment, given(), now=now),
        lambda: payments.cancel(cancel_payment, given()),
        lambda: payments.refund(request_refund, given()),
        lambda: payments.report(report_paid, given()),
    ],
)
def test_nothing_is_done_to_a_payment_that_is_not_there(decide: object) -> None:
    assert callable(decide)
    with pytest.raises(payments.PaymentNotFound):
        decide()


def test_a_payment_is_about_its_own_id() -> None:
    assert {each.payment_id for each in payments.report(report_paid, requested)} == {payment_id}
