import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from adapters.mail.mime import mailbox_of
from adapters.mail.smtp import Security, SmtpMailer, SmtpServer, server_of
from application.operations.jobs import UncertainError
from application.scheduling.mails import Mailbox as Address
from application.scheduling.mails import MailNotTakenError, MailRefusedError, MailServerAwayError
from tests.mail.by_smtp import mailbox
from tests.mail.examples import HEADERS, a_message
from tests.mail.mail_server import Mailbox, certificate, client_tls, mail_server, server_tls
from tests.operations.proxy import Proxy

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
__all__ = ["mailbox"]

sender = mailbox_of("frontdesk <desk@frontdesk.example>")


@pytest.fixture
def port(mailbox: Mailbox) -> Iterator[int]:
    with mail_server(mailbox) as port:
        yield port


@pytest.fixture
def mailer(port: int) -> SmtpMailer:
    return SmtpMailer(server_of(f"smtp://127.0.0.1:{port}"), sender, lambda: NOW)


def test_a_mail_arrives_as_it_was_written(mailer: SmtpMailer, mailbox: Mailbox) -> None:
    message_id = mailer.send(a_message, "job-1")

    [mail] = mailbox.mails
    assert mailbox.recipients == [["zoe@example.org"]]
    assert mail["message-id"] == message_id
    assert str(mail["to"]) == "Zoé Martin <zoe@example.org>"
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == a_message.text.splitlines()
    assert mail["resend-idempotency-key"] is None


def test_the_same_key_gives_the_same_message_id_again(mailer: SmtpMailer, mailbox: Mailbox) -> None:
    mailer.send(a_message, "job-1")
    mailer.send(a_message, "job-1")
    mailer.send(a_message, "job-2")

    first, again, other = (mail["message-id"] for mail in mailbox.mails)
    assert first == again != other


def test_a_server_that_knows_idempotency_keys_is_given_them(port: int, mailbox: Mailbox) -> None:
    url = f"smtp://127.0.0.1:{port}?idempotency-header=Resend-Idempotency-Key"

    SmtpMailer(server_of(url), sender, lambda: NOW).send(a_message, "job-1")

    assert mailbox.mails[0]["resend-idempotency-key"] == "job-1"


def test_a_name_reaches_the_server_as_it_was_typed(mailer: SmtpMailer, mailbox: Mailbox) -> None:
    name = "=?utf-8?q?a=0D=0ABcc=3A_evil=40x.example?="

    mailer.send(replace(a_message, to=Address("zoe@example.org", name), subject=name), "job-1")

    assert mailbox.mails[0].keys() == HEADERS
    assert mailbox.recipients == [["zoe@example.org"]]


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_4xx_reply_may_pass(mailer: SmtpMailer, mailbox: Mailbox, command: str) -> None:
    mailbox.answers[command] = ["451 4.7.1 greylisted, zoe@example.org"]

    with pytest.raises(MailNotTakenError) as error:
        mailer.send(a_message, "job-1")

    assert str(error.value) == "451 4.7.1"
    mailer.send(a_message, "job-1")
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    ("reply", "codes"),
    [
        ("550 5.1.1 <zoe@example.org>: user unknown", "550 5.1.1"),
        ("550 5.1.1 zoe.martin=40example.org", "550 5.1.1"),
        ("554 message to Zoe Martin looks like spam", "554"),
        ("550 5.1.1zoe", "550"),
        ("550 zoe 5.1.1", "550"),
    ],
)
def test_a_5xx_reply_is_final_and_names_nobody_in_whatever_words(
    mailer: SmtpMailer, mailbox: Mailbox, command: str, reply: str, codes: str
) -> None:
    mailbox.answers[command] = [reply]

    with pytest.raises(MailRefusedError) as error:
        mailer.send(a_message, "job-1")

    assert str(error.value) == codes
    assert mailbox.mails == []


@pytest.mark.parametrize(
    ("command", "is_there"), [("MAIL", False), ("RCPT", False), ("DATA", True)]
)
def test_who_has_no_time_is_away_unless_they_were_given_a_mail(
    mailer: SmtpMailer, mailbox: Mailbox, command: str, is_there: bool
) -> None:
    mailbox.answers[command] = ["421 4.3.2 shutting down"]

    with pytest.raises(MailNotTakenError) as error:
        mailer.send(a_message, "job-1")

    assert isinstance(error.value, MailServerAwayError) is not is_there


def test_a_failing_goodbye_does_not_make_a_taken_mail_fail(
    mailer: SmtpMailer, mailbox: Mailbox
) -> None:
    mailbox.answers["QUIT"] = ["421 in a bad mood"]

    assert mailer.send(a_message, "job-1")
    assert len(mailbox.mails) == 1


def test_a_mail_whose_answer_is_lost_is_uncertain_and_keeps_its_id(
    mailer: SmtpMailer, mailbox: Mailbox
) -> None:
    """The server has the mail, and we cannot know."""
    mailbox.hang_up_after_data = 1

    with pytest.raises(UncertainError, match="the server may have it"):
        mailer.send(a_message, "job-1")
    assert len(mailbox.mails) == 1

    mailer.send(a_message, "job-1")
    assert len({mail["message-id"] for mail in mailbox.mails}) == 1


@pytest.mark.parametrize("reply", ["yes of course", "354 go on", "1" * 9000])
def test_an_answer_that_means_nothing_is_none(
    mailer: SmtpMailer, mailbox: Mailbox, reply: str
) -> None:
    mailbox.answers["DATA"] = [reply]

    with pytest.raises(UncertainError):
        mailer.send(a_message, "job-1")


def test_a_server_may_say_yes_in_other_words(mailer: SmtpMailer, mailbox: Mailbox) -> None:
    mailbox.answers["DATA"] = ["251 will forward it"]

    assert mailer.send(a_message, "job-1")


def test_a_line_that_looks_like_the_end_is_part_of_the_mail(
    mailer: SmtpMailer, mailbox: Mailbox
) -> None:
    mailer.send(replace(a_message, text="One\n.\n..Two\n.Three\n"), "job-1")

    body = mailbox.mails[0].get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == ["One", ".", "..Two", ".Three"]


def test_before_a_mail_is_handed_over_it_is_said_that_it_is(port: int, mailbox: Mailbox) -> None:
    handed_over: list[tuple[str, int]] = []

    def note(key: str) -> None:
        handed_over.append((key, len(mailbox.mails)))
        if key == "taken by another":
            raise UncertainError(key)

    url = f"smtp://127.0.0.1:{port}"
    mailer = SmtpMailer(server_of(url), sender, lambda: NOW, handing_over=note)
    mailer.send(a_message, "job-1")
    with pytest.raises(UncertainError):
        mailer.send(a_message, "taken by another")

    assert handed_over == [("job-1", 0), ("taken by another", 1)]
    assert len(mailbox.mails) == 1


# --- Servers that take their time ------------------------------------------------------


@pytest.fixture
def line(port: int) -> Iterator[Proxy]:
    with Proxy("127.0.0.1", port) as line:
        yield line


def test_a_server_that_says_nothing_or_a_byte_at_a_time_is_left_in_time(line: Proxy) -> None:
    hurried = SmtpMailer(
        server_of(f"smtp://127.0.0.1:{line.port}"), sender, lambda: NOW, connecting=0.3
    )
    for difficult in (line.hang, line.drip, line.lose_answers):
        difficult()
        began = time.monotonic()

        with pytest.raises(MailServerAwayError):
            hurried.send(a_message, "job-1")

        assert time.monotonic() - began < 3


@pytest.fixture
def full() -> Iterator[int]:
    """The port of somebody who takes nobody in any more, and says so to nobody."""
    with socket.socket() as listener, ExitStack() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            caller = waiting.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


@pytest.fixture
def resolves(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Let a name lead to these ports of this machine."""
    getaddrinfo = socket.getaddrinfo

    def resolve(*ports: int) -> str:
        tcp = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
        found = [(*tcp, ("127.0.0.1", port)) for port in ports]

        def looked_up(host: str, *more: Any, **named: Any) -> Any:
            return found if host == "many.example" else getaddrinfo(host, *more, **named)

        monkeypatch.setattr(socket, "getaddrinfo", looked_up)
        return "smtp://many.example:587"

    return resolve


def test_a_name_of_many_addresses_is_left_in_time(full: int, resolves: Callable[..., str]) -> None:
    hurried = SmtpMailer(server_of(resolves(*[full] * 40)), sender, lambda: NOW, connecting=0.5)
    began = time.monotonic()

    with pytest.raises(MailServerAwayError):
        hurried.send(a_message, "job-1")

    assert time.monotonic() - began < 3


def test_where_one_address_is_dead_the_next_is_tried(
    full: int, port: int, mailbox: Mailbox, resolves: Callable[..., str]
) -> None:
    url = resolves(full, 1, port)

    SmtpMailer(server_of(url), sender, lambda: NOW, connecting=2.0).send(a_message, "job-1")

    assert len(mailbox.mails) == 1


def test_a_server_that_never_answers_once_it_has_the_mail_leaves_it_uncertain(
    mailbox: Mailbox,
) -> None:
    with mail_server(mailbox) as port:
        mailbox.hold_answers_to_data = True
        url = f"smtp://127.0.0.1:{port}"
        hurried = SmtpMailer(server_of(url), sender, lambda: NOW, sending=0.5)

        with pytest.raises(UncertainError):
            hurried.send(a_message, "job-1")

    assert len(mailbox.mails) == 1


def test_a_server_that_is_not_there_may_come_back() -> None:
    nowhere = SmtpMailer(server_of("smtp://127.0.0.1:1"), sender, lambda: NOW)

    with pytest.raises(MailNotTakenError) as error:
        nowhere.send(a_message, "job-1")

    assert str(error.value) == "no connection: ConnectionRefusedError"


# --- Secrecy --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"))


def secret_mailer(url: str, certificate_file: Path) -> SmtpMailer:
    return SmtpMailer(server_of(url), sender, lambda: NOW, client_tls(certificate_file))


def test_with_starttls_the_mail_and_the_password_go_in_secret(
    mailbox: Mailbox, certificate_file: Path
) -> None:
    options = {"tls_context": server_tls(certificate_file), "auth_require_tls": True}
    with mail_server(mailbox, require_starttls=True, **options) as port:
        url = f"smtp+starttls://ana:s%40lt@127.0.0.1:{port}"
        secret_mailer(url, certificate_file).send(a_message, "job-1")

    assert mailbox.was_secret == [True]
    assert mailbox.logins == [b"ana"]


def test_with_smtps_all_goes_in_secret(mailbox: Mailbox, certificate_file: Path) -> None:
    tls = server_tls(certificate_file)
    with mail_server(mailbox, ssl_context=tls) as port:
        secret_mailer(f"smtps://127.0.0.1:{port}", certificate_file).send(a_message, "job-1")

    assert len(mailbox.mails) == 1


def test_a_server_whose_certificate_is_unknown_gets_nothing(
    mailbox: Mailbox, certificate_file: Path
) -> None:
    with mail_server(mailbox, tls_context=server_tls(certificate_file)) as port:
        stranger = SmtpMailer(server_of(f"smtp+starttls://127.0.0.1:{port}"), sender, lambda: NOW)
        with pytest.raises(MailNotTakenError):
            stranger.send(a_message, "job-1")

    assert mailbox.mails == []


def test_a_server_that_must_speak_tls_and_does_not_gets_nothing(
    port: int, mailbox: Mailbox
) -> None:
    for url in (f"smtp+starttls://127.0.0.1:{port}", f"smtp+starttls://a:b@127.0.0.1:{port}"):
        with pytest.raises(MailNotTakenError):
            SmtpMailer(server_of(url), sender, lambda: NOW).send(a_message, "job-1")

    assert (mailbox.mails, mailbox.logins) == ([], [])


def test_a_wrong_password_is_our_fault_and_not_the_mails(
    mailbox: Mailbox, certificate_file: Path
) -> None:
    options = {"tls_context": server_tls(certificate_file), "auth_require_tls": True}
    with mail_server(mailbox, **options) as port:
        url = f"smtp+starttls://ana:wrong@127.0.0.1:{port}"
        with pytest.raises(MailNotTakenError, match="no connection: 535"):
            secret_mailer(url, certificate_file).send(a_message, "job-1")

    assert mailbox.mails == []


# --- Settings -------------------------------------------------------------------------


def test_an_address_of_a_server_says_how_to_talk_to_it() -> None:
    assert server_of("smtp://mail.example.org") == SmtpServer(
        host="mail.example.org", port=587, security=Security.OFFERED
    )
    assert server_of("smtps://a%40b:c@mail.example.org") == SmtpServer(
        host="mail.example.org", port=465, security=Security.TLS, username="a@b", password="c"
    )


@pytest.mark.parametrize("url", ["mail.example.org", "http://mail.example.org", "smtp://"])
def test_an_address_that_makes_no_sense_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must look like"):
        server_of(url)


@pytest.mark.parametrize("url", ["smtp://ana:s%C3%A4lt@mail.example.org", "smtp://äna:b@x.example"])
def test_who_cannot_log_in_is_told_before_any_mail_waits_for_it(url: str) -> None:
    with pytest.raises(ValueError, match="in ASCII"):
        server_of(url)


def test_a_sender_is_read_with_or_without_a_name() -> None:
    assert mailbox_of("Salon <desk@salon.example>") == Address("desk@salon.example", "Salon")
    assert mailbox_of("desk@salon.example") == Address("desk@salon.example")
    with pytest.raises(ValueError, match="must look like"):
        mailbox_of("nobody")
