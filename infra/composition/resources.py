"""What reaches out of a process: databases, Redis, mail servers, and whoever others name."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any
from uuid import UUID

from msgspec.structs import replace
from uuid_utils import uuid7

from adapters.accounts.address_codes import codes_of
from adapters.accounts.guest_wishes import PostgresGuests
from adapters.configuration.checks import Addresses, ProviderChecks
from adapters.event_store.glance import Asking
from adapters.event_store.store import PostgresEventStore
from adapters.files.clamd import Clamd, address_of
from adapters.files.folder import Folder
from adapters.files.ledger import PostgresLedger
from adapters.files.pictures import OtherProcess
from adapters.jobs import handing_over
from adapters.jobs.pauses import PostgresPauses
from adapters.mail.letters import TemplateLetters
from adapters.mail.mime import mailbox_of
from adapters.mail.outbox import OutboxMailer
from adapters.mail.sales_letters import TemplateSalesLetters
from adapters.mail.short import short_words
from adapters.mail.smtp import SmtpMailer, server_of
from adapters.outgoing import HttpOutgoing, Limits, system_addresses, tls_with
from adapters.overdue import OverdueInTable
from adapters.postgres import Bounds, Database
from adapters.postgres import Limits as DatabaseLimits
from adapters.presence.one_process import ProcessPresence
from adapters.publishing import PostgresPublished
from adapters.rate_limits.one_process import ProcessRateLimiter
from adapters.read_models.answers import Answers
from adapters.sms.labsmobile import LabsMobileApi, named, paced
from adapters.wakeups.bell import Bell
from adapters.wakeups.between_processes import NotifyWire, Wire
from adapters.webhooks import PostgresDeliveries, Sender
from adapters.whatsapp import CloudApi, CloudShelves
from application.business.address_proofs import AddressProofs
from application.business.configuration import Configured, Tried, Trying
from application.business.presence import Presence
from application.business.trouble_mails import TroubleMails
from application.conversations.carrying import Carriage, Carriages, Carrying
from application.conversations.providers.holding import Holding
from application.conversations.providers.signalling import Signalling, Signals
from application.conversations.reviewing import Reviewing
from application.dispatch import Dispatcher
from application.feed import Feed
from application.files.keeping import Keeping
from application.files.preparing import Preparing
from application.files.store import Bytes
from application.inbound import PROVIDERS
from application.operations.jobs import Dispatch, Handlers
from application.operations.rate_limits import RateLimiter
from application.outgoing import Allowed, Outgoing
from application.outgoing.destinations import HTTPS
from application.people.erasure import Erasures
from application.ports import About, Clock
from application.publishing.publishing import Publishing
from application.sales.confirmations import Confirmations
from application.sales.imports.telling import ImportMails
from application.sales.inviting import Invitations
from application.sales.lead_mails import LeadMails
from application.sales.task_mails import TaskMails
from application.scheduling.booking_mails import BookingMails
from application.scheduling.guest_bookings import GuestCodes
from application.scheduling.mails import Mailer
from application.scheduling.telling import Elsewhere, Telling
from application.webhooks.deliveries import Happenings
from application.webhooks.delivering import Delivering
from application.webhooks.keys import Keyring
from application.webhooks.mails import WebhookMails
from domain.conversations.channels import SMS, WHATSAPP
from domain.messages import Command
from infra.settings import Settings

if TYPE_CHECKING:
    from redis import Redis


def database_of(settings: Settings, dsn: str) -> Database:
    """Return what connects to the database, within the bounds that are set."""
    lock, idle = settings.database_lock_ms / 1000, settings.database_idle_ms / 1000
    work, long = settings.database_work_seconds, settings.database_long_seconds
    limits = DatabaseLimits(
        requests=Bounds(settings.database_statement_ms / 1000, lock, idle),
        work=Bounds(work, min(lock * 5, work), 4 * work),
        long=Bounds(long, work, long),
        wait=settings.database_wait_ms / 1000,
        connect=settings.database_connect_seconds,
        keepalive=settings.database_keepalive_seconds,
        unacknowledged=settings.database_tcp_ms / 1000,
        connections=settings.database_connections,
        work_connections=settings.database_work_connections,
    )
    return Database(dsn, worker_dsn=settings.worker_database_url, limits=limits)


def redis_of(settings: Settings, stack: ExitStack, patience: float) -> "Redis | None":
    """Return what API processes share, if there is any; imported when it is asked for."""
    if settings.redis_url is None:
        return None
    from adapters.redis import connect

    redis = connect(settings.redis_url, patience=patience)
    stack.callback(redis.close)
    return redis


def limiter_of(
    settings: Settings, redis: "Redis | None", seconds: Callable[[], float] | None = None
) -> RateLimiter:
    """Return what counts; `seconds` is a clock to be used instead of the machines' own."""
    own = ProcessRateLimiter(seconds or time.monotonic)
    if redis is None:
        return own
    from adapters.rate_limits.redis import RedisRateLimiter
    from adapters.redis import Breaker

    breaker = Breaker("each process limits alone", patience=settings.redis_timeout_ms / 1000)
    return RedisRateLimiter(redis, own, breaker, seconds=seconds)


def presence_of(settings: Settings, redis: "Redis | None", clock: Clock) -> Presence:
    """Return what keeps who is there: for all processes, where they share anything."""
    own = ProcessPresence(clock)
    if redis is None:
        return own
    from adapters.presence.redis import RedisPresence
    from adapters.redis import Breaker

    breaker = Breaker("each process sees its own", patience=settings.redis_timeout_ms / 1000)
    return RedisPresence(redis, own, breaker, clock)


def wire_of(settings: Settings, database: Database, stack: ExitStack) -> Wire:
    """Return what carries wake-ups; the same for all processes, or they do not hear each other."""
    if settings.redis_url is None:
        return NotifyWire(database)
    from adapters.wakeups.redis import PATIENCE, RedisWire

    redis = redis_of(settings, stack, PATIENCE)
    assert redis is not None
    return RedisWire(redis)


def allowed_by(settings: Settings) -> Allowed:
    """Return where is sent to, of the addresses that others type."""
    return Allowed(
        ports=settings.outgoing_ports,
        plain=settings.outgoing_plain_http,
        networks=tuple(map(ip_network, settings.outgoing_networks)),
        never=tuple(map(ip_network, settings.outgoing_never)),
    )


def typed_by(settings: Settings) -> Allowed:
    """Return what may be typed as an address: the usual port, too, wherever nothing is to go out."""
    allowed = allowed_by(settings)
    return replace(allowed, ports=tuple({*allowed.ports, HTTPS}))


def outgoing_of(settings: Settings, clock: Clock, *, seconds: float | None = None) -> Outgoing:
    """Return what sends there. Where there is a network of ours to be reached, its short names are
    known, too.
    """
    limits = Limits(
        connecting=settings.outgoing_connect_seconds,
        seconds=seconds or settings.outgoing_seconds,
        most_bytes=settings.outgoing_most_bytes,
    )
    return HttpOutgoing(
        allowed_by(settings),
        limits,
        clock,
        tls_with(settings.outgoing_ca_file),
        resolver=partial(system_addresses, searched=bool(settings.outgoing_networks)),
    )


def tried_of(settings: Settings, clock: Clock) -> Tried:
    """Return what shows to providers what was typed."""
    addresses = Addresses(
        stripe=settings.stripe_url,
        resend=settings.resend_url,
        whatsapp=settings.whatsapp_url,
        labsmobile=settings.labsmobile_url,
    )
    checks = ProviderChecks(outgoing_of(settings, clock), addresses, clock).by_key
    return Trying(checks, {each.key: each.scheme.key for each in PROVIDERS})


def bytes_of(settings: Settings) -> Bytes:
    """Return where files lie: in a bucket, if one is named, or else in a folder."""
    if settings.files_s3_bucket is None:
        return Folder(settings.files_dir or settings.data_dir / "files")
    from adapters.files.s3 import S3, Bucket

    return S3(
        Bucket(
            name=settings.files_s3_bucket,
            region=settings.files_s3_region,
            endpoint=settings.files_s3_endpoint,
            key_id=settings.files_s3_key_id,
            secret=settings.files_s3_secret,
        )
    )


def keeping_of(
    settings: Settings,
    ledger: PostgresLedger,
    store: PostgresEventStore,
    dispatch: Dispatcher,
    clock: Clock,
) -> Keeping:
    """Return what keeps the bytes of files."""

    def order(tenant: str, command: Command) -> None:
        command_id = UUID(int=uuid7().int)
        dispatch(command, About(tenant=tenant, actor="process/sweep-files", command_id=command_id))

    return Keeping(bytes_of(settings), ledger, store.history, order, clock)


def preparing_of(settings: Settings, keeping: Keeping, erasures: Erasures) -> Handlers:
    """Return what looks through files, if a scanner is there also for viruses, and makes pictures."""
    scanner = Clamd(address_of(settings.files_scanner)) if settings.files_scanner else None
    return Preparing(keeping, OtherProcess(), scanner, erasures).handlers


def effects_of(
    settings: Settings,
    database: Database,
    store: PostgresEventStore,
    outbox: OutboxMailer,
    clock: Clock,
    guests: PostgresGuests,
    answers: Answers,
    elsewhere: Elsewhere,
) -> Handlers:
    """Return what carries out effects: mails go to the mail server, or else to the outbox."""
    sender = mailbox_of(settings.mail_from)
    mailer: Mailer = outbox
    if settings.smtp_url:
        mailer = SmtpMailer(
            server_of(settings.smtp_url), sender, clock, handing_over=handing_over(database)
        )
    letters, codes = TemplateLetters(sender), codes_of(database, clock, settings.pepper)
    mails = BookingMails(store.history, letters, mailer, clock, elsewhere)
    proofs = AddressProofs(store.history, codes, letters, mailer)
    to_guests = GuestCodes(store.history, guests, codes, letters, mailer, clock)
    confirmations = Confirmations(
        store.history, letters, mailer, settings.pepper.encode(), settings.address
    )
    to_leads = Invitations(Asking(store, clock), letters, mailer, settings.pepper)
    sales, overdue = TemplateSalesLetters(), OverdueInTable(database, answers)
    of_leads = LeadMails(store.history, sales, mailer, clock)
    of_tasks = TaskMails(store.history, overdue, sales, mailer, clock)
    of_imports = ImportMails(store.history, sales, mailer, clock)
    of_webhooks = WebhookMails(store.history, letters, mailer, clock)
    of_trouble = TroubleMails(store.history, letters, mailer, clock)
    all_ = (
        *(mails, proofs, to_guests, confirmations),
        *(to_leads, of_leads, of_tasks, of_imports, of_webhooks, of_trouble),
    )
    return {effect: handle for each in all_ for effect, handle in each.handlers.items()}


def carriages_of(settings: Settings, clock: Clock) -> Carriages:
    """Return who carries what is said on which channel."""
    outgoing = outgoing_of(settings, clock)
    labsmobile = LabsMobileApi(outgoing, settings.labsmobile_url, settings.public_url)
    return {
        WHATSAPP.name: Carriage("whatsapp.cloud", CloudApi(outgoing, settings.whatsapp_url)),
        SMS.name: Carriage("sms.labsmobile", labsmobile, named, paced),
    }


def telling_of(
    settings: Settings,
    store: PostgresEventStore,
    dispatch: Dispatch,
    configured: Configured,
    clock: Clock,
) -> Telling:
    """Return what tells clients about their bookings on other channels than mail."""
    carriages = carriages_of(settings, clock)

    def has_account(tenant: str, channel: str) -> bool:
        there = carriages.get(channel)
        return there is not None and configured.values(tenant, there.account) is not None

    pepper = settings.pepper.encode()
    return Telling(Asking(store, clock), dispatch, has_account, short_words, pepper)


def carrying_of(
    settings: Settings,
    database: Database,
    store: PostgresEventStore,
    dispatch: Dispatcher,
    configured: Configured,
    limiter: RateLimiter,
    clock: Clock,
) -> Handlers:
    """Return what gives messages to whoever carries them on their channel, and hears of templates there."""
    carriages, outgoing = carriages_of(settings, clock), outgoing_of(settings, clock)
    shelves = CloudShelves(outgoing, settings.whatsapp_url)
    signals = {WHATSAPP.name: Signals("whatsapp.cloud", CloudApi(outgoing, settings.whatsapp_url))}
    pepper, asking = settings.pepper.encode(), Asking(store, clock)
    reviewing = Reviewing(asking, dispatch, configured, shelves, pepper)
    signalling = Signalling(asking, store.history, configured, signals, clock)
    carrying = Carrying(
        asking,
        store.history,
        dispatch,
        configured,
        carriages,
        Holding(PostgresPauses(database), handing_over(database), dispatch, clock),
        pepper=pepper,
        limiter=limiter,
        clock=clock,
    )
    return {**carrying.handlers, **reviewing.handlers, **signalling.handlers}


def sender_of(
    settings: Settings,
    database: Database,
    store: PostgresEventStore,
    dispatch: Dispatcher,
    happenings: Happenings,
    clock: Clock,
    bell: Bell,
    **how: Any,
) -> Sender:
    """Return what sends webhooks: whoever receives has longer to answer than a provider."""
    longest = timedelta(seconds=settings.webhook_seconds)
    deliveries = PostgresDeliveries(database, clock, longest=longest)
    delivering = Delivering(
        Asking(store, clock),
        dispatch,
        happenings,
        deliveries,
        outgoing_of(settings, clock, seconds=settings.webhook_seconds),
        Keyring(settings.pepper),
        clock,
    )
    return Sender(deliveries, database.at_work()(delivering.turn), clock, bell=bell, **how)


def publishing_of(
    settings: Settings,
    database: Database,
    store: PostgresEventStore,
    feed: Feed,
    configured: Configured,
    clock: Clock,
) -> Handlers:
    """Return what publishes to Pusher servers."""
    published, outgoing = PostgresPublished(database), outgoing_of(settings, clock)
    return Publishing(Asking(store, clock), feed, published, configured, outgoing, clock).handlers
