"""The running system, for whoever starts it, and its threads."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final

from adapters.accounts.denylist import PostgresDenylist
from adapters.accounts.guest_wishes import PostgresGuests
from adapters.accounts.tokens import AccessTokens
from adapters.clock import SettableClock
from adapters.configuration.known import KnownConfiguration
from adapters.consumers.delivery import Consumer
from adapters.consumers.runner import Runner
from adapters.erasure import PostgresErasures
from adapters.event_store.bookmarks import Bookmarks
from adapters.event_store.mapper import Mapper
from adapters.event_store.reader import Reader
from adapters.event_store.store import PostgresEventStore
from adapters.event_store.writer import Writer
from adapters.feed import PostgresFeed, PostgresTickets
from adapters.files.ledger import PostgresLedger
from adapters.inbound import PostgresReceipts, ReceiptDesk
from adapters.jobs import JobDesk, Worker
from adapters.jobs.lanes import AT_ONCE
from adapters.long_operations import OperationDesk
from adapters.mail.outbox import OutboxMailer
from adapters.origins import PostgresOrigins
from adapters.postgres import Database
from adapters.presence.attending import PresentAttending
from adapters.presence.following import Follower
from adapters.read_models.answers import Answers
from adapters.read_models.desk import ParkedDesk
from adapters.read_models.known import Known
from adapters.read_models.rebuild import Rebuilder
from adapters.read_models.renewal import Renewal
from adapters.running.roll import Roll
from adapters.wakeups.bell import Bell
from adapters.wakeups.between_processes import Announcer, Listener, Wire
from adapters.webhooks import Sender
from application.business.accounts import Accounts
from application.business.configuration import Tried
from application.business.presence import Presence
from application.dispatch import Dispatcher
from application.files.keeping import Keeping
from application.inbound import Provider
from application.money.desk import PaymentsDesk
from application.operations.rate_limits import RateLimiter
from application.ports import Clock
from infra.settings import Settings

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
    bookmarks: Bookmarks
    dispatch: Dispatcher
    answers: Answers
    known: Known
    consumers: Sequence[Consumer]
    runner: Runner
    renewal: Renewal
    worker: Worker
    sender: Sender
    accounts: Accounts
    jobs: JobDesk
    long_operations: OperationDesk
    rebuilder: Rebuilder
    parked: ParkedDesk
    outbox: OutboxMailer
    payments: PaymentsDesk
    providers: Sequence[Provider]
    calls: PostgresReceipts
    receipts: ReceiptDesk
    erasures: PostgresErasures
    guests: PostgresGuests
    feed: PostgresFeed
    tickets: PostgresTickets
    tokens: AccessTokens
    files: Keeping
    ledger: PostgresLedger
    limiter: RateLimiter
    presence: Presence
    following: Follower
    attending: PresentAttending
    company: Bell
    denylist: PostgresDenylist
    origins: PostgresOrigins
    configured: KnownConfiguration
    tried: Tried
    wire: Wire
    appended: Bell
    advanced: Bell
    threads: list[threading.Thread] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def settle(self) -> None:
        """Let read models catch up and processes react until nothing is left to do now."""
        self.renewal.run(self.stop)
        while self.runner.step() or self.worker.run_due() or self.sender.run_due():
            pass

    def walk(self, until: datetime) -> int:
        """Let time pass up to `until`, from one due time to the next, so that everything is done at
        its minute; return the number of stops. Only a clock that can be set is moved.
        """
        stops = 0
        self._settle_all()
        assert isinstance(self.clock, SettableClock)
        while (due := self._next_due()) is not None and due <= until:
            self.clock.set(max(due, self.clock()))
            self._settle_all()
            stops += 1
        self.clock.set(max(until, self.clock()))
        self._settle_all()
        return stops

    def _next_due(self) -> datetime | None:
        """Return when something is to be done next."""
        due = (self.worker.next_due(), self.sender.next_due())
        return min((each for each in due if each is not None), default=None)

    def _settle_all(self) -> None:
        """Settle, and wait for what threads of ours are doing at this moment."""
        self.settle()
        while self.jobs.depths()["running"] or self.sender.in_hand():
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
        self.beside("webhooks", self.sender.run)
        self.beside("renewal", self.renewal.keep)

    def join_others(self) -> None:
        """Wake other processes on this database, and be woken by them; know whose session has ended
        in one of them,
        and which origins are listed.
        """
        ended = self.denylist.bell
        bells = {"appended": self.appended, "advanced": self.advanced, "ended": ended}
        bells["configured"] = self.configured.bell
        bells["company"] = self.company
        announcer = Announcer(self.wire, bells)
        listener = Listener(self.wire, bells, origin=announcer.origin, lost=self._doubt)
        self.beside("announcer", announcer.run)
        self.beside("listener", listener.run)
        self.beside("denylist", self.denylist.run)
        self.beside("origins", self.origins.run)
        self.beside("configuration", self.configured.run)

    def _doubt(self) -> None:
        """Believe nothing that was known of the database: it may be another."""
        self.known.forget()
        self.bookmarks.forget()
        self.configured.forget()

    def beside(self, name: str, run: Callable[[threading.Event], None]) -> None:
        """Have something done in a thread of this process, until it rests."""
        thread = threading.Thread(target=run, args=(self.stop,), name=name, daemon=True)
        thread.start()
        self.threads.append(thread)

    def rest(self) -> None:
        """Stop the threads, and wait for what they are doing."""
        self.stop.set()
        for bell in (self.appended, self.advanced, self.denylist.bell, self.configured.bell):
            bell.ring()
        until = time.monotonic() + PATIENCE
        for thread in self.threads:
            thread.join(max(0.0, until - time.monotonic()))
