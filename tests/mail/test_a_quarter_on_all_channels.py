"""The demonstration, walked through with the clock from January to May, with clients who want to be told about their
bookings by WhatsApp, by SMS, or by mail: each notice is told once, on one channel, at its minute, by the books of
whoever carries it.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

import pytest

from adapters.clock import SettableClock
from adapters.sms import labsmobile as sms
from adapters.sms.labsmobile import named
from application.processes.effects.bookings import MailKind
from domain.people.consents import ToldBy
from domain.scheduling.bookings import BOOKING, BookingRequested
from domain.values import kind_of
from infra import demo, demo_leads
from infra.composition import System, running_system
from infra.settings import Settings
from tests.conversations.sms.labsmobile import LabsMobile, labsmobile
from tests.conversations.whatsapp.cloud import Cloud, cloud
from tests.mail.channels import Book, Channels, posted
from tests.mail.test_a_quarter_of_the_demonstration import (
    DAY,
    TODAY,
    WalkingClock,
    bookings,
    expected,
    tenants,
)

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.thorough,
    pytest.mark.timeout(1_200),
]


NEVER: Final = {
    MailKind.DECLINED,
    MailKind.RESCHEDULED,
    MailKind.PROFESSIONAL_RESCHEDULED,
}
"""What does not happen in the demonstration."""


class Heard(NamedTuple):
    """What somebody was told: of which booking, what, on which channel, and when."""

    about: str
    kind: str
    channel: str
    at: datetime


class Preparing(WalkingClock):
    """Prepares each business before time goes on."""

    def __init__(self, system: System, channels: Channels) -> None:
        super().__init__(system)
        self._system_ = system
        self._channels = channels
        self._prepared: set[str] = set()

    def set(self, now: datetime) -> None:
        for tenant in tenants(self._system_):
            if tenant not in self._prepared:
                self._prepared.add(tenant)
                self._channels.prepare(tenant)
        super().set(now)


@pytest.fixture
def meta(clock: SettableClock) -> Iterator[Cloud]:
    with cloud() as there:
        there.book = Book(clock)
        yield there


@pytest.fixture
def labs(clock: SettableClock) -> Iterator[LabsMobile]:
    with labsmobile() as there:
        there.book = Book(clock)
        yield there


@pytest.fixture
def system(
    meta: Cloud, labs: LabsMobile, dsn: str, clock: SettableClock, settings: Settings
) -> Iterator[System]:
    both = labs.settings(meta.settings(settings))
    reaching = both.model_copy(update={"outgoing_ports": (meta.port, labs.port)})
    with running_system(reaching, dsn, clock=clock) as system:
        yield system


@pytest.fixture
def channels(
    system: System, meta: Cloud, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> Channels:
    """The quarter, after it was walked through; with fewer leads. At its beginning some clients book more visits within
    one minute than anybody does: they may be sent as many SMS.
    """
    monkeypatch.setattr(demo_leads, "LEADS", 2)
    monkeypatch.setattr(sms, "TO_ONE", 1_000)
    clock.set(TODAY - demo.OPENED)
    channels = Channels(system, meta)
    demo.make(system, Preparing(system, channels), TODAY, lambda *_: None)
    demo.make_ahead(system, TODAY, lambda *_: None)
    system.walk(TODAY + demo.AHEAD + 10 * DAY)
    return channels


def must_be_told(system: System, channels: Channels, tenant: str) -> Iterator[Heard]:
    for past in bookings(system, tenant):
        client = next(e.event.appointment for e in past if isinstance(e.event, BookingRequested))
        assert client.client_id is not None
        for each in expected(past):
            kind = MailKind(each.kind)
            channel = ToldBy.MAIL
            if not kind.is_for_professional:
                channel = channels.wanted[client.client_id]
            yield Heard(each.about, kind, channel, each.at)


def told_by_mail(system: System, tenant: str) -> Iterator[Heard]:
    for each in system.outbox.find(tenant, limit=100_000):
        if kind_of(each.mail.about) == BOOKING.kind:
            yield Heard(each.mail.about, each.mail.kind, ToldBy.MAIL, each.sent_at)


def told_by_whatsapp(system: System, meta: Cloud, tenant: str) -> Iterator[Heard]:
    """Return what is in the book of Meta."""
    assert isinstance(meta.book, Book)
    known = {each.message_id: each.notice for each in posted(system, tenant)}
    for said, at in zip(meta.book, meta.book.at, strict=True):
        if (notice := known.get(said["biz_opaque_callback_data"])) is not None:
            yield Heard(notice.booking_id, notice.kind, ToldBy.WHATSAPP, at)


def told_by_sms(system: System, labs: LabsMobile, tenant: str) -> Iterator[Heard]:
    """Return what is in the book of LabsMobile."""
    assert isinstance(labs.book, Book)
    known = {named(each.message_id): each.notice for each in posted(system, tenant)}
    for said, at in zip(labs.book, labs.book.at, strict=True):
        if (notice := known.get(said["subid"])) is not None:
            yield Heard(notice.booking_id, notice.kind, ToldBy.SMS, at)


def test_every_notice_of_the_quarter_is_told_once_on_one_channel_at_its_minute(
    system: System, channels: Channels, meta: Cloud, labs: LabsMobile
) -> None:
    must: list[Heard] = []
    told: list[Heard] = []
    for tenant in tenants(system):
        must += must_be_told(system, channels, tenant)
        told += told_by_mail(system, tenant)
        told += told_by_whatsapp(system, meta, tenant)
        told += told_by_sms(system, labs, tenant)

    assert sorted(told) == sorted(must)
    on = Counter(each.channel for each in told)
    assert (len(meta.book), len(labs.book)) == (on[ToldBy.WHATSAPP], on[ToldBy.SMS])
    assert min(on[ToldBy.WHATSAPP], on[ToldBy.SMS], on[ToldBy.MAIL]) > 100
    assert {each.kind for each in told} == {*MailKind} - NEVER
