"""What is asked of a provider that may not answer: it is looked up, and done once."""

from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import pytest
from msgspec.structs import replace

from application.money.charging import Charge, Charging, Standing, UnansweredError
from application.operations.jobs import GivenUpError, Job, NotTakenError, UncertainError
from application.processes.effects.money import ClosePayment, OpenPayment, RefundPayment
from application.use_cases import USE_CASES
from domain.messages import Command
from domain.money.payments import (
    PAYMENT,
    Mark,
    PaymentStatus,
    RefundReport,
    RefundStatus,
    figures_of,
    marks_of,
    status_of,
)
from domain.values import PaymentId, RefundId
from tests.in_memory import InMemory
from tests.money.payments.examples import (
    cancel_payment,
    expire_payment,
    expires_at,
    now,
    paid,
    payment_id,
    refund_id,
    report_paid,
    request_payment,
    request_refund,
)

TENANT: Final = "0198c0de-0000-7000-8000-0000000000aa"
open_payment: Final = OpenPayment(payment_id=payment_id)
close_payment: Final = ClosePayment(payment_id=payment_id)
refund_payment: Final = RefundPayment(payment_id=payment_id, refund_id=refund_id)


class Book:
    """A provider that keeps its own book, and may be asked without ever answering: `silent` says how often."""

    def __init__(self) -> None:
        self.standing: Standing | None = None
        self.calls: list[str] = []
        self.silent = 0
        self.is_away = False

    def find(self, tenant: str, payment_id: PaymentId) -> Standing | None:
        return self.standing

    def open(self, tenant: str, charge: Charge) -> Standing:
        self._refuse("open")
        new = Standing(
            id=charge.id, reference="r-1", url="https://pay.example", amount=charge.amount
        )
        return self._kept(new)

    def close(self, tenant: str, payment_id: PaymentId) -> Standing:
        self._refuse("close")
        return self._kept(replace(self._known, canceled=not self._known.attempts))

    def refund(
        self, tenant: str, payment_id: PaymentId, refund_id: RefundId, amount: int
    ) -> Standing:
        self._refuse("refund")
        done = RefundReport(id=refund_id, amount=amount, status=RefundStatus.SUCCEEDED)
        return self._kept(replace(self._known, refunds=(*self._known.refunds, done)))

    @property
    def _known(self) -> Standing:
        assert self.standing is not None, "it was opened"
        return self.standing

    def _refuse(self, call: str) -> None:
        if self.is_away:
            raise NotTakenError("nobody is there")
        self.calls.append(call)

    def _kept(self, standing: Standing) -> Standing:
        self.standing = standing
        if self.silent:
            self.silent -= 1
            raise UncertainError("no answer")
        return standing


class Desk:
    """A payment that is asked of this provider."""

    def __init__(self) -> None:
        self.book, self.past = Book(), InMemory(USE_CASES, now)
        without = replace(request_payment, client_id=None, booking_id=None)
        self.past.run(without)
        self.charging = Charging(
            lambda _, question: question(self.past),
            lambda command, _: self.past.run(command),
            {"practice": self.book},
        )

    def carry(self, effect: Any) -> None:
        """Carry an effect out, and record what came of it."""
        command = self.charging.handlers[type(effect)](effect, job())
        if isinstance(command, Command):
            self.past.run(command)

    @property
    def payment(self) -> Any:
        return self.past.of(PAYMENT, payment_id)


def job() -> Job:
    return Job(id=uuid4(), tenant=TENANT, about=payment_id, due_at=now, attempt=1, max_attempts=9)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def opened(desk: Desk) -> None:
    desk.carry(open_payment)


def taken(desk: Desk) -> None:
    opened(desk)
    assert desk.book.standing is not None
    desk.book.standing = replace(desk.book.standing, attempts=(paid,))
    desk.past.run(report_paid)


def test_a_payment_is_opened_under_our_id(desk: Desk) -> None:
    opened(desk)

    assert (desk.payment.reference, desk.payment.url) == ("r-1", "https://pay.example")
    assert desk.book.calls == ["open"]


def test_what_was_not_answered_is_looked_up_and_not_done_again(desk: Desk) -> None:
    desk.book.silent = 1

    with pytest.raises(UnansweredError):
        opened(desk)
    unknown = marks_of(desk.payment)
    opened(desk)

    assert unknown == (Mark.UNKNOWN,)
    assert marks_of(desk.payment) == ()
    assert desk.payment.url == "https://pay.example"
    assert desk.book.calls == ["open"]


def test_a_refund_that_was_not_answered_is_made_once(desk: Desk) -> None:
    taken(desk)
    desk.past.run(request_refund)
    desk.book.silent = 1

    with pytest.raises(UnansweredError):
        desk.carry(refund_payment)
    unknown = marks_of(desk.payment)
    desk.carry(refund_payment)

    assert unknown == (Mark.UNKNOWN,)
    assert marks_of(desk.payment) == ()
    assert figures_of(desk.payment).refunded == 2000
    assert desk.book.calls == ["open", "refund"]


def test_a_cancellation_that_was_not_answered_is_known_in_the_end(desk: Desk) -> None:
    opened(desk)
    desk.past.run(cancel_payment)
    desk.book.silent = 1

    with pytest.raises(UnansweredError):
        desk.carry(close_payment)
    desk.carry(close_payment)

    assert status_of(desk.payment) is PaymentStatus.CANCELED
    assert marks_of(desk.payment) == ()


def test_what_is_paid_while_it_is_cancelled_is_paid(desk: Desk) -> None:
    opened(desk)
    desk.past.run(cancel_payment)
    assert desk.book.standing is not None
    desk.book.standing = replace(desk.book.standing, attempts=(paid,))

    desk.carry(close_payment)

    assert status_of(desk.payment) is PaymentStatus.SUCCEEDED
    assert figures_of(desk.payment).captured == 5000


def test_what_the_provider_never_had_is_cancelled_without_it(desk: Desk) -> None:
    desk.past.run(cancel_payment)

    desk.carry(open_payment)
    desk.carry(close_payment)

    assert status_of(desk.payment) is PaymentStatus.CANCELED
    assert desk.book.calls == []


def test_what_has_expired_is_opened_no_more_but_looked_up(desk: Desk) -> None:
    desk.book.silent = 1
    with pytest.raises(UnansweredError):
        opened(desk)
    desk.book.standing = None
    desk.past.now = expires_at + timedelta(seconds=1)
    desk.past.run(expire_payment)

    opened(desk)

    assert status_of(desk.payment) is PaymentStatus.EXPIRED
    assert marks_of(desk.payment) == ()
    assert desk.book.calls == ["open"]


def test_a_provider_that_took_nothing_leaves_no_mark(desk: Desk) -> None:
    desk.book.is_away = True

    with pytest.raises(NotTakenError):
        opened(desk)

    assert marks_of(desk.payment) == ()


def test_what_a_provider_does_not_know_cannot_be_refunded_there(desk: Desk) -> None:
    taken(desk)
    desk.past.run(request_refund)
    desk.book.standing = None

    with pytest.raises(GivenUpError):
        desk.carry(refund_payment)


def test_nobody_is_asked_where_the_provider_is_not_there_any_more(desk: Desk) -> None:
    charging = Charging(lambda _, question: question(desk.past), lambda *_: None, {})

    with pytest.raises(GivenUpError):
        charging.open(open_payment, job())
