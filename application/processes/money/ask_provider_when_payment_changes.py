"""What is wanted of a payment is asked of its provider."""

from typing import Final

from application.ports import Recorded
from application.processes.effects.money import ClosePayment, OpenPayment, RefundPayment
from application.processes.process import Do, Orders, Process
from domain.money.payments import PaymentCancelRequested, PaymentRequested, RefundRequested


def _ask_its_provider(past: Recorded) -> Orders:
    match past.event:
        case PaymentRequested(payment_id=payment):
            return [Do(OpenPayment(payment_id=payment), about=payment)]
        case PaymentCancelRequested(payment_id=payment):
            return [Do(ClosePayment(payment_id=payment), about=payment)]
        case RefundRequested(payment_id=payment, refund_id=refund):
            return [Do(RefundPayment(payment_id=payment, refund_id=refund), about=payment)]
        case _:
            return []


ASK_PROVIDER_WHEN_PAYMENT_CHANGES: Final = Process(
    name="ask-provider-when-payment-changes",
    when=(PaymentRequested, PaymentCancelRequested, RefundRequested),
    then=_ask_its_provider,
)
