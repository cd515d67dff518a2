"""An address is somebody's once they show what was sent to it. Until then it says nothing of who they
are: who signs up is told the same whether a client of the business has the address or not.

signed up, or asked again ─► a code is mailed ─► shown ─► the address is proved, and the record linked

A code is good from before its mail goes until the mail with the next one was taken: whichever mail
arrives, and however often it was tried, what stands in it is good.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Final, Protocol
from uuid import UUID

from application.operations.jobs import Handled, Handlers, Job, Skipped
from application.operations.rate_limits import Limit
from application.ports import StoreUnavailableError
from application.processes.effects.business import SendAddressCode
from application.scheduling.mails import (
    AddressMail,
    History,
    Letters,
    Mailer,
    MailRefusedError,
    Message,
    language_of,
    state_of,
)
from domain.business.tenants import TENANT, stream_of
from domain.business.users import USER, UserStatus
from domain.messages import Invalid
from domain.values import TenantId

CODES_ASKED: Final = Limit(quota=5, window=3600.0)
"""Of one user: each is a mail to an address that may be another's."""


class AddressCodeWrong(Invalid):
    """The code is wrong, was used or has expired. Ask for another one."""


class Codes(Protocol):
    """Makes what is sent."""

    def make(self, tenant_id: TenantId, whose: str, job_id: UUID) -> str:
        """Return the code of a mail, the same however often it is tried. Those before are good, too."""

    def arrived(self, tenant_id: TenantId, whose: str, code: str) -> None:
        """Let it alone be good: its mail was taken."""


class AddressProofs:
    """Carries out the effect that mails a code. Nobody keeps it but the reader of the mail."""

    def __init__(self, history: History, codes: Codes, letters: Letters, mailer: Mailer) -> None:
        self._history = history
        self._codes = codes
        self._letters = letters
        self._mailer = mailer

    @property
    def handlers(self) -> Handlers:
        """Which method carries out which effect."""
        return {SendAddressCode: self.send}

    def send(self, effect: SendAddressCode, job: Job) -> Handled:
        """Mail a code to the address of a user, who has not proved it yet."""
        tenant = TenantId(job.tenant)
        user = state_of(USER, self._history(tenant, effect.user_id))
        business = state_of(TENANT, self._history(tenant, stream_of(tenant))).business
        if user.status is not UserStatus.ACTIVE or user.proved is not None or business is None:
            return Skipped("there is nothing to prove")
        if job.overtaken:
            return Skipped("a later mail was sent before")

        def written(code: str) -> Message:
            mail = AddressMail(
                tenant=tenant,
                user_id=effect.user_id,
                client_id=user.client_id,
                name=user.name,
                email=user.email,
                business=business.name,
                language=language_of(user.language, business.language),
                code=code,
            )
            return self._letters.write_code(mail)

        return mailed(self._codes, self._mailer, job, effect.user_id, written)


def mailed(
    codes: Codes, mailer: Mailer, job: Job, whose: str, written: Callable[[str], Message]
) -> Handled:
    """Mail the code of this job, `whose` it is, in what is `written` of it."""
    tenant = TenantId(job.tenant)
    code = codes.make(tenant, whose, job.id)
    try:
        mailer.send(written(code), str(job.id))
    except MailRefusedError:  # strangers type what they like: nothing for operators
        return Skipped("no mail can be sent to what was typed")
    with suppress(StoreUnavailableError):  # else those before are good for a little longer
        codes.arrived(tenant, whose, code)
    return None
