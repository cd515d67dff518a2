"""Tells who owns the business that an account at a provider is not good at present: each by a mail of their own."""

from typing import Final, Protocol

from application.business.readers import Reader, reader_of, sent
from application.operations.jobs import Handled, Handlers, Job, Ordered, Skipped
from application.ports import Clock
from application.processes.effects.business import SendTroubleMail, TellOfTrouble
from application.processes.process import Do
from application.scheduling.mails import History, Mailer, Message, Present
from domain.business.configuration import CONFIGURATION
from domain.business.tenants import TENANT, stream_of
from domain.messages import Value
from domain.values import TenantId

NO_NEWS: Final = Skipped("it works again, or is no more")
NOBODY: Final = Skipped("nobody to write to")


class TroubleMail(Value, frozen=True, kw_only=True):
    """All that a mail may say of it: the `key` under which it is configured, and the `code` of its provider."""

    tenant: str
    reader: Reader
    key: str
    code: str


class TroubleLetters(Protocol):
    """Puts it into words."""

    def write_trouble(self, mail: TroubleMail) -> Message:
        """Write it in its reader's language."""


class TroubleMails:
    """Handles the effects that are mails about accounts in trouble."""

    def __init__(
        self, history: History, letters: TroubleLetters, mailer: Mailer, clock: Clock
    ) -> None:
        self._history = history
        self._letters = letters
        self._mailer = mailer
        self._clock = clock

    @property
    def handlers(self) -> Handlers:
        """Which method carries out which effect."""
        return {TellOfTrouble: self.find_readers, SendTroubleMail: self.send}

    def find_readers(self, effect: TellOfTrouble, job: Job) -> Handled:
        """Find out who owns the business."""
        tenant = self._present(job).of(TENANT, stream_of(TenantId(job.tenant)))
        id_, version = effect.configuration_id, effect.version
        mails = (
            SendTroubleMail(configuration_id=id_, version=version, user_id=owner)
            for owner in sorted(tenant.owners)
        )
        return Ordered(tuple(Do(mail, about=id_) for mail in mails))

    def send(self, effect: SendTroubleMail, job: Job) -> Handled:
        """Mail it to one of them, as long as it is true."""
        past = self._present(job)
        known = past.of(CONFIGURATION, effect.configuration_id)
        if known.trouble is None:
            return NO_NEWS
        reader = reader_of(job.tenant, effect.user_id, past)
        if reader is None:
            return NOBODY
        mail = TroubleMail(tenant=job.tenant, reader=reader, key=known.key, code=known.trouble)
        sent(self._mailer, self._letters.write_trouble(mail), job)
        return None

    def _present(self, job: Job) -> Present:
        return Present(self._history, job.tenant, self._clock())
