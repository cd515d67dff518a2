"""Settings in, running system out: the only place where adapters are chosen."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial, wraps
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from uuid import uuid4

from fastapi import FastAPI

from adapters import processes
from adapters.accounts.address_codes import codes_of
from adapters.accounts.denylist import PostgresDenylist
from adapters.accounts.postgres import PostgresAccounts
from adapters.accounts.tokens import AccessTokens, names_of
from adapters.audit import Audit
from adapters.bell import Bell
from adapters.clock import SettableClock, system_clock
from adapters.delivery import Consumer
from adapters.erasure import PostgresErasures
from adapters.event_store.glance import Asking
from adapters.event_store.history import History
from adapters.event_store.mapper import Mapper
from adapters.event_store.reader import Reader
from adapters.event_store.store import PostgresEventStore
from adapters.event_store.unread import say_who_hears
from adapters.event_store.writer import Writer, bounds_of
from adapters.jobs import JobDesk, Orders, Worker, handing_over
from adapters.jobs.lanes import AT_ONCE
from adapters.live_bookings import LIVE_BOOKINGS, LiveBookingsCounted, LiveBookingsInLog
from adapters.mail.letters import TemplateLetters
from adapters.mail.mime import mailbox_of
from adapters.mail.outbox import OutboxMailer
from adapters.mail.smtp import SmtpMailer, server_of
from adapters.personal_data import MasterKeys
from adapters.postgres import WRITER, Bounds, Database
from adapters.postgres import Limits as DatabaseLimits
from adapters.processes import ProcessConsumer
from adapters.rate_limits import ProcessRateLimiter
from adapters.read_models.answers import Answers
from adapters.read_models.consumer import ReadModelConsumer, table_of
from adapters.read_models.desk import ParkedDesk
from adapters.read_models.known import Known
from adapters.read_models.rebuild import Rebuilder
from adapters.read_models.renewal import Renewal
from adapters.roll import Entry, Ring, Roll
from adapters.runner import Runner
from adapters.streams import RELAY
from adapters.upcasters import UPCASTERS
from adapters.vitals import PostgresVitals
from adapters.wakeups import Announcer, Listener, NotifyWire, Wire
from api import test_clock
from api.addresses import Addresses
from api.app import ROUTERS, create_app
from api.backend import Backend
from api.limiting import Limits
from api.signing import Signer
from application import facts
from application.accounts import Accounts, ending_sessions
from application.address_proofs import AddressProofs
from application.booking_mails import BookingMails
from application.dispatch import Dispatcher
from application.erasure import forgetting
from application.jobs import Handlers
from application.live import LiveBookings
from application.mails import Mailer
from application.permissions import Principal
from application.ports import Clock
from application.processes import PROCESSES
from application.processes.process import Process
from application.rate_limits import RateLimiter
from application.use_cases import USE_CASES
from domain.bookings import BookingRequested
from domain.catalogue import EVENTS, NOT_RECORDED_YET
from domain.messages import Event
from infra.connections import Connections
from infra.settings import Mode, Settings
from projections import READ_MODELS
from projections.read_model import ReadModel

if TYPE_CHECKING:
    from redis import Redis

MADE: Final = (BookingRequested,)
"""The events by which bookings are made."""

PATIENCE: Final = 10.0
"""Seconds for what is being done when told to stop, all threads together. A mail server may take
longer: what it was given is uncertain then, and what it was not is sent after the next start."""


@dataclass(frozen=True, kw_only=True)
class System:
    """The running system, for whoever starts it: the command line, the API, tests."""

    settings: Settings
    database: Database
    clock: Clock
    mapper: Mapper
    roll: Roll
    reader: Reader
    writer: Writer
    store: PostgresEventStore
    dispatch: Dispatcher
    answers: Answers
    known: Known
    consumers: Sequence[Consumer]
    runner: Runner
    renewal: Renewal
    worker: Worker
    accounts: Accounts
    jobs: JobDesk
    parked: ParkedDesk
    outbox: OutboxMailer
    erasures: PostgresErasures
    limiter: RateLimiter
    denylist: PostgresDenylist
    wire: Wire
    appended: Bell
    advanced: Bell
    threads: list[threading.Thread] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def settle(self) -> None:
        """Let read models catch up and processes react until nothing is left to do now."""
        self.renewal.run(self.stop)
        while self.runner.step() or self.worker.run_due():
            pass

    def walk(self, until: datetime) -> int:
        """Let time pass up to `until`, from one due time to the next, so that everything is done at
        its minute; return the number of stops. Only a clock that can be set is moved.
        """
        stops = 0
        self._settle_all()
        assert isinstance(self.clock, SettableClock)
        while (due := self.worker.next_due()) is not None and due <= until:
            self.clock.set(max(due, self.clock()))
            self._settle_all()
            stops += 1
        self.clock.set(max(until, self.clock()))
        self._settle_all()
        return stops

    def _settle_all(self) -> None:
        """Settle, and wait for what threads of ours are doing at this moment."""
        self.settle()
        while self.jobs.depths()["running"]:
            self.advanced.wait(self.advanced.rings, 0.01)
            self.settle()

    def work(self, runner: Runner | None = None) -> None:
        """Carry read models, processes and jobs on in threads of this process; by its own runner,
        unless another is given.
        """
        self.beside("runner", (runner or self.runner).run)
        for lane, at_once in AT_ONCE.items():
            for number in range(1, at_once + 1):
                self.beside(f"{lane} {number}", partial(self.worker.run, lanes=(lane,)))
        self.beside("renewal", self.renewal.keep)

    def join_others(self) -> None:
        """Wake other processes on this database, and be woken by them; know whose session has ended
        in one of them.
        """
        ended = self.denylist.bell
        bells = {"appended": self.appended, "advanced": self.advanced, "ended": ended}
        announcer = Announcer(self.wire, bells)
        listener = Listener(self.wire, bells, origin=announcer.origin, lost=self.known.forget)
        self.beside("announcer", announcer.run)
        self.beside("listener", listener.run)
        self.beside("denylist", self.denylist.run)

    def beside(self, name: str, run: Callable[[threading.Event], None]) -> None:
        """Have something done in a thread of this process, until it rests."""
        thread = threading.Thread(target=run, args=(self.stop,), name=name, daemon=True)
        thread.start()
        self.threads.append(thread)

    def rest(self) -> None:
        """Stop the threads, and wait for what they are doing."""
        self.stop.set()
        for bell in (self.appended, self.advanced, self.denylist.bell):
            bell.ring()
        until = time.monotonic() + PATIENCE
        for thread in self.threads:
            thread.join(max(0.0, until - time.monotonic()))


def application(system: System) -> FastAPI:
    """Return the HTTP application of a system."""
    routers = (*ROUTERS, test_clock.router) if system.settings.mode is Mode.TEST else ROUTERS
    return create_app(backend(system, authenticate=system.accounts.principal), routers)


def backend(system: System, authenticate: Callable[[str], Principal]) -> Backend:
    """Return what the API needs of the system."""
    settings = system.settings
    vitals = PostgresVitals(system.database, system.writer, system.jobs, system.reader.notes)
    signer = Signer(settings.secret_keys)
    system.roll.settle(Ring("secret_keys", names_of(settings.secret_keys), signer.use))
    return Backend(
        dispatch=system.dispatch,
        read_models=system.answers,
        ask=Asking(system.store, system.clock),
        authenticate=authenticate,
        signer=signer,
        clock=system.clock,
        pepper=settings.pepper,
        default_region=settings.default_region,
        most_body_bytes=settings.most_body_bytes,
        limits=_limits(settings, system.limiter),
        parts={
            "accounts": system.accounts,
            "erasures": system.erasures,
            "history": Audit(system.database, History(system.reader)),
            "jobs": system.jobs,
            "live": _live(system),
            "outbox": system.outbox,
            "parked": system.parked,
            "vitals": vitals,
            "walk": system.walk,
        },
        answered=vitals.count,
    )


def made(system: System) -> list[str]:
    """Name the events by which bookings are made."""
    return system.reader.names(MADE)


def _limits(settings: Settings, limiter: RateLimiter) -> Limits:
    return Limits(
        limiter,
        settings.times(settings.requests_per_minute),
        own=ProcessRateLimiter(),
        strangers_per_minute=settings.times(settings.strangers_per_minute),
        registrations_per_hour=settings.times(settings.registrations_per_hour),
        accounts_per_hour=settings.times(settings.accounts_per_hour),
        addresses=Addresses(settings.trusted_proxies),
    )


def connections(settings: Settings) -> Connections:
    """Return what counts who is connected to this process."""
    return Connections(
        settings.most_connections,
        settings.times(settings.most_connections_of_address),
        Addresses(settings.trusted_proxies),
    )


def _live(system: System) -> LiveBookings:
    """Return what counts bookings: workers, where there are any by way of Kafka, or else the log."""
    if system.settings.kafka_bootstrap:
        return LiveBookingsCounted(system.database)
    return LiveBookingsInLog(system.database, made(system))


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


@contextmanager
def running_system(
    settings: Settings,
    dsn: str,
    *,
    models: Sequence[ReadModel] = READ_MODELS,
    reactions: Sequence[Process] = PROCESSES,
    clock: Clock | None = None,
    mapper: Mapper | None = None,
) -> Iterator[System]:
    """Compose the system on a migrated database. It stays on the roll for as long as it lasts, and
    nothing else runs by itself until `work`. A `mapper` that knows other events makes it one of
    another release.
    """
    clock = clock or (SettableClock() if settings.mode is Mode.TEST else system_clock)
    with ExitStack() as stack:
        database = stack.enter_context(database_of(settings, dsn))
        database.refuse_wrong_roles()
        mapper = mapper or catalogue()
        system = _compose(settings, database, clock, mapper, models, reactions, stack)
        stack.callback(system.rest)
        system.beside("roll", system.roll.run)
        yield system


def _compose(
    settings: Settings,
    database: Database,
    clock: Clock,
    mapper: Mapper,
    models: Sequence[ReadModel],
    reactions: Sequence[Process],
    stack: ExitStack,
) -> System:
    appended, advanced = Bell(), Bell()
    keys = MasterKeys(settings.master_keys)
    reader = Reader(mapper, keys)
    line = settings.database_line_ms / 1000
    bounds = bounds_of(line, settings.database_idle_ms / 1000)
    writer = Writer(
        lambda: database.connect(WRITER, "frontdesk writer", bounds),
        clock=None if clock is system_clock else clock,
        committed=appended.ring,
        wait=line,
    )
    stack.callback(writer.close)
    store = PostgresEventStore(database, mapper, keys, writer, clock, notes=reader.notes)
    dispatch = Dispatcher(USE_CASES, store)
    known = Known()
    rebuilder = Rebuilder(database=database, reader=reader)
    tokens = AccessTokens(settings.secret_keys, clock, _lifetime(settings))
    entry = _entry(mapper, keys, tokens, models)
    roll = Roll(database, entry, lambda: reader.notes.lacking)
    roll.call()
    stack.callback(roll.leave)
    roll.settle(Ring("master_keys", keys.names, keys.use))
    roll.settle(Ring("secret_keys", tokens.names, tokens.use))
    renewal = Renewal(
        rebuilder=rebuilder, models=models, advanced=advanced, kept=roll.is_read_elsewhere
    )
    consumers = _entered(database, renewal, reactions, clock)
    _say_who_hears(database, mapper, consumers)
    outbox = OutboxMailer(database, clock)
    redis = _redis(settings, stack, settings.redis_timeout_ms / 1000)
    limiter = attempts = _limiter(settings, redis)
    if clock is not system_clock:
        attempts = _limiter(settings, redis, lambda: clock().timestamp())
    denylist = PostgresDenylist(database, clock, _lifetime(settings))
    denylist.look()
    accounts = _accounts(settings, database, dispatch, store, clock, attempts, denylist, tokens)
    erasures = PostgresErasures(database, reader, models, accounts.forget, clock)
    mailing = _effects(settings, database, store, outbox, clock)
    effects = {**mailing, **forgetting(erasures), **ending_sessions(accounts)}
    at_work = partial(_at_work, database)
    return System(
        settings=settings,
        database=database,
        clock=clock,
        mapper=mapper,
        roll=roll,
        reader=reader,
        writer=writer,
        store=store,
        dispatch=dispatch,
        answers=Answers(database, reader, advanced, known),
        known=known,
        consumers=consumers,
        runner=Runner(
            database, reader, consumers, appended=appended, advanced=advanced, moved=known.learn
        ),
        renewal=renewal,
        worker=Worker(
            database,
            clock,
            at_work(dispatch),
            list(USE_CASES),
            {kind: at_work(handle) for kind, handle in effects.items()},
            bell=advanced,
            upkeep=[outbox.prune],
            unread=reader.notes.met,
        ),
        accounts=accounts,
        jobs=JobDesk(database, clock, Orders([*USE_CASES, *effects])),
        parked=ParkedDesk(database, reader, consumers),
        outbox=outbox,
        erasures=erasures,
        limiter=limiter,
        denylist=denylist,
        wire=_wire(settings, database, stack),
        appended=appended,
        advanced=advanced,
    )


Done = TypeVar("Done", bound=Callable[..., Any])


def _at_work(database: Database, do: Done) -> Done:
    """Let something be done by workers, whatever is asked by way of HTTP meanwhile."""

    @wraps(do)
    def done(*arguments: Any) -> Any:
        with database.at_work():
            return do(*arguments)

    return cast("Done", done)


def _effects(
    settings: Settings,
    database: Database,
    store: PostgresEventStore,
    outbox: OutboxMailer,
    clock: Clock,
) -> Handlers:
    """Return what carries out effects: mails go to the mail server, or else to the outbox."""
    sender = mailbox_of(settings.mail_from)
    mailer: Mailer = outbox
    if settings.smtp_url:
        mailer = SmtpMailer(
            server_of(settings.smtp_url), sender, clock, handing_over=handing_over(database)
        )
    letters, codes = TemplateLetters(sender), codes_of(database, clock, settings.pepper)
    mails = BookingMails(store.history, letters, mailer, clock)
    proofs = AddressProofs(store.history, codes, letters, mailer)
    return {**mails.handlers, **proofs.handlers}


def _accounts(
    settings: Settings,
    database: Database,
    dispatch: Dispatcher,
    store: PostgresEventStore,
    clock: Clock,
    limiter: RateLimiter,
    denylist: PostgresDenylist,
    tokens: AccessTokens,
) -> Accounts:
    return PostgresAccounts(
        database,
        dispatch,
        store,
        tokens,
        limiter,
        denylist,
        clock,
        pepper=settings.pepper,
        refresh_lifetime=timedelta(days=settings.refresh_token_days),
        of_account=settings.times(settings.failed_logins_of_account),
        from_address=settings.times(settings.failed_logins_from_address),
    )


def _lifetime(settings: Settings) -> timedelta:
    return timedelta(minutes=settings.access_token_minutes)


def _redis(settings: Settings, stack: ExitStack, patience: float) -> "Redis | None":
    """Return what API processes share, if there is any; imported when it is asked for."""
    if settings.redis_url is None:
        return None
    from adapters.redis.connection import connect

    redis = connect(settings.redis_url, patience=patience)
    stack.callback(redis.close)
    return redis


def _limiter(
    settings: Settings, redis: "Redis | None", seconds: Callable[[], float] | None = None
) -> RateLimiter:
    """Return what counts; `seconds` is a clock to be used instead of the machines' own."""
    own = ProcessRateLimiter(seconds or time.monotonic)
    if redis is None:
        return own
    from adapters.redis.connection import Breaker
    from adapters.redis.rate_limits import RedisRateLimiter

    breaker = Breaker("each process limits alone", patience=settings.redis_timeout_ms / 1000)
    return RedisRateLimiter(redis, own, breaker, seconds=seconds)


def _wire(settings: Settings, database: Database, stack: ExitStack) -> Wire:
    """Return what carries wake-ups; the same for all processes, or they do not hear each other."""
    if settings.redis_url is None:
        return NotifyWire(database)
    from adapters.redis.wakeups import PATIENCE, RedisWire

    redis = _redis(settings, stack, PATIENCE)
    assert redis is not None
    return RedisWire(redis)


def _entered(
    database: Database, renewal: Renewal, reactions: Sequence[Process], clock: Clock
) -> list[Consumer]:
    """Return the consumers of the log, each with a place from which to go on."""
    tables = [ReadModelConsumer(model) for model in renewal.models]
    reacting = [ProcessConsumer(process, clock) for process in reactions]
    with database.as_worker() as connection:
        processes.enter(connection, reacting)
    renewal.enter([RELAY, *(process.name for process in reacting)])
    return [*tables, *reacting]


def catalogue() -> Mapper:
    """Return what this release reads and records."""
    return Mapper(EVENTS, UPCASTERS, only_read=NOT_RECORDED_YET)


def _entry(
    mapper: Mapper, keys: MasterKeys, tokens: AccessTokens, models: Sequence[ReadModel]
) -> Entry:
    """Return what this process says of itself to others."""
    tables = [table_of(model.name, model.version) for model in models]
    return Entry(
        id=uuid4(),
        release=version("frontdesk"),
        reads=sorted([*mapper.known, *tables]),
        records=sorted(mapper.recorded),
        master_keys=keys.names,
        secret_keys=tokens.names,
    )


def _say_who_hears(database: Database, mapper: Mapper, consumers: Sequence[Consumer]) -> None:
    """Say whom each type of events is for, before one is recorded, and which facts are taken: see
    `unread.py`.
    """
    heard: dict[str, list[str]] = {name: [] for name in mapper.known}
    waiting: list[tuple[str, tuple[type[Event], ...]]]
    waiting = [*((each.name, each.types) for each in consumers), (LIVE_BOOKINGS, MADE)]
    for consumer, types in waiting:
        for name in mapper.names(types):
            heard[name].append(consumer)
    heard |= {name: [facts.HEARER] for name in facts.FACTS}
    with database.as_worker() as connection:
        say_who_hears(connection, heard)
