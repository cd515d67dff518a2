"""What processes may order of providers of payments."""

from typing import ClassVar, Final

from application.processes.process import Effect
from domain.values import PaymentId, RefundId


class AboutPayment(Effect, frozen=True):
    """Something that a provider is asked to do about a payment, one after the other."""

    lane: ClassVar[str] = "payments"

    payment_id: PaymentId

    @property
    def ordering_key(self) -> str:
        """Nobody cancels what is about to be opened."""
        return f"payment/{self.payment_id}"


class OpenPayment(AboutPayment, frozen=True):
    """Have the provider take it."""


class ClosePayment(AboutPayment, frozen=True):
    """Have the provider take it no more."""


class RefundPayment(AboutPayment, frozen=True):
    """Have the provider give something of it back."""

    refund_id: RefundId


OF_MONEY: Final[tuple[type[Effect], ...]] = (
    OpenPayment,
    ClosePayment,
    RefundPayment,
)
