"""What processes may order about leads, submissions, tasks and imports."""

from datetime import date, datetime
from typing import ClassVar, Final

from application.processes.process import Effect
from domain.values import LeadId, SubmissionId, TaskId, UserId


class SendConfirmation(Effect, frozen=True):
    """Mail whoever has submitted a form the link by which they say that they did:
    see `application/sales/confirmations.py`.
    """

    lane: ClassVar[str] = "mails"

    submission_id: SubmissionId


class SendInvitation(Effect, frozen=True):
    """Mail a lead the link by which they are invited: see `application/sales/inviting.py`."""

    lane: ClassVar[str] = "mails"

    lead_id: LeadId
    number: int
    page: str

    @property
    def ordering_key(self) -> str:
        """The link that counts is in the mail that comes last."""
        return f"invitation/{self.lead_id}"


class TellOfLead(Effect, frozen=True):
    """Find out who is to be told of what happened to a lead: `version` is that of the event."""

    lead_id: LeadId
    version: int


class SendLeadMail(Effect, frozen=True):
    """Mail what happened to a lead to one of them."""

    lane: ClassVar[str] = "mails"

    lead_id: LeadId
    version: int
    user_id: UserId


class SendTaskReminder(Effect, frozen=True):
    """Remind whoever has the task, if `remind_at` is still when they are to be."""

    lane: ClassVar[str] = "mails"

    task_id: TaskId
    remind_at: datetime


class NoticeOverdue(Effect, frozen=True):
    """See to it that whoever has the task hears of it in the morning, if it is still to be done."""

    task_id: TaskId


class SumUpOverdue(Effect, frozen=True):
    """Look on this day, by somebody's own clock, for what is overdue, and on the next as long as anything is."""

    user_id: UserId
    day: date


class SendOverdueMail(Effect, frozen=True):
    """Tell somebody on this day what is overdue: so they are told once a day."""

    lane: ClassVar[str] = "mails"

    user_id: UserId
    day: date


class SendImportMail(Effect, frozen=True):
    """Tell whoever had a file taken in, in one mail, what became of its rows, and of the tasks that were made:
    `follow_ups` in all, the first at a time, so many a day.
    """

    lane: ClassVar[str] = "mails"

    user_id: UserId
    operation_id: str
    new: int
    attached: int
    already_there: int
    refused: int
    follow_ups: int
    first_at: datetime
    last_at: datetime
    time_zone: str


OF_SALES: Final[tuple[type[Effect], ...]] = (
    SendConfirmation,
    SendInvitation,
    TellOfLead,
    SendLeadMail,
    SendTaskReminder,
    NoticeOverdue,
    SumUpOverdue,
    SendOverdueMail,
    SendImportMail,
)
