"""One mail sums an import up for whoever asked for it, if somebody is to turn to whoever is new."""

from typing import Final

from application.business.readers import reader_of, sent
from application.operations.jobs import Handled, Handlers, Job, Skipped
from application.ports import Clock
from application.processes.effects.sales import SendImportMail
from application.sales.mails import ImportMail, SalesLetters
from application.scheduling.mails import History, Mailer, Present

NOBODY: Final = Skipped("whoever asked for it works here no more")


class ImportMails:
    """Carries out the effect that mails it."""

    def __init__(
        self, history: History, letters: SalesLetters, mailer: Mailer, clock: Clock
    ) -> None:
        self._history = history
        self._letters = letters
        self._mailer = mailer
        self._clock = clock

    @property
    def handlers(self) -> Handlers:
        """Which method carries out which effect."""
        return {SendImportMail: self.send}

    def send(self, effect: SendImportMail, job: Job) -> Handled:
        """Mail what became of a file."""
        past = Present(self._history, job.tenant, self._clock())
        reader = reader_of(job.tenant, effect.user_id, past)
        if reader is None:
            return NOBODY
        mail = ImportMail(
            tenant=job.tenant,
            reader=reader,
            new=effect.new,
            attached=effect.attached,
            already_there=effect.already_there,
            refused=effect.refused,
            follow_ups=effect.follow_ups,
            first_at=effect.first_at,
            last_at=effect.last_at,
            time_zone=effect.time_zone,
        )
        sent(self._mailer, self._letters.write_import(mail), job)
        return None
