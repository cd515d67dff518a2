"""Mails to those who work here, about leads and tasks: what one may say, and who puts it into words."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import reduce
from typing import Final, Protocol

from application.business.readers import Reader
from application.people.people import merged_records
from application.scheduling.mails import Message
from application.transact import Past
from domain.messages import Event, Value
from domain.people.clients import CLIENT
from domain.sales.leads import LeadAssigned, LeadOpened, LeadTouched
from domain.sales.scores import Temperature
from domain.sales.tasks import Priority
from domain.values import ClientId, Contact, LeadId, TaskId


class SalesMail(StrEnum):
    """What a mail says; its templates are named after it."""

    LEAD_NEW = "lead-new"
    LEAD_AGAIN = "lead-again"
    LEAD_GIVEN = "lead-given"
    TASK_REMINDER = "task-reminder"
    TASKS_OVERDUE = "tasks-overdue"


OF_LEADS: Final[Mapping[type[Event], SalesMail]] = {
    LeadOpened: SalesMail.LEAD_NEW,
    LeadTouched: SalesMail.LEAD_AGAIN,
    LeadAssigned: SalesMail.LEAD_GIVEN,
}
"""Of what happened to a lead."""


class LeadMail(Value, frozen=True, kw_only=True):
    """All that a mail about a lead may say. `message` is what they wrote, `source` where they came from."""

    tenant: str
    kind: SalesMail
    reader: Reader
    lead_id: LeadId
    client_id: ClientId
    person: Contact
    message: str | None
    source: str | None
    score: int | None
    temperature: Temperature | None


class MentionedTask(Value, frozen=True, kw_only=True):
    """What a mail may say of a task. One without a title that is about somebody is to turn to them."""

    task_id: TaskId
    due_at: datetime
    priority: Priority
    title: str | None = None
    notes: str | None = None
    client_id: ClientId | None = None
    person: Contact | None = None


class TaskMail(Value, frozen=True, kw_only=True):
    """All that a reminder may say."""

    tenant: str
    reader: Reader
    task: MentionedTask


class OverdueMail(Value, frozen=True, kw_only=True):
    """All that a mail may say that sums up: the tasks that are overdue for longest, of so many in `total`, or
    at least so many.
    """

    tenant: str
    reader: Reader
    tasks: tuple[MentionedTask, ...]
    total: int
    is_least: bool


class ImportMail(Value, frozen=True, kw_only=True):
    """All that a mail may say about a file that was taken in: how many rows were what, and between which days the
    tasks are that were made.
    """

    tenant: str
    reader: Reader
    new: int
    attached: int
    already_there: int
    refused: int
    follow_ups: int
    first_at: datetime
    last_at: datetime
    time_zone: str


class SalesLetters(Protocol):
    """Puts them into words."""

    def write_lead(self, mail: LeadMail) -> Message:
        """Write it in its reader's language."""

    def write_reminder(self, mail: TaskMail) -> Message:
        """Write it in its reader's language, with the time on the reader's clock."""

    def write_overdue(self, mail: OverdueMail) -> Message:
        """Write it in its reader's language, with the times on the reader's clock."""

    def write_import(self, mail: ImportMail) -> Message:
        """Write it in its reader's language."""


def person_of(client_id: ClientId, past: Past) -> Contact | None:
    """Return how a client is reached, by all records of theirs; None if they were erased, or never were."""
    known = [past.of(CLIENT, each).contact for each in merged_records(past, client_id)]
    return reduce(Contact.or_else, known[1:], known[0]) if known[0] is not None else None


def is_erased(client_id: ClientId | None, past: Past) -> bool:
    """Whether somebody is meant of whom nothing is known any more."""
    return client_id is not None and person_of(client_id, past) is None
