"""What is wanted of providers of payments: a payment is opened there, closed, and refunded; each under our own id of it.

Whoever asks looks first whether it was done already: so what was not answered is asked for again, and nothing is done
twice (decision 0072).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar
from uuid import uuid5

from msgspec.structs import replace

from application.operations.jobs import (
    Dispatch,
    GivenUpError,
    Handled,
    Handlers,
    Job,
    UncertainError,
)
from application.ports import About
from application.processes.effects.money import (
    AboutPayment,
    ClosePayment,
    OpenPayment,
    RefundPayment,
)
from application.transact import Past
from domain.messages import Value
from domain.money.payments import (
    CANCELING,
    OPENING,
    PAYMENT,
    AttemptReport,
    Payment,
    PaymentStatus,
    RecordOpened,
    RecordUnanswered,
    RefundReport,
    ReportPayment,
    status_of,
)
from domain.values import Money, PaymentId, RefundId

Answer = TypeVar("Answer")
Ask = Callable[[str, Callable[[Past], Any]], Any]
"""Asks the past of a tenant."""

PAYABLE: Final = (PaymentStatus.REQUIRES_PAYMENT_METHOD, PaymentStatus.REQUIRES_ACTION)


class Charge(Value, frozen=True, kw_only=True):
    """What a provider is to take: `id` is our key, under which it is found there again."""

    id: PaymentId
    amount: Money
    expires_at: datetime | None = None


class Standing(Value, frozen=True, kw_only=True):
    """How a payment stands at its provider, which has it under a `reference`: all that was ever moved, not what was
    moved last.
    """

    id: PaymentId
    reference: str
    url: str
    amount: Money
    account: str | None = None
    attempts: tuple[AttemptReport, ...] = ()
    refunds: tuple[RefundReport, ...] = ()
    canceled: bool = False

    def report(self) -> ReportPayment:
        """Return the order by which it is taken in."""
        return ReportPayment(
            payment_id=self.id,
            amount=self.amount,
            account=self.account,
            attempts=self.attempts,
            refunds=self.refunds,
            canceled=self.canceled,
        )


class PaymentGateway(Protocol):
    """A provider of payments. Each call raises NotTakenError where nothing was done, and UncertainError where nobody
    knows; asked a second time under the same ids, it does nothing more.
    """

    def find(self, tenant: str, payment_id: PaymentId) -> Standing | None:
        """Return how a payment stands; None where the provider does not know it."""

    def open(self, tenant: str, charge: Charge) -> Standing:
        """Have a payment taken."""

    def close(self, tenant: str, payment_id: PaymentId) -> Standing:
        """Have it taken no more, unless it was."""

    def refund(
        self, tenant: str, payment_id: PaymentId, refund_id: RefundId, amount: int
    ) -> Standing:
        """Have so much of it given back."""


class UnansweredError(Exception):
    """Nobody knows whether it was done: it is looked up, and tried again if it was not."""


class Charging:
    """Handles the effects by which providers are asked."""

    def __init__(
        self, ask: Ask, dispatch: Dispatch, gateways: Mapping[str, PaymentGateway]
    ) -> None:
        self._ask = ask
        self._dispatch = dispatch
        self._gateways = gateways

    @property
    def handlers(self) -> Handlers:
        """Which method carries out which effect."""
        return {
            OpenPayment: self.open,
            ClosePayment: self.close,
            RefundPayment: self.refund,
        }

    def open(self, effect: OpenPayment, job: Job) -> Handled:
        """Have it taken, if it still is to be paid."""
        payment, gateway = self._known(effect, job)
        charge = Charge(
            id=effect.payment_id,
            amount=Money(payment.amount, payment.currency),
            expires_at=payment.expires_at,
        )

        def opened() -> Standing | None:
            found = gateway.find(job.tenant, effect.payment_id)
            is_wanted = found is None and status_of(payment) in PAYABLE
            return gateway.open(job.tenant, charge) if is_wanted else found

        found = self._answered(effect, job, OPENING, opened)
        if found is None:
            return replace(_nothing(effect.payment_id, payment), answers=OPENING)
        return RecordOpened(payment_id=effect.payment_id, reference=found.reference, url=found.url)

    def close(self, effect: ClosePayment, job: Job) -> Handled:
        """Have it taken no more. Of what the provider never had nothing is to come."""
        payment, gateway = self._known(effect, job)

        def closed() -> ReportPayment:
            if gateway.find(job.tenant, effect.payment_id) is None:
                return replace(_nothing(effect.payment_id, payment), canceled=True)
            return gateway.close(job.tenant, effect.payment_id).report()

        report = self._answered(effect, job, CANCELING, closed)
        return replace(report, answers=CANCELING)

    def refund(self, effect: RefundPayment, job: Job) -> Handled:
        """Have it given back, if it was not."""
        payment, gateway = self._known(effect, job)
        wanted = payment.refund(effect.refund_id)
        assert wanted is not None, "what is ordered was recorded"

        def refunded() -> ReportPayment:
            found = gateway.find(job.tenant, effect.payment_id)
            if found is None:
                raise GivenUpError("the provider does not know the payment")
            if effect.refund_id not in {each.id for each in found.refunds}:
                found = gateway.refund(
                    job.tenant, effect.payment_id, effect.refund_id, wanted.amount
                )
            return found.report()

        report = self._answered(effect, job, effect.refund_id, refunded)
        return replace(report, answers=effect.refund_id)

    def _known(self, effect: AboutPayment, job: Job) -> tuple[Payment, PaymentGateway]:
        payment: Payment = self._ask(job.tenant, lambda past: past.of(PAYMENT, effect.payment_id))
        if payment.provider not in self._gateways:
            raise GivenUpError("there is no such provider here")
        return payment, self._gateways[payment.provider]

    def _answered(
        self, effect: AboutPayment, job: Job, call: str, asking: Callable[[], Answer]
    ) -> Answer:
        """Ask a provider. That nobody knows what became of it is to be seen until somebody does."""
        try:
            return asking()
        except UncertainError as error:
            order = RecordUnanswered(payment_id=effect.payment_id, call=call)
            id_ = uuid5(job.id, f"unanswered/{job.attempt}")
            self._dispatch(order, About(tenant=job.tenant, actor="charging", command_id=id_))
            raise UnansweredError(str(error)) from error


def _nothing(payment_id: PaymentId, payment: Payment) -> ReportPayment:
    """Return what is to be said of what the provider never had."""
    return ReportPayment(
        payment_id=payment_id,
        amount=Money(payment.amount, payment.currency),
        account=payment.account,
    )
