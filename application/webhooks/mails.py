"""Tells who owns the business that nothing more is sent to an endpoint: each by a mail of their own."""

from typing import Final, Protocol
from urllib.parse import urlsplit

from application.business.readers import Reader, reader_of, sent
from application.operations.jobs import Handled, Handlers, Job, Ordered, Skipped
from application.ports import Clock
from application.processes.effects.business import SendWebhookMail, TellOfStoppedWebhook
from application.processes.process import Do
from application.scheduling.mails import History, Mailer, Message, Present
from domain.business.tenants import TENANT, stream_of
from domain.business.webhooks import WEBHOOKS, EndpointStatus
from domain.messages import Value
from domain.values import TenantId

NO_NEWS: Final = Skipped("it is sent to again, or is no more")
NOBODY: Final = Skipped("nobody to write to")


class StoppedWebhookMail(Value, frozen=True, kw_only=True):
    """All that a mail may say of an endpoint to which nothing more is sent: `host` is where it is, and whether
    it said itself that it is `gone`.
    """

    tenant: str
    reader: Reader
    host: str
    gone: bool


class WebhookLetters(Protocol):
    """Puts it into words."""

    def write_stopped_webhook(self, mail: StoppedWebhookMail) -> Message:
        """Write it in its reader's language."""


class WebhookMails:
    """Handles the effects that are mails about endpoints."""

    def __init__(
        self, history: History, letters: WebhookLetters, mailer: Mailer, clock: Clock
    ) -> None:
        self._history = history
        self._letters = letters
        self._mailer = mailer
        self._clock = clock

    @property
    def handlers(self) -> Handlers:
        """Which method carries out which effect."""
        return {TellOfStoppedWebhook: self.find_readers, SendWebhookMail: self.send}

    def find_readers(self, effect: TellOfStoppedWebhook, job: Job) -> Handled:
        """Find out who owns the business."""
        tenant = self._present(job).of(TENANT, stream_of(TenantId(job.tenant)))
        id_, version = effect.endpoint_id, effect.version
        mails = (
            SendWebhookMail(endpoint_id=id_, version=version, user_id=owner)
            for owner in sorted(tenant.owners)
        )
        return Ordered(tuple(Do(mail, about=id_) for mail in mails))

    def send(self, effect: SendWebhookMail, job: Job) -> Handled:
        """Mail it to one of them, as long as it is true."""
        past = self._present(job)
        endpoint = past.of(WEBHOOKS.aggregate, effect.endpoint_id)
        stopped = endpoint.values if endpoint.active else None
        if stopped is None or stopped.status is EndpointStatus.ACTIVE:
            return NO_NEWS
        reader = reader_of(job.tenant, effect.user_id, past)
        if reader is None:
            return NOBODY
        mail = StoppedWebhookMail(
            tenant=job.tenant,
            reader=reader,
            host=urlsplit(stopped.url).hostname or "",
            gone=stopped.status is EndpointStatus.GONE,
        )
        sent(self._mailer, self._letters.write_stopped_webhook(mail), job)
        return None

    def _present(self, job: Job) -> Present:
        return Present(self._history, job.tenant, self._clock())
