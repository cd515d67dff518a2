from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from adapters.clock import SettableClock
from adapters.erasure.traces import clear_traces
from adapters.mail.outbox import OutboxMailer
from adapters.postgres import Database
from application.operations.outbox import OutboxMailNotFound
from application.scheduling.mails import Mailbox
from tests.mail.examples import a_message, booking_id, tenant, zoe

pytestmark = pytest.mark.postgres

ANOTHER_TENANT = "0198a000-0000-7000-8000-000000000002"
other_booking = "booking-0198c0de-0000-7000-8000-000000000002"


@pytest.fixture
def outbox(database: Database, clock: SettableClock) -> OutboxMailer:
    return OutboxMailer(database, clock)


def test_a_mail_is_put_there_and_can_be_read(outbox: OutboxMailer, clock: SettableClock) -> None:
    mail_id = outbox.send(a_message, "job-1")

    [mail] = outbox.find(tenant)
    assert (str(mail.id), mail.sent_at, mail.mail) == (mail_id, clock(), a_message)
    assert outbox.get(tenant, mail.id) == mail


def test_a_mail_is_put_there_once_per_key(outbox: OutboxMailer, clock: SettableClock) -> None:
    first, sent_at = outbox.send(a_message, "job-1"), clock()
    clock.set(sent_at + timedelta(minutes=1))

    assert outbox.send(a_message, "job-1") == first
    assert outbox.get(tenant, UUID(first)).sent_at == sent_at
    assert outbox.send(a_message, "job-2") != first
    assert len(outbox.find(tenant)) == 2


def test_mails_are_found_by_reader_and_by_booking(outbox: OutboxMailer) -> None:
    outbox.send(a_message, "job-1")
    outbox.send(replace(a_message, about=other_booking), "job-2")
    outbox.send(replace(a_message, to=Mailbox("gus@example.org")), "job-3")

    assert len(outbox.find(tenant, to="gus@example.org")) == 1
    assert len(outbox.find(tenant, about=booking_id)) == 2
    assert len(outbox.find(tenant, about=booking_id, to="zoe@example.org")) == 1


def test_the_newest_come_first_page_by_page(outbox: OutboxMailer, clock: SettableClock) -> None:
    for n in range(7):
        outbox.send(a_message, f"job-{n}")
        clock.set(clock() + timedelta(minutes=n % 2))
    pages, before = [], None

    while page := outbox.find(tenant, before=before, limit=3):
        pages.append(page)
        before = page[-1].number

    times = [mail.sent_at for page in pages for mail in page]
    assert times == sorted(times, reverse=True)
    assert [len(page) for page in pages] == [3, 3, 1]
    assert len({mail.id for page in pages for mail in page}) == 7


def test_another_tenants_mails_are_not_there(outbox: OutboxMailer) -> None:
    mail_id = UUID(outbox.send(a_message, "job-1"))

    assert outbox.find(ANOTHER_TENANT) == []
    for who, which in ((ANOTHER_TENANT, mail_id), (tenant, uuid4())):
        with pytest.raises(OutboxMailNotFound):
            outbox.get(who, which)


def test_who_is_erased_is_forgotten_here_too(outbox: OutboxMailer, database: Database) -> None:
    stranger = replace(a_message, about=other_booking, person=None)
    outbox.send(a_message, "to the client")
    outbox.send(replace(a_message, person=None), "to a guest of the same booking")
    outbox.send(stranger, "to a stranger")
    outbox.send(replace(a_message, tenant=ANOTHER_TENANT), "of another tenant")

    with database.as_worker() as connection:
        clear_traces(connection, tenant, zoe, (zoe, booking_id))

    assert [mail.mail for mail in outbox.find(tenant)] == [stranger]
    assert len(outbox.find(ANOTHER_TENANT)) == 1


def test_old_mails_are_not_kept_for_ever(outbox: OutboxMailer, clock: SettableClock) -> None:
    outbox.send(a_message, "old")
    clock.set(clock() + timedelta(days=179))
    outbox.send(a_message, "new")

    assert outbox.prune() == 0
    clock.set(clock() + timedelta(days=2))
    assert outbox.prune() == 1
    assert len(outbox.find(tenant)) == 1
