"""Puts a system together."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta

from adapters.accounts.address_codes import codes_of
from adapters.accounts.denylist import PostgresDenylist
from adapters.accounts.guest_wishes import PostgresGuests
from adapters.accounts.postgres import PostgresAccounts
from adapters.accounts.tokens import AccessTokens
from adapters.clock import SettableClock, system_clock
from adapters.configuration.known import KnownConfiguration
from adapters.consumers.runner import Runner
from adapters.erasure import PostgresErasures
from adapters.event_store.bookmarks import Bookmarks
from adapters.event_store.glance import Asking
from adapters.event_store.mapper import Mapper
from adapters.event_store.personal_data import MasterKeys
from adapters.event_store.reader import Reader
from adapters.event_store.store import PostgresEventStore
from adapters.event_store.writer import Writer, bounds_of
from adapters.feed import PostgresFeed, PostgresTickets
from adapters.feed.follower import Follower
from adapters.files.ledger import PostgresLedger
from adapters.garbage import gc_at_rest
from adapters.inbound import PostgresReceipts, ReceiptDesk
from adapters.jobs import JobDesk, Orders, Worker
from adapters.long_operations import OperationDesk, OperationProgress, SentRows
from adapters.mail.outbox import OutboxMailer
from adapters.origins import PostgresOrigins
from adapters.postgres import WRITER, Database
from adapters.presence.attending import PresentAttending
from adapters.presence.following import Follower as People
from adapters.public_forms import PostgresPublicForms
from adapters.public_names import PostgresPublicNames
from adapters.read_models.answers import Answers
from adapters.read_models.desk import ParkedDesk
from adapters.read_models.known import Known
from adapters.read_models.rebuild import Rebuilder
from adapters.read_models.renewal import Renewal
from adapters.running.roll import Ring, Roll
from adapters.wakeups.bell import Bell
from application.business.accounts import Accounts, ending_sessions
from application.business.configuration import checking
from application.business.public_names import claim_of
from application.conversations import whatsapp
from application.conversations.sms import calls as sms
from application.dispatch import Dispatcher
from application.inbound import PROVIDERS, Provider
from application.inbound.providers import by_name
from application.inbound.understanding import understanding
from application.operations.carrying_on import Carrier
from application.operations.jobs import Handlers
from application.operations.long_operations import Work
from application.operations.rate_limits import RateLimiter
from application.people.erasure import forgetting
from application.ports import Clock
from application.processes import PROCESSES
from application.processes.process import Process
from application.sales.imports import taking_in
from application.sales.public_forms import note_of
from application.scheduling.answering import Answering
from application.transact import Changes
from application.use_cases import USE_CASES
from application.webhooks.endpoints import check_of
from domain.values import TenantId
from infra.composition.entry import catalogue, entered, entry_of, say_who_hears_what
from infra.composition.long_work import works_of
from infra.composition.money import charging_of, payments_of, practice_of, practised
from infra.composition.resources import (
    carrying_of,
    database_of,
    effects_of,
    keeping_of,
    limiter_of,
    preparing_of,
    presence_of,
    publishing_of,
    redis_of,
    sender_of,
    telling_of,
    tried_of,
    typed_by,
    wire_of,
)
from infra.composition.system import System
from infra.imports.in_turn import InTurn
from infra.imports.leads_in_steps import Log, leads_in_steps
from infra.settings import Mode, Settings
from projections import READ_MODELS
from projections.read_model import ReadModel


@contextmanager
def running_system(
    settings: Settings,
    dsn: str,
    *,
    models: Sequence[ReadModel] = READ_MODELS,
    reactions: Sequence[Process] = PROCESSES,
    clock: Clock | None = None,
    mapper: Mapper | None = None,
    providers: Sequence[Provider] = PROVIDERS,
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
        system = _compose(settings, database, clock, mapper, models, reactions, providers, stack)
        stack.callback(system.rest)
        system.beside("roll", system.roll.run)
        yield system


def _understood(pepper: bytes, providers: Sequence[Provider]) -> Sequence[Provider]:
    return sms.understood(pepper, whatsapp.understood(pepper, providers))


def _compose(
    settings: Settings,
    database: Database,
    clock: Clock,
    mapper: Mapper,
    models: Sequence[ReadModel],
    reactions: Sequence[Process],
    providers: Sequence[Provider],
    stack: ExitStack,
) -> System:
    appended, advanced = Bell(), Bell()
    keys = MasterKeys(settings.master_keys)
    reader = Reader(mapper, keys)
    writer = _writer(settings, database, clock, appended)
    stack.callback(writer.close)
    store = PostgresEventStore(database, mapper, keys, writer, clock, notes=reader.notes)
    configured = KnownConfiguration(database, store, clock)
    claims = _claims(settings, database)
    dispatch = Dispatcher(USE_CASES, store, claims=claims, told=configured.hear)
    known = Known()
    tokens = AccessTokens(settings.secret_keys, clock, _lifetime(settings))
    roll = Roll(database, entry_of(mapper, keys, tokens, models), lambda: reader.notes.lacking)
    roll.call()
    stack.callback(roll.leave)
    roll.settle(Ring("master_keys", keys.names, _used(keys, configured)))
    roll.settle(Ring("secret_keys", tokens.names, tokens.use))
    rebuilder = Rebuilder(database=database, reader=reader)
    renewal = Renewal(
        rebuilder=rebuilder,
        models=models,
        advanced=advanced,
        kept=roll.is_read_elsewhere,
    )
    consumers = entered(database, renewal, reactions, clock)
    say_who_hears_what(database, mapper, consumers)
    outbox, answers = OutboxMailer(database, clock), Answers(database, reader, advanced, known)
    redis = redis_of(settings, stack, settings.redis_timeout_ms / 1000)
    limiter = attempts = limiter_of(settings, redis)
    if clock is not system_clock:
        attempts = limiter_of(settings, redis, lambda: clock().timestamp())
    presence, company = presence_of(settings, redis, clock), Bell()
    following = People(presence, company)
    stack.callback(following.close)
    attending = PresentAttending(presence, company, clock)
    stack.callback(attending.close)
    denylist = PostgresDenylist(database, clock, _lifetime(settings))
    denylist.look()
    accounts = _accounts(settings, database, dispatch, store, clock, attempts, denylist, tokens)
    ledger = PostgresLedger(database, clock, settings.files_most_bytes)
    keeping = keeping_of(settings, ledger, store, dispatch, clock)
    erasures = PostgresErasures(
        database, reader, models, accounts.forget, clock, destroy=keeping.destroy
    )
    calls = PostgresReceipts(database, keys, clock, pepper=settings.pepper, kept=advanced.ring)
    practice = practice_of(settings, database, configured, calls, clock)
    guests = PostgresGuests(database, keys, codes_of(database, clock, settings.pepper), clock)
    tickets, follower = PostgresTickets(database, clock), Follower(database, appended)
    stack.callback(follower.close)
    feed = PostgresFeed(database, reader, clock, follower, kept=timedelta(days=settings.feed_days))
    sender = sender_of(settings, database, store, dispatch, feed, clock, advanced)
    tried = tried_of(settings, clock)
    progress = OperationProgress(database, keys, clock)
    pepper = settings.pepper.encode()
    leads = _leads(database, store, keys, clock, pepper)
    works = works_of(database, dispatch, erasures, rebuilder, models, leads)
    telling = telling_of(settings, store, dispatch, configured, clock)
    effects = {
        **effects_of(settings, database, store, outbox, clock, guests, answers, telling),
        **forgetting(erasures),
        **ending_sessions(accounts),
        **_at_rest(Carrier(progress, works).handlers),
        **preparing_of(settings, keeping, erasures),
        **understanding(
            calls, by_name(practised(settings, _understood(pepper, providers))), dispatch
        ),
        **charging_of(store, dispatch, practice, clock),
        **Answering(store.history, dispatch, pepper).handlers,
        **carrying_of(settings, database, store, dispatch, configured, attempts, keeping, clock),
        **checking(Asking(store, clock), tried, erasures),
        **publishing_of(settings, database, store, feed, configured, clock),
    }
    return System(
        settings=settings,
        database=database,
        clock=clock,
        mapper=mapper,
        roll=roll,
        reader=reader,
        writer=writer,
        store=store,
        bookmarks=Bookmarks(database),
        dispatch=dispatch,
        answers=answers,
        known=known,
        consumers=consumers,
        runner=Runner(
            database, reader, consumers, appended=appended, advanced=advanced, moved=known.learn
        ),
        renewal=renewal,
        worker=_worker(
            database,
            clock,
            dispatch,
            effects,
            advanced,
            [
                *(outbox.prune, progress.prune, calls.prune, guests.prune),
                *(keeping.sweep, tickets.prune, sender.prune),
            ],
            reader,
        ),
        sender=sender,
        accounts=accounts,
        jobs=JobDesk(database, clock, Orders([*USE_CASES, *effects])),
        long_operations=OperationDesk(
            database, keys, clock, advanced, settings.times(settings.operations_of_business)
        ),
        rebuilder=rebuilder,
        parked=ParkedDesk(database, reader, consumers),
        outbox=outbox,
        payments=payments_of(dispatch, practice),
        providers=providers,
        calls=calls,
        receipts=ReceiptDesk(database, keys, clock),
        erasures=erasures,
        guests=guests,
        feed=feed,
        tickets=tickets,
        tokens=tokens,
        files=keeping,
        ledger=ledger,
        limiter=limiter,
        presence=presence,
        following=following,
        attending=attending,
        company=company,
        denylist=denylist,
        origins=PostgresOrigins(database),
        configured=configured,
        tried=tried,
        wire=wire_of(settings, database, stack),
        appended=appended,
        advanced=advanced,
    )


def _leads(
    database: Database, store: PostgresEventStore, keys: MasterKeys, clock: Clock, pepper: bytes
) -> Work:
    """Return what takes in leads from files."""
    in_turn = InTurn(taking_in.USE_CASES, store, database.at_work)
    log = Log(in_turn, Asking(store, clock), pepper)
    return leads_in_steps(log, SentRows(database, keys))


def _claims(
    settings: Settings, database: Database
) -> Callable[[Changes, TenantId], list[Callable[[], object]]]:
    """Return what says what has to be claimed, noted or looked at before something is recorded."""
    names, forms = PostgresPublicNames(database), PostgresPublicForms(database)
    allowed = typed_by(settings)

    def claims(changes: Changes, tenant: TenantId) -> list[Callable[[], object]]:
        found = (
            claim_of(changes, names),
            note_of(changes, tenant, forms),
            check_of(changes, allowed),
        )
        return [each for each in found if each is not None]

    return claims


def _at_rest(handlers: Handlers) -> Handlers:
    """Return what makes much in a turn, and looks for no garbage meanwhile."""
    return {kind: gc_at_rest()(handle) for kind, handle in handlers.items()}


def _used(keys: MasterKeys, configured: KnownConfiguration) -> Callable[[int], None]:
    """Return what wraps by another master key, and keeps nothing in the clear that was read before."""

    def use(number: int) -> None:
        keys.use(number)
        configured.forget()

    return use


def _writer(settings: Settings, database: Database, clock: Clock, appended: Bell) -> Writer:
    """Return what appends to the log: it tells the time itself, unless somebody sets it."""
    line = settings.database_line_ms / 1000
    bounds = bounds_of(line, settings.database_idle_ms / 1000)
    return Writer(
        lambda: database.connect(WRITER, "frontdesk writer", bounds),
        clock=None if clock is system_clock else clock,
        committed=appended.ring,
        wait=line,
    )


def _worker(
    database: Database,
    clock: Clock,
    dispatch: Dispatcher,
    effects: Handlers,
    advanced: Bell,
    upkeep: Sequence[Callable[[], object]],
    reader: Reader,
) -> Worker:
    """Return what works the queue off, whatever is asked by way of HTTP meanwhile."""
    at_work = database.at_work
    return Worker(
        database,
        clock,
        at_work()(dispatch),
        list(USE_CASES),
        {kind: at_work()(handle) for kind, handle in effects.items()},
        bell=advanced,
        upkeep=upkeep,
        unread=reader.notes.met,
    )


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
