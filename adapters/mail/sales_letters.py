"""Mails about leads and tasks in words: see `paper.py`."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapters.mail import wording
from adapters.mail.colleagues import to_colleague
from adapters.mail.paper import Paper, Written, line, lines
from application.business.readers import Reader
from application.sales.mails import (
    ImportMail,
    LeadMail,
    MentionedTask,
    OverdueMail,
    SalesMail,
    TaskMail,
)
from application.scheduling.mails import Mailbox, Message
from domain.messages import Value
from domain.sales.scores import Temperature
from domain.sales.tasks import Priority
from domain.values import Contact

TEMPERATURES: Final[Mapping[str, Mapping[Temperature, str]]] = {
    "en": {Temperature.HOT: "hot", Temperature.WARM: "warm", Temperature.COLD: "cold"},
    "fr": {Temperature.HOT: "chaud", Temperature.WARM: "tiède", Temperature.COLD: "froid"},
}
PRIORITIES: Final[Mapping[str, Mapping[Priority, str]]] = {
    "en": {Priority.HIGH: "high", Priority.NORMAL: "normal", Priority.LOW: "low"},
    "fr": {Priority.HIGH: "élevée", Priority.NORMAL: "normale", Priority.LOW: "basse"},
}
TURN_TO: Final = {"en": "Get in touch with {}", "fr": "Prendre contact avec {}"}
IMPORT_DONE: Final = "import-done"
UNTITLED: Final = {"en": "Task", "fr": "Tâche"}
AT_LEAST: Final = {"en": "more than {}", "fr": "plus de {}"}


class SalesWords(Value, frozen=True, kw_only=True):
    """What a template may say: everything in words, and on one line but the message and the notes."""

    language: str
    reader: str
    business: str
    name: str = ""
    phone: str = ""
    email: str = ""
    message: str = ""
    source: str = ""
    score: str = ""
    title: str = ""
    due: str = ""
    priority: str = ""
    notes: str = ""
    listed: tuple[tuple[str, str], ...] = ()
    total: str = ""
    cut: bool = False


class TemplateSalesLetters:
    """Writes letters from templates."""

    def __init__(self) -> None:
        self._paper = Paper()

    def write_lead(self, mail: LeadMail) -> Message:
        """Write it in its reader's language; who answers it, answers the lead."""
        words = _with(
            mail.reader,
            **_reached_by(mail.person, mail.reader.language),
            message=lines(mail.message or ""),
            source=line(mail.source),
            score=_score(mail),
        )
        email = mail.person.email
        to_lead = None if email is None else Mailbox(email, line(mail.person.name))
        return to_colleague(
            mail.tenant,
            mail.kind,
            mail.reader,
            self._written(mail.kind, words),
            mail.lead_id,
            person=mail.client_id,
            reply_to=to_lead,
        )

    def write_reminder(self, mail: TaskMail) -> Message:
        """Write it in its reader's language, with the time on the reader's clock."""
        task, reader = mail.task, mail.reader
        words = _with(
            reader,
            **(_reached_by(task.person, reader.language) if task.person else {}),
            title=_title(task, reader.language),
            due=_due(task, reader),
            priority=PRIORITIES[reader.language][task.priority],
            notes=lines(task.notes or ""),
        )
        kind = SalesMail.TASK_REMINDER
        written = self._written(kind, words)
        return to_colleague(mail.tenant, kind, reader, written, task.task_id, person=task.client_id)

    def write_overdue(self, mail: OverdueMail) -> Message:
        """Write it in its reader's language, with the times on the reader's clock."""
        reader, tasks = mail.reader, mail.tasks
        total = AT_LEAST[reader.language] if mail.is_least else "{}"
        words = _with(
            reader,
            listed=tuple((_due(each, reader), _what(each, reader.language)) for each in tasks),
            total=total.format(mail.total),
            cut=mail.total > len(tasks),
        )
        kind, mentions = SalesMail.TASKS_OVERDUE, _mentioned_in(tasks)
        written = self._written(kind, words)
        return to_colleague(mail.tenant, kind, reader, written, reader.user_id, mentions=mentions)

    def write_import(self, mail: ImportMail) -> Message:
        """Write what became of a file, in its reader's language."""
        reader = mail.reader
        written = self._written(IMPORT_DONE, _with(reader), mail=mail, day=wording.day_of)
        return to_colleague(mail.tenant, IMPORT_DONE, reader, written, reader.user_id)

    def _written(self, kind: str, words: SalesWords, **more: Any) -> Written:
        return self._paper.written(f"sales/{kind}", words, shared="sales/words", **more)


def _mentioned_in(tasks: Sequence[MentionedTask]) -> tuple[str, ...]:
    """Return of what something is said that goes with whom it is about."""
    said = (each for each in tasks if each.title or each.person)
    return tuple(id_ for each in said for id_ in (each.task_id, each.client_id) if id_)


def _with(reader: Reader, **said: object) -> SalesWords:
    known = {
        "language": reader.language,
        "reader": line(reader.mailbox.name),
        "business": line(reader.business),
    }
    return SalesWords(**known, **said)  # type: ignore[arg-type]  # each is of its field


def _reached_by(person: Contact, language: str) -> dict[str, str]:
    return {
        "name": line(person.name),
        "phone": wording.number(line(person.phone), language),
        "email": line(person.email),
    }


def _score(mail: LeadMail) -> str:
    """Say how likely it is, and how soon somebody is to turn to them: `45 (warm)`."""
    if mail.score is None or mail.temperature is None:
        return ""
    return f"{mail.score} ({TEMPERATURES[mail.reader.language][mail.temperature]})"


def _title(task: MentionedTask, language: str) -> str:
    """Say what is to be done: a follow-up has no title, and says to whom somebody is to turn."""
    if title := line(task.title):
        return title
    name = line(task.person.name) if task.person else ""
    return TURN_TO[language].format(name) if name else UNTITLED[language]


def _what(task: MentionedTask, language: str) -> str:
    """Say it with whom it is about, on one line."""
    title, name = _title(task, language), line(task.person.name) if task.person else ""
    return title if not name or name in title else f"{title} ({name})"


def _due(task: MentionedTask, reader: Reader) -> str:
    return wording.instant(task.due_at, reader.time_zone, reader.language)
