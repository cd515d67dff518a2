"""What a system shows outside: its HTTP application, and what counts who is connected."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from fastapi import FastAPI

from adapters.accounts.tokens import names_of
from adapters.event_store.audit import Audit
from adapters.event_store.glance import Asking
from adapters.event_store.history import History
from adapters.inbound import AgreedSecrets
from adapters.jobs.typing import TypingInQueue
from adapters.live_bookings.counts import LiveBookingsCounted, LiveBookingsInLog
from adapters.public_forms import PostgresPublicForms
from adapters.public_names import PostgresPublicNames
from adapters.rate_limits.one_process import ProcessRateLimiter
from adapters.running.roll import Ring
from adapters.running.vitals import PostgresVitals
from adapters.webhooks import PostgresDeliveryLog
from api.app import ROUTERS, create_app
from api.backend import Backend
from api.operations import test_clock
from api.requests.positions import BOOKMARKED, Positions
from api.requests.signing import Signer
from api.web.addresses import Addresses
from api.web.limiting import Limits
from application.conversations.company import Company
from application.inbound import Reception
from application.operations.rate_limits import RateLimiter
from application.permissions import Principal
from application.scheduling.live import LiveBookings
from infra.composition.entry import MADE
from infra.composition.money import own_secrets
from infra.composition.system import System
from infra.processes.connections import Connections
from infra.settings import Mode, Settings


def application(system: System) -> FastAPI:
    """Return the HTTP application of a system."""
    routers = (*ROUTERS, test_clock.router) if system.settings.mode is Mode.TEST else ROUTERS
    found = backend(system, system.accounts.principal, system.tokens.ends)
    return create_app(found, routers)


def backend(
    system: System, authenticate: Callable[[str], Principal], ends: Callable[[str], datetime]
) -> Backend:
    """Return what the API needs of the system."""
    settings = system.settings
    vitals = PostgresVitals(
        system.database,
        system.writer,
        system.jobs,
        system.receipts,
        system.reader.notes,
        system.configured,
    )
    signer = Signer(settings.secret_keys)
    system.roll.settle(Ring("secret_keys", names_of(settings.secret_keys), signer.use))
    return Backend(
        dispatch=system.dispatch,
        read_models=system.answers,
        ask=Asking(system.store, system.clock),
        authenticate=authenticate,
        ends=ends,
        is_denied=system.denylist.is_denied,
        positions=Positions(
            signer, system.bookmarks, partial(system.roll.is_read_by_all, BOOKMARKED)
        ),
        signer=signer,
        clock=system.clock,
        pepper=settings.pepper,
        default_region=settings.default_region,
        most_body_bytes=settings.most_body_bytes,
        limits=_limits(settings, system.limiter),
        answered=vitals.count,
        accounts=system.accounts,
        erasures=system.erasures,
        feed=system.feed,
        guests=system.guests,
        attending=system.attending,
        audit=Audit(system.database, History(system.reader)),
        files=system.files,
        company=Company(
            system.presence,
            system.following,
            TypingInQueue(system.database, system.clock),
            system.clock,
        ),
        configured=system.configured,
        following=system.following,
        jobs=system.jobs,
        live=_live(system),
        long_operations=system.long_operations,
        origins=system.origins,
        public_forms=PostgresPublicForms(system.database),
        public_names=PostgresPublicNames(system.database),
        outbox=system.outbox,
        parked=system.parked,
        payments=system.payments,
        receipts=system.receipts,
        reception=Reception(
            system.providers,
            AgreedSecrets(system.configured, settings.inbound_secrets, own_secrets(settings)),
            system.calls,
            system.clock,
        ),
        tickets=system.tickets,
        tried=system.tried,
        public_url=settings.public_url or "",
        vitals=vitals,
        webhooks=PostgresDeliveryLog(system.database, system.clock),
        walk=system.walk,
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
        submissions_per_hour=settings.times(settings.submissions_per_hour),
        callbacks_per_minute=settings.times(settings.callbacks_per_minute),
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
