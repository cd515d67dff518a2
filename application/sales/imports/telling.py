"""One mail sums an import up for whoever asked for it, if somebody is to turn to whoever is new."""

from typing import Final

from application.operations.jobs import GivenUpError, Handled, Handlers, Job, Skipped
from application.processes.effects import SendImportMail
from application.scheduling.mails import (
    History,
    ImportMail,
    Letters,
    Mailer,
    MailRefusedError,
    language_of,
    state_of,
)
from domain.business.tenants import TENANT, stream_of
from domain.business.users import USER, UserStatus
from domain.values import TenantId

NOBODY: Final = Skipped("whoever asked for it works here no more")


class ImportMails:
    """Carries out the effect that mails it."""

    def __init__(self, history: History, letters: Letters, mailer: Mailer) -> None:
        self._history = history
        self._letters = letters
        self._mailer = mailer

    @property
    def handlers(self) -> Handlers:
        """Which method carries out which effect."""
        return {SendImportMail: self.send}

    def send(self, effect: SendImportMail, job: Job) -> Handled:
        """Mail what became of a file."""
        tenant = TenantId(job.tenant)
        user = state_of(USER, self._history(tenant, effect.user_id))
        business = state_of(TENANT, self._history(tenant, stream_of(tenant))).business
        if user.status is not UserStatus.ACTIVE or business is None:
            return NOBODY
        mail = ImportMail(
            tenant=tenant,
            user_id=effect.user_id,
            name=user.name,
            email=user.email,
            business=business.name,
            language=language_of(user.language, business.language),
            new=effect.new,
            attached=effect.attached,
            already_there=effect.already_there,
            refused=effect.refused,
            follow_ups=effect.follow_ups,
            first_at=effect.first_at,
            last_at=effect.last_at,
            time_zone=effect.time_zone,
        )
        try:
            self._mailer.send(self._letters.write_import(mail), str(job.id))
        except MailRefusedError as error:
            raise GivenUpError(str(error)) from error
        return None
