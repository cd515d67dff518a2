"""What a payment makes happen next."""

from msgspec.structs import replace

from application.processes.effects.money import ClosePayment, OpenPayment, RefundPayment
from application.processes.money.ask_provider_when_payment_changes import (
    ASK_PROVIDER_WHEN_PAYMENT_CHANGES,
)
from application.processes.money.expire_payment_when_its_time_is_up import (
    EXPIRE_PAYMENT_WHEN_ITS_TIME_IS_UP,
)
from application.processes.process import Do
from domain.messages import Event
from domain.money.payments import Stage
from tests.mail.examples import recorded
from tests.money.payments.examples import (
    expire_payment,
    expires_at,
    payment_attempted,
    payment_cancel_requested,
    payment_captured,
    payment_id,
    payment_requested,
    refund_id,
    refund_requested,
)


def asked(event: Event) -> object:
    return ASK_PROVIDER_WHEN_PAYMENT_CHANGES.then(recorded(event))


def expiring(event: Event) -> object:
    return EXPIRE_PAYMENT_WHEN_ITS_TIME_IS_UP.then(recorded(event))


def test_the_provider_is_asked_for_what_is_wanted() -> None:
    refund = RefundPayment(payment_id=payment_id, refund_id=refund_id)

    assert asked(payment_requested) == [Do(OpenPayment(payment_id=payment_id), about=payment_id)]
    assert asked(payment_cancel_requested) == [
        Do(ClosePayment(payment_id=payment_id), about=payment_id)
    ]
    assert asked(refund_requested) == [Do(refund, about=payment_id)]
    assert asked(payment_captured) == []


def test_a_payment_is_waited_for_until_its_time_is_up() -> None:
    assert expiring(payment_requested) == [Do(expire_payment, about=payment_id, at=expires_at)]
    assert expiring(replace(payment_requested, expires_at=None)) == []


def test_an_attempt_that_ended_may_have_been_the_last() -> None:
    under_way = replace(payment_attempted, stage=Stage.PROCESSING)

    assert expiring(payment_attempted) == [Do(expire_payment, about=payment_id)]
    assert expiring(under_way) == []
