"""Tells who owns the business that nothing more is sent to an endpoint: each by a mail of their own."""

from typing import Final
from urllib.parse import urlsplit

from application.operations.jobs import (
    GivenUpError,
    Handled,
    Handlers,
    Job,
    Ordered,
    Skipped,
)
from application.processes.effects import SendWebhookMail, TellOfStoppedWebhook
from application.processes.process import Do
from application.scheduling.mails import (
    History,
    Letters,
    Mailer,
    MailRefusedError,
    StoppedWebhookMail,
    language_of,
    state_of,
)
from domain.business.tenants import TENANT, stream_of
from domain.business.users import USER, UserStatus
from domain.business.webhooks import WEBHOOKS, EndpointStatus
from domain.values import TenantId

NO_NEWS: Final = Skipped("it is sent to again, or is no more")
NOBODY: Final = Skipped("nobody to write to")


class WebhookMails:
    """Handles the effects that are mails about endpoints."""

    def __init__(self, history: History, letters: Letters, mailer: Mailer) -> None:
        self._history = history
        self._letters = letters
        self._mailer = mailer

    @property
    def handlers(self) -> Handlers:
        """Which method carries out which effect."""
        return {TellOfStoppedWebhook: self.find_readers, SendWebhookMail: self.send}

    def find_readers(self, effect: TellOfStoppedWebhook, job: Job) -> Handled:
        """Find out who owns the business."""
        tenant = state_of(TENANT, self._history(job.tenant, stream_of(TenantId(job.tenant))))
        id_, version = effect.endpoint_id, effect.version
        mails = (
            SendWebhookMail(endpoint_id=id_, version=version, user_id=owner)
            for owner in sorted(tenant.owners)
        )
        return Ordered(tuple(Do(mail, about=id_) for mail in mails))

    def send(self, effect: SendWebhookMail, job: Job) -> Handled:
        """Tell one of them, as long as it is true."""
        endpoint = state_of(WEBHOOKS.aggregate, self._history(job.tenant, effect.endpoint_id))
        stopped = endpoint.values if endpoint.active else None
        if stopped is None or stopped.status is EndpointStatus.ACTIVE:
            return NO_NEWS
        tenant = TenantId(job.tenant)
        user = state_of(USER, self._history(tenant, effect.user_id))
        business = state_of(TENANT, self._history(tenant, stream_of(tenant))).business
        if user.status is not UserStatus.ACTIVE or business is None:
            return NOBODY
        mail = StoppedWebhookMail(
            tenant=tenant,
            user_id=effect.user_id,
            name=user.name,
            email=user.email,
            business=business.name,
            language=language_of(user.language, business.language),
            host=urlsplit(stopped.url).hostname or "",
            gone=stopped.status is EndpointStatus.GONE,
        )
        try:
            self._mailer.send(self._letters.write_stopped_webhook(mail), str(job.id))
        except MailRefusedError as error:
            raise GivenUpError(str(error)) from error
        return None
