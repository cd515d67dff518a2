"""The demonstration: a salon in Paris and a clinic in New York, with three months of bookings.

Made by real commands, the same every time, relative to the day it is made. What lies behind today
happened then: the clock is set back and walks through it. It can be interrupted at any point and is
finished by the next start, because every id and command id follows from what it makes.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Final, NamedTuple
from uuid import UUID, uuid5

from adapters.clock import SettableClock
from adapters.postgres import Database
from application.business.accounts import NewAccount
from application.people.contact_details import identities_of
from application.ports import About
from application.records import creation
from domain.business.tenants import Business
from domain.business.users import AppointOperator, Role
from domain.catalogue import KINDS
from domain.messages import Command, DomainError
from domain.people.clients import ClientStatus, RegisterClient
from domain.sales.forms import FORMS
from domain.scheduling.bookings import (
    CancelBooking,
    CompleteBooking,
    ConfirmBooking,
    MarkNoShow,
    RequestBooking,
)
from domain.scheduling.professionals import Hours, RegisterProfessional, Settings, Week
from domain.scheduling.services import CreateService, Offer
from domain.values import (
    FRONTDESK,
    BookingId,
    ClientId,
    Contact,
    FormId,
    Money,
    ProfessionalId,
    ServiceId,
    TenantId,
    UserId,
    derived_id,
)
from domain.zones import to_local, to_utc, zone
from infra.composition import System
from infra.demo_conversations import conversing
from infra.demo_leads import Place, coming
from infra.demo_shops import FIRST_NAMES, LAST_NAMES, SHOPS, Shop

OPERATOR: Final = "operator@salon.example"
"""Who looks after jobs and read models; of the first business."""

PASSWORD: Final = "try-it-out-today"  # noqa: S105 - the demonstration's, printed at every start
BEHIND: Final = timedelta(days=45)
AHEAD: Final = timedelta(days=45)
OPENED: Final = timedelta(days=60)
A_WEEK: Final = timedelta(days=7)

ACTOR: Final = "demo"


class Step(NamedTuple):
    """Something that happens at a time; `makes` names it, once and for all."""

    at: datetime
    makes: str
    tenant: str
    command: Command


Progress = Callable[[int, int], None]
"""Told how many steps are done, of how many."""


def is_wanted(database: Database) -> bool:
    """Whether to make it: in an empty log, or where making it was interrupted."""
    with database.as_worker() as connection:
        row = connection.execute(
            "SELECT tenant_id::text, metadata ->> 'actor' FROM log.events WHERE position = 1"
        ).fetchone()
        if row is None:
            return True
        tenant, actor = row
        done = connection.execute(
            "SELECT EXISTS (SELECT FROM log.events WHERE tenant_id = %s AND stream = %s)",
            (tenant, _last_booking(tenant)),
        ).fetchone()
    return bool(actor == ACTOR and done and not done[0])


def make(past: System, clock: SettableClock, today: datetime, told: Progress) -> None:
    """Make what lies behind `today`, with the clock set back, and then what lies ahead.

    `past` must be composed with `clock` and without processes: nobody gets mail about old times.
    """
    shops = [_Shop(past, shop, today) for shop in SHOPS]
    clock.set(today - OPENED)
    for shop in shops:
        shop.open()
    steps = [step for step in _in_order(shops) if step.at < today]
    for number, step in enumerate(steps):
        clock.set(step.at)
        _carry_out(past, step)
        told(number, len(steps))
    clock.set(today)


def make_ahead(system: System, today: datetime, told: Progress) -> None:
    """Make what lies ahead, as it were requested today: these bookings are confirmed by mail."""
    shops = [_Shop(system, shop, today) for shop in SHOPS]
    for shop in shops:
        shop.open()
    steps = [step for step in _in_order(shops) if step.at >= today]
    for number, step in enumerate([*steps, shops[0].last()]):
        _carry_out(system, step)
        told(number, len(steps) + 1)


def _in_order(shops: Sequence["_Shop"]) -> list[Step]:
    """Return what happens in the shops by time; of one moment, a request comes before its answer."""
    return sorted((step for shop in shops for step in shop.steps()), key=lambda step: step.at)


def _carry_out(system: System, step: Step) -> None:
    command_id = uuid5(UUID(step.tenant), step.makes)
    about = About(tenant=step.tenant, actor=ACTOR, command_id=command_id, retried=True)
    # Somebody else has the slot, or the day is over: so it goes in a business, too.
    with suppress(DomainError):
        system.dispatch(step.command, about)


class _Shop:
    """Plans what happens in one business, from a seed of its own."""

    def __init__(self, system: System, shop: Shop, today: datetime) -> None:
        self._system = system
        self._shop = shop
        self._today = today
        self._zone = zone(shop.time_zone)
        self._random = random.Random(shop.name)  # noqa: S311 - the same every time, on purpose
        self._tenant = ""
        self._owner = UserId("")

    def open(self) -> None:
        """Register the business, its people, what it offers and whom it knows."""
        shop = self._shop
        business = Business(
            name=shop.name,
            time_zone=shop.time_zone,
            language=shop.language,
            currency=shop.currency,
        )
        owner = NewAccount(name=shop.people[0], email=shop.email, password=PASSWORD)
        about = About(tenant="", actor=ACTOR, command_id=uuid5(FRONTDESK, shop.name), retried=True)
        accounts = self._system.accounts
        registered = accounts.register_business(business, owner, about, professional=False)
        self._tenant, self._owner = registered.tenant_id, registered.user_id
        for step in chain(
            self._operator(), self._people(), self._services(), self._records(), self._clients()
        ):
            _carry_out(self._system, step)

    def _operator(self) -> Iterator[Step]:
        if self._shop is SHOPS[0]:
            account = NewAccount(name="Olga Lind", email=OPERATOR, password=PASSWORD)
            id_ = uuid5(UUID(self._tenant), OPERATOR)
            about = About(tenant=self._tenant, actor=ACTOR, command_id=id_, retried=True)
            user = self._system.accounts.add_user(account, about, roles=(Role.AUDITOR,))
            yield self._step(self._today, "operator", AppointOperator(user_id=user.user_id))

    def _people(self) -> Iterator[Step]:
        for name in self._shop.people:
            email = f"{name.split()[-1].lower()}@{self._shop.email.partition('@')[2]}"
            command = RegisterProfessional(
                professional_id=self._professional(name),
                contact=Contact(name=name, email=email, language=self._shop.language),
                settings=self._settings(),
            )
            yield self._step(self._today, name, command)

    def _settings(self) -> Settings:
        hours = tuple(Hours(*opening) for opening in self._shop.hours)
        return Settings(
            time_zone=self._shop.time_zone,
            hours=Week(monday=hours, tuesday=hours, wednesday=hours, thursday=hours, friday=hours),
            cancellation_window_minutes=24 * 60,
            language="fr" if self._shop.language == "fr" else "en",
        )

    def _services(self) -> Iterator[Step]:
        for name, category, minutes, after, price in self._shop.services:
            offer = Offer(
                name=name,
                category=category,
                price=Money(price, self._shop.currency),
                duration_minutes=minutes,
                buffer_after_minutes=after,
            )
            command = CreateService(service_id=self._service(name), offer=offer)
            yield self._step(self._today, name, command)

    def _records(self) -> Iterator[Step]:
        """Keep of each kind of record what it gives as examples: those speak French."""
        pepper = self._system.settings.pepper.encode()
        for kind in KINDS if self._shop.language == "fr" else ():
            for values in kind.examples:
                id_ = self._id(kind.one, repr(values))
                command = creation(kind, id_, values, tenant=self._tenant, pepper=pepper)
                yield self._step(self._today, id_, command)

    def _clients(self) -> Iterator[Step]:
        for name in self._client_names():
            email = f"{name.replace(' ', '.').lower()}@mail.example".encode("ascii", "ignore")
            contact = Contact(name=name, email=email.decode(), language=self._shop.language)
            pepper = self._system.settings.pepper.encode()
            command = RegisterClient(
                client_id=self._client(name),
                contact=contact,
                status=ClientStatus.ACTIVE,
                identities=identities_of(contact, tenant=TenantId(self._tenant), pepper=pepper),
            )
            yield self._step(self._today, name, command)

    def _client_names(self) -> list[str]:
        return [f"{first} {last}" for first in FIRST_NAMES[:6] for last in LAST_NAMES]

    # --- Three months -------------------------------------------------------------------

    def steps(self) -> Iterator[Step]:
        """Plan every booking of three months, who might have become a client, and what becomes of it; and what
        they have written to each other.
        """
        yield from self._leads()
        yield from self._conversations()
        days = range(-BEHIND.days, AHEAD.days + 1)
        today = to_local(self._today, self._zone).date()
        for day in (today + timedelta(days=days) for days in days):
            if day.weekday() < 5:
                for name in self._shop.people:
                    for opens, _ in self._shop.hours:
                        yield from self._visit(name, day, time.fromisoformat(opens))

    def _leads(self) -> Iterator[Step]:
        pepper = self._system.settings.pepper.encode()
        form = FORMS.examples[0] if self._shop.language == "fr" else None
        form_id = FormId(self._id(FORMS.one, repr(form))) if form else None
        place = Place(self._tenant, self._shop.language, pepper, form_id)
        for at, makes, command in coming(place, self._today):
            if at < self._today:
                yield self._step(at, makes, command)

    def _conversations(self) -> Iterator[Step]:
        clients = [self._client(name) for name in self._client_names()]
        for at, makes, command in conversing(
            self._owner, clients, self._shop.language, self._today
        ):
            yield self._step(at, makes, command)

    def _visit(self, professional: str, day: date, opens: time) -> Iterator[Step]:
        chance = self._random.random()
        service = self._random.choice(self._shop.services)[0]
        client = self._random.choice(self._client_names())
        start = datetime.combine(day, opens) + timedelta(minutes=30 * self._random.randrange(5))
        asked = timedelta(days=1 + self._random.randrange(12), minutes=self._random.randrange(480))
        if chance > 0.7:
            return
        starts_at = to_utc(start, self._zone)
        at = starts_at - asked if starts_at < self._today else self._today
        booking_id = BookingId(self._id("booking", f"{professional} {start}"))
        request = RequestBooking(
            booking_id=booking_id,
            professional_id=self._professional(professional),
            service_id=self._service(service),
            client_id=self._client(client),
            starts_at=starts_at,
        )
        yield self._step(at, f"{booking_id} requested", request)
        yield from self._life(booking_id, at, starts_at, chance)

    def _life(
        self, booking_id: BookingId, at: datetime, starts_at: datetime, chance: float
    ) -> Iterator[Step]:
        after = starts_at + timedelta(hours=2)
        confirm = ConfirmBooking(booking_id=booking_id)
        soon = at + timedelta(minutes=20) if starts_at < self._today else self._today
        yield self._step(soon, f"{booking_id} confirmed", confirm)
        if chance < 0.06:
            cancel = CancelBooking(booking_id=booking_id, reason="Plans have changed")
            yield self._step(soon, f"{booking_id} ended", cancel)
        elif after < self._today:
            came = chance > 0.1
            ended: Command = (
                CompleteBooking(booking_id=booking_id)
                if came
                else MarkNoShow(booking_id=booking_id)
            )
            yield self._step(after, f"{booking_id} ended", ended)

    def last(self) -> Step:
        """Plan the booking by which one sees that all was made."""
        soon = to_local(self._today, self._zone).date() + AHEAD + A_WEEK
        command = RequestBooking(
            booking_id=_last_booking(self._tenant),
            professional_id=self._professional(self._shop.people[0]),
            service_id=self._service(self._shop.services[0][0]),
            client_id=self._client(self._client_names()[0]),
            starts_at=to_utc(datetime.combine(soon, time(10)), self._zone),
            override=True,
        )
        return self._step(self._today, command.booking_id, command)

    def _step(self, at: datetime, makes: str, command: Command) -> Step:
        return Step(at, f"{self._shop.name} {makes}", self._tenant, command)

    def _professional(self, name: str) -> ProfessionalId:
        return ProfessionalId(self._id("professional", name))

    def _service(self, name: str) -> ServiceId:
        return ServiceId(self._id("service", name))

    def _client(self, name: str) -> ClientId:
        return ClientId(self._id("client", name))

    def _id(self, kind: str, name: str) -> str:
        return derived_id(kind, self._tenant, name)


def _last_booking(tenant: str) -> BookingId:
    return BookingId(derived_id("booking", tenant, "the last of the demonstration"))
