"""Tells those who work here of leads, as a process has ordered: first who is to be told is found out, and then
each of them has a mail of their own, so that none is sent a second time because another was not.

Names and addresses are looked up when a mail is sent. Of who was erased meanwhile, nothing is said.
"""

from collections.abc import Sequence
from typing import Final

from application.business.members import works_here
from application.business.readers import reader_of, sent
from application.operations.jobs import Handled, Handlers, Job, Ordered, Skipped
from application.ports import Clock, Recorded
from application.processes.effects.sales import SendLeadMail, TellOfLead
from application.processes.process import Do
from application.sales.mails import OF_LEADS, LeadMail, SalesLetters, person_of
from application.scheduling.mails import History, Mailer, Present, state_of
from application.transact import Past
from domain.business.tenants import TENANT, stream_of
from domain.business.users import USER
from domain.sales.leads import LEAD, OPEN, Lead, LeadAssigned, LeadOpened, LeadTouched
from domain.values import TenantId, UserId

NO_NEWS: Final = Skipped("it is no news any more")
NOBODY: Final = Skipped("nobody to write to, or about")


class LeadMails:
    """Handles the effects that are mails about leads."""

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
        return {TellOfLead: self.find_readers, SendLeadMail: self.send}

    def find_readers(self, effect: TellOfLead, job: Job) -> Handled:
        """Find out who is to be told, each by a mail of their own."""
        past = self._history(job.tenant, effect.lead_id)
        told, lead = _told(effect, past), state_of(LEAD, past)
        if told is None or not _is_news(told, lead, past):
            return NO_NEWS
        readers = _readers(lead, job.tenant, self._present(job))
        mails = (
            SendLeadMail(lead_id=effect.lead_id, version=effect.version, user_id=user)
            for user in readers
        )
        return Ordered(tuple(Do(mail, about=effect.lead_id) for mail in mails))

    def send(self, effect: SendLeadMail, job: Job) -> Handled:
        """Tell one of them, as long as it is true."""
        past = self._history(job.tenant, effect.lead_id)
        told, lead = _told(effect, past), state_of(LEAD, past)
        if told is None or not _is_news(told, lead, past):
            return NO_NEWS
        mail = self._mail(effect, told, past, job)
        if mail is None:
            return NOBODY
        sent(self._mailer, self._letters.write_lead(mail), job)
        return None

    def _mail(
        self, effect: SendLeadMail, told: Recorded, past: Sequence[Recorded], job: Job
    ) -> LeadMail | None:
        lead, present = state_of(LEAD, past), self._present(job)
        reader = reader_of(job.tenant, effect.user_id, present)
        person = person_of(lead.client_id, present) if lead.client_id else None
        if reader is None or person is None or lead.client_id is None or told.event is None:
            return None
        came = _came(told, past)
        return LeadMail(
            tenant=job.tenant,
            kind=OF_LEADS[type(told.event)],
            reader=reader,
            lead_id=effect.lead_id,
            client_id=lead.client_id,
            person=person,
            message=came.message if came else None,
            source=came.touch.source if came else None,
            score=lead.breakdown.score if lead.breakdown else None,
            temperature=lead.temperature,
        )

    def _present(self, job: Job) -> Present:
        return Present(self._history, job.tenant, self._clock())


def _told(effect: TellOfLead | SendLeadMail, past: Sequence[Recorded]) -> Recorded | None:
    """Return the event of which somebody is told; None where there is none, as after a restore."""
    found = (each for each in past if each.version == effect.version)
    return next((each for each in found if type(each.event) in OF_LEADS), None)


def _is_news(told: Recorded, lead: Lead, past: Sequence[Recorded]) -> bool:
    """Whether somebody is still to turn to the lead, and has not heard of it otherwise: who takes a lead
    knows that they did, and with a new one it is said who has it.
    """
    if not lead.is_there or lead.status not in OPEN:
        return False
    if not isinstance(told.event, LeadAssigned):
        return True
    theirs, by_themselves = told.event.assignee_id, told.metadata.get("actor")
    return lead.assignee_id == theirs != by_themselves and not _came_by(told, past)


def _came_by(told: Recorded, past: Sequence[Recorded]) -> bool:
    """Whether the lead came by the same command."""
    command = told.metadata.get("command")
    came = (each for each in past if isinstance(each.event, LeadOpened | LeadTouched))
    return any(each.metadata.get("command") == command for each in came)


def _came(told: Recorded, past: Sequence[Recorded]) -> LeadOpened | LeadTouched | None:
    """Return how they came then, or last before that."""
    came = (
        each.event
        for each in reversed(past)
        if each.version <= told.version and isinstance(each.event, LeadOpened | LeadTouched)
    )
    return next(came, None)


def _readers(lead: Lead, tenant: str, past: Past) -> Sequence[UserId]:
    """Return who looks after the lead, if they are there, or else who owns the business."""
    if lead.assignee_id is not None and works_here(past.of(USER, lead.assignee_id)):
        return [lead.assignee_id]
    return sorted(past.of(TENANT, stream_of(TenantId(tenant))).owners)
