"""What mails about leads and tasks say, in each language, as text and as HTML."""

from pathlib import Path
from typing import Any, Final

import pytest
from msgspec.structs import replace

from adapters.mail.letters import INVITATION
from adapters.mail.paper import TEMPLATES
from adapters.mail.sales_letters import IMPORT_DONE, TemplateSalesLetters
from application.sales.mails import SalesMail
from application.scheduling.mails import LANGUAGES, Message
from domain.values import Contact
from tests.sales.leads.examples import client_id
from tests.sales.mails.examples import (
    follow_up,
    import_mail,
    lead_mail,
    nobodys,
    overdue_mail,
    reader,
    task,
    task_mail,
    zoe,
)

GOLDEN: Final = Path(__file__).parent / "golden"
COLON: Final = "\u00a0: "
LETTERS: Final = TemplateSalesLetters()


def written(kind: str, language: str) -> Message:
    read_by: Any = {"reader": replace(reader, language=language)}
    match kind:
        case SalesMail.TASK_REMINDER:
            return LETTERS.write_reminder(replace(task_mail, **read_by))
        case SalesMail.TASKS_OVERDUE:
            return LETTERS.write_overdue(replace(overdue_mail, **read_by))
        case "import-done":
            return LETTERS.write_import(replace(import_mail, **read_by))
        case _:
            return LETTERS.write_lead(replace(lead_mail, kind=SalesMail(kind), **read_by))


KINDS: Final = (*SalesMail, IMPORT_DONE)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_reads_as_it_did(kind: str, language: str) -> None:
    """Golden mails: to accept a change, delete the file and run once more."""
    message = written(kind, language)

    read = f"Subject: {message.subject}\nTo: {message.to.name} <{message.to.address}>\n\n"
    golden = GOLDEN / f"{kind}.{language}.txt"
    if not golden.exists():
        golden.write_text(read + message.text, encoding="utf-8")
        pytest.fail("written for the first time; read it")
    assert read + message.text == golden.read_text(encoding="utf-8")


def test_there_is_a_template_for_every_mail_in_every_language() -> None:
    named = {f"{kind}.{language}.j2" for kind in (*KINDS, INVITATION) for language in LANGUAGES}
    shared = {f"words.{each}.j2" for each in LANGUAGES}

    assert {path.name for path in (TEMPLATES / "sales").glob("*.j2")} == named | shared


@pytest.mark.parametrize("kind", KINDS)
def test_text_and_html_say_the_same(kind: str) -> None:
    message = written(kind, "fr")

    for line in message.text.splitlines():
        assert all(part in message.html for part in line.split(COLON))


def test_what_a_stranger_typed_is_a_line_where_a_line_belongs_and_never_html() -> None:
    evil = Contact(name="Zoé\r\nBcc: all@example.org <b>x</b>", email="zoe@example.org")
    message = LETTERS.write_lead(replace(lead_mail, person=evil, message="<script>a</script>"))

    assert "\n" not in message.subject
    assert message.reply_to is not None
    assert "\n" not in message.reply_to.name
    assert "<script>" not in message.html
    assert "<b>" not in message.html


def test_who_has_no_address_is_not_answered() -> None:
    message = LETTERS.write_lead(replace(lead_mail, person=replace(zoe, email=None)))

    assert message.reply_to is None


def test_a_mail_about_somebody_says_so_to_whoever_erases_them() -> None:
    of_lead, of_task = LETTERS.write_lead(lead_mail), LETTERS.write_reminder(task_mail)
    summary = LETTERS.write_overdue(overdue_mail)

    assert (of_lead.about, of_lead.person) == (lead_mail.lead_id, client_id)
    assert (of_task.about, of_task.person) == (task.task_id, client_id)
    assert summary.mentions == (task.task_id, client_id, follow_up.task_id, client_id)
    assert nobodys.task_id not in summary.mentions, "nothing is said of them"


@pytest.mark.parametrize(
    ("total", "is_least", "said"),
    [(1, False, "1 overdue task"), (2, False, "2 overdue tasks"), (9, True, "more than 9 overdue")],
)
def test_it_says_how_many_there_are(total: int, is_least: bool, said: str) -> None:
    mail = replace(overdue_mail, tasks=(task,), total=total, is_least=is_least)
    message = LETTERS.write_overdue(mail)

    assert message.subject.startswith(said)
    assert ("These wait longest" in message.text) == (total > 1)
