"""What nobody has paid in time is waited for no longer; nor what somebody tried to pay then, once that has failed."""

from typing import Final

from application.ports import Recorded
from application.processes.process import Do, Orders, Process
from domain.money.payments import ExpirePayment, PaymentAttempted, PaymentRequested, Stage


def _expire_it_in_time(past: Recorded) -> Orders:
    match past.event:
        case PaymentRequested(payment_id=payment, expires_at=end) if end is not None:
            return [Do(ExpirePayment(payment_id=payment), about=payment, at=end)]
        case PaymentAttempted(payment_id=payment, stage=Stage.CLOSED):
            return [Do(ExpirePayment(payment_id=payment), about=payment)]
        case _:
            return []


EXPIRE_PAYMENT_WHEN_ITS_TIME_IS_UP: Final = Process(
    name="expire-payment-when-its-time-is-up",
    when=(PaymentRequested, PaymentAttempted),
    then=_expire_it_in_time,
)
