"""Addresses in any script: a domain goes as A-labels, and what cannot be written stops no other mail."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from icalendar import Calendar
from msgspec.structs import replace
from starlette.testclient import TestClient

from adapters.mail.mime import mailbox_of
from adapters.mail.smtp import SmtpMailer, server_of
from application.scheduling.mails import Mailbox as Address
from application.scheduling.mails import MailRefusedError
from domain.business.users import Role
from domain.scheduling.professionals import RegisterProfessional
from domain.scheduling.services import CreateService
from domain.values import Contact, ProfessionalId, ServiceId
from infra.settings import Settings
from tests.mail.examples import a_mail, a_message, anas_contact, letters
from tests.mail.mail_server import Mailbox, mail_server, sending_to
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import CUT, OPEN, Salon

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
UMLAUT = "zoe@müller.example"
ACCENT = "zoé@mail.example"
HAN = "用户@例え.テスト"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture(params=[True, False], ids=["international", "ascii"])
def port(request: pytest.FixtureRequest, mailbox: Mailbox) -> Iterator[int]:
    """Of a server that takes international addresses, and of one that does not."""
    with mail_server(mailbox, enable_SMTPUTF8=request.param) as port:
        yield port


@pytest.fixture
def international(request: pytest.FixtureRequest, port: int) -> bool:
    return "international" in request.node.callspec.id


def a_mailer(port: int, sender: str = "desk@frontdesk.example") -> SmtpMailer:
    return SmtpMailer(server_of(f"smtp://127.0.0.1:{port}"), mailbox_of(sender), lambda: NOW)


# --- What a server is told ----------------------------------------------------------------


def test_a_domain_in_any_script_is_written_to(port: int, mailbox: Mailbox) -> None:
    message = replace(a_message, to=Address(UMLAUT, "Zoé"), reply_to=Address("ana@солон.example"))

    a_mailer(port, "Salon <desk@müller.example>").send(message, "job-1")

    [mail] = mailbox.mails
    assert mailbox.recipients == [["zoe@xn--mller-kva.example"]]
    assert str(mail["to"]) == "Zoé <zoe@xn--mller-kva.example>"
    assert str(mail["from"]).endswith("<desk@xn--mller-kva.example>")
    assert str(mail["reply-to"]) == "ana@xn--k1aebbm.example"
    assert str(mail["message-id"]).endswith("@xn--mller-kva.example>")


def test_who_cannot_be_written_gets_no_answer_and_the_mail_goes(
    port: int, mailbox: Mailbox
) -> None:
    for nobody in (ACCENT, "nobody", "a b@mail.example", "x@y\r\nBcc: z@mail.example"):
        a_mailer(port).send(replace(a_message, reply_to=Address(nobody, "Zoé")), "job-1")

    assert [mail["reply-to"] for mail in mailbox.mails] == [None] * 4


def test_who_is_told_in_an_international_mail_is_told_whom_to_answer(
    port: int, mailbox: Mailbox, international: bool
) -> None:
    message = replace(a_message, to=Address(ACCENT), reply_to=Address("ané@mail.example"))
    if not international:
        with pytest.raises(MailRefusedError, match="ASCII"):
            a_mailer(port).send(message, "job-1")
        return

    a_mailer(port).send(message, "job-1")

    assert mailbox.recipients == [[ACCENT]]
    assert str(mailbox.mails[0]["reply-to"]) == "ané@mail.example"


def test_who_has_a_mailbox_in_any_script_is_written_to_where_the_server_can(
    port: int, mailbox: Mailbox, international: bool
) -> None:
    message = letters.write(replace(a_mail, client=Contact(name="用户", email=HAN)))
    if not international:
        with pytest.raises(MailRefusedError, match="ASCII"):
            a_mailer(port).send(message, "job-1")
        return

    a_mailer(port).send(message, "job-1")

    assert mailbox.recipients == [["用户@xn--r8jz45g.xn--zckzah"]]
    assert str(mailbox.mails[0]["to"]) == "用户 <用户@xn--r8jz45g.xn--zckzah>"
    assert message.invitation is not None
    [event] = Calendar.from_ical(message.invitation.text).walk("VEVENT")
    assert event["attendee"] == "mailto:%E7%94%A8%E6%88%B7@xn--r8jz45g.xn--zckzah"


@pytest.mark.parametrize("wrong", ["text", "html"])
def test_a_mail_that_cannot_be_written_is_refused_for_good(port: int, wrong: str) -> None:
    with pytest.raises(MailRefusedError):
        a_mailer(port).send(replace(a_message, **{wrong: "\ud800"}), "job-1")


def test_a_calendar_can_answer_whoever_has_a_domain_in_any_script() -> None:
    ana = replace(anas_contact, email="ana@müller.example")

    message = letters.write(replace(a_mail, professional=ana))

    assert message.invitation is not None
    [event] = Calendar.from_ical(message.invitation.text).walk("VEVENT")
    assert event["organizer"] == "mailto:ana@xn--mller-kva.example"


# --- What comes of it for everybody else --------------------------------------------------


@pytest.fixture
def settings(port: int) -> Settings:
    return sending_to(port)


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http(Role.OWNER, Role.OPERATOR)


def told(mailbox: Mailbox) -> list[str]:
    return [recipients[0] for recipients in mailbox.recipients]


@pytest.mark.postgres
@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize("address", [UMLAUT, ACCENT, HAN])
def test_the_professional_hears_of_each_step_of_a_guest_whatever_their_address(
    running: Running, http: TestClient, mailbox: Mailbox, address: str
) -> None:
    guest = {"name": "Zoé", "email": address}
    where = Salon.opened(running).book(http, guest=guest).headers["location"]
    running.settle()
    http.post(f"{where}/cancel")
    running.settle()

    assert told(mailbox).count("ana@salon.example") == 2


@pytest.mark.postgres
@pytest.mark.usefixtures("settings")
def test_the_clients_of_a_professional_are_told_whatever_the_professionals_address(
    running: Running, http: TestClient, mailbox: Mailbox
) -> None:
    service = ServiceId(f"service-{uuid4()}")
    running.order(CreateService(service_id=service, offer=CUT))
    for number, address in enumerate(("ana@müller.example", "ané@mail.example")):
        ana = ProfessionalId(f"professional-{uuid4()}")
        contact = Contact(name="Ana", email=address)
        running.order(RegisterProfessional(professional_id=ana, contact=contact, settings=OPEN))
        salon = Salon(running, ana, service)
        salon.change()
        salon.book(http, guest={"name": "Gus", "email": f"gus{number}@mail.example"})
    running.settle()

    assert {"gus0@mail.example", "gus1@mail.example"} <= set(told(mailbox))


@pytest.mark.postgres
def test_whom_the_server_cannot_write_to_is_given_up_at_once_and_recorded(
    running: Running, http: TestClient, mailbox: Mailbox, international: bool
) -> None:
    Salon.opened(running).book(http, guest={"name": "Zoé", "email": ACCENT})
    running.settle()

    parked = http.get("/v1/jobs", params={"status": "parked"}).json()["data"]
    assert (ACCENT in told(mailbox)) is international
    assert [job["attempts"] for job in parked] == ([] if international else [1])
