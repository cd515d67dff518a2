"""The real system with a mailer of the test's own: orders in, mails out, the clock in hand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from adapters.clock import SettableClock
from adapters.consumers import checkpoints
from adapters.jobs import Worker
from adapters.mail.letters import TemplateLetters
from adapters.mail.outbox import OutboxMailer
from application.dispatch import Dispatcher
from application.operations.jobs import Dispatch
from application.operations.outbox import OutboxMail
from application.people.erasure import forgetting
from application.ports import About, Recorded
from application.processes.process import Process
from application.scheduling import booking_mails
from application.scheduling.booking_mails import BookingMails
from application.scheduling.mails import Mailbox, Mailer
from application.use_cases import USE_CASES
from domain.business.tenants import RegisterBusiness
from domain.messages import Command, Event
from domain.scheduling.professionals import ALWAYS_OPEN, RegisterProfessional, Settings
from domain.scheduling.services import CreateService, Offer
from domain.values import Money, UserId
from infra.composition import System
from tests.mail.examples import ana, anas_contact, haircut, salon, tenant

ALL: Final = {**USE_CASES, **booking_mails.USE_CASES}


class Desk:
    """Salon Lumière, open at all hours, with a haircut to offer."""

    def __init__(
        self,
        system: System,
        clock: SettableClock,
        mailer: Mailer | None = None,
        dispatch: Dispatch | None = None,
        **options: Any,
    ) -> None:
        self.system = system
        self.clock = clock
        self.outbox = OutboxMailer(system.database, clock)
        self.dispatch = Dispatcher(ALL, system.store)
        letters = TemplateLetters(Mailbox("desk@frontdesk.example"))
        mails = BookingMails(self.history, letters, mailer or self.outbox, clock)
        self.worker = Worker(
            system.database,
            clock,
            dispatch or self.dispatch,
            list(ALL),
            {**mails.handlers, **forgetting(system.erasures)},
            **options,
        )

    def open(self, **rules: Any) -> None:
        """Open the salon; `rules` are Ana's settings."""
        settings = Settings(time_zone="Europe/Paris", hours=ALWAYS_OPEN, language="fr", **rules)
        offer = Offer(name="Coupe", price=Money(4500, "EUR"), duration_minutes=45)
        self.order(
            RegisterBusiness(
                tenant_id=tenant,
                business=salon,
                owner_id=UserId(f"user-{uuid4()}"),
                owner_name="Ana",
                owner_email="ana@salon.example",
            ),
            RegisterProfessional(professional_id=ana, contact=anas_contact, settings=settings),
            CreateService(service_id=haircut, offer=offer),
        )

    def order(self, *commands: Command) -> None:
        """Dispatch commands, as somebody at the desk."""
        for command in commands:
            about = About(tenant=tenant, actor="user-1", command_id=uuid4())
            self.dispatch(command, about)

    def settle(self) -> None:
        """Let processes react and do what is due now."""
        while self.system.runner.step() or self.worker.run_due():
            pass

    def read_again(self, process: Process) -> None:
        """Let a process react to the whole log a second time, as after a crash or a rewind."""
        with self.system.database.as_worker() as connection:
            checkpoints.advance(connection, [process.name], 0)
        self.settle()

    def walk(self, until: datetime) -> None:
        """Let time pass, from one due time to the next."""
        self.settle()
        while (due := self.worker.next_due()) is not None and due <= until:
            self.clock.set(max(due, self.clock()))
            self.settle()
        self.clock.set(until)

    def history(self, tenant: str, stream: str) -> Sequence[Recorded]:
        with self.system.database.as_tenant(tenant) as connection:
            return self.system.reader.stream(connection, tenant, stream)

    def events(self, stream: str) -> list[Event | None]:
        return [past.event for past in self.history(tenant, stream)]

    def mails(self) -> list[OutboxMail]:
        """Return what is in the outbox, oldest first."""
        return list(reversed(self.outbox.find(tenant, limit=100_000)))
