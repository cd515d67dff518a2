"""What other systems tell us, and what we order because of it.

    client-known.v1     the client of this custom id is registered, or described anew, as a whole
    booking-wished.v1   a booking is requested

A fact is told under an id of its source. Told again, it is answered as it was the first time.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Final, TypeVar, assert_never, get_args
from uuid import UUID, uuid5

import msgspec
from msgspec import Meta
from msgspec.structs import fields, force_setattr

from application.business.tenants import country_of
from application.people.contact_details import (
    identities_of,
    parse_email,
    parse_phone,
    says_its_country,
)
from application.people.people import known_by
from application.ports import About, Answer, EventStore
from application.scheduling.terms import LONGEST
from application.transact import Past
from domain.fields import ADDRESS, ID, LANGUAGE, LINE, NUMBER, TEXT, Held, id_of
from domain.languages import canonical
from domain.macs import mac
from domain.messages import Command, DomainError
from domain.people.clients import ChangeClient, ClientNotFound, ClientStatus, RegisterClient
from domain.people.identities import ClientAlreadyExists, IdentityKind, identity_of
from domain.scheduling.bookings import RequestBooking
from domain.texts import says_something, shown
from domain.values import (
    FRONTDESK,
    BookingId,
    ClientId,
    Contact,
    ProfessionalId,
    ServiceId,
    SourceId,
    TenantId,
    derived_id,
)
from domain.zones import ZONES, UnknownTimeZone

# --- Why a fact may be refused, besides the reasons of what is ordered --------------------


class SourceNotKnown(DomainError):
    """Nothing is taken from this source: it is not listed in KAFKA_FACTS."""


class FactTypeNotKnown(DomainError):
    """There are no facts of this type."""

    known: Sequence[str]


class FactNotUnderstood(DomainError):
    """A fact is a CloudEvent in the binary mode, and says what its type wants to know."""

    reason: str


# --- What may be told -----------------------------------------------------------------

T = TypeVar("T")

MOST_SAID: Final = 300
_NOBODYS: Final = re.compile(r"[A-Za-z0-9._:/-]{1,200}")
_RANDOM: Final = re.compile(f"{ID}|[0-9A-HJKMNP-TV-Z]{{26}}")
"""A UUID (RFC 9562) or ULID. Any other name may be somebody's number or name: it is not kept."""


def _held(limits: Held) -> Meta:
    """Say in msgspec's words what a text may hold."""
    # `$` alone would let a line end pass in Python; other languages know no `\Z`.
    pattern = limits.pattern and rf"{limits.pattern}(?!\n)"
    return Meta(min_length=limits.min_length, max_length=limits.max_length, pattern=pattern)


Line = Annotated[str, _held(LINE)]
Text = Annotated[str, _held(TEXT)]
Address = Annotated[str, _held(ADDRESS)]
Number = Annotated[str, _held(NUMBER)]
Language = Annotated[str, _held(LANGUAGE)]
Instant = Annotated[datetime, Meta(tz=True)]
Minutes = Annotated[int, Meta(ge=1, le=LONGEST)]
ProfessionalKey = Annotated[str, _held(id_of("professional"))]
ServiceKey = Annotated[str, _held(id_of("service"))]


class Fact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What it does not declare is refused. Lines lose what nobody sees of them."""

    def __post_init__(self) -> None:
        for name in _lines(type(self)):
            if (text := getattr(self, name)) is not None:
                force_setattr(self, name, _seen(text))


@cache
def _lines(fact: type[Fact]) -> Sequence[str]:
    return [each.name for each in fields(fact) if Line in (each.type, *get_args(each.type))]


def _seen(text: str) -> str:
    line = shown(text)
    if not says_something(line):
        raise ValueError("nobody would see anything of a line")
    return line


class Person(Fact, frozen=True, kw_only=True):
    """A phone number without country code is one of the country of the business."""

    name: Line
    email: Address | None = None
    phone: Number | None = None
    language: Language | None = None
    time_zone: Line | None = None


class ClientKnown(Person, frozen=True, kw_only=True):
    """A client, by the id that the source knows it by. What is left out is not known any more,
    except the status, which then stays as it is.
    """

    custom_id: Line
    status: ClientStatus | None = None
    strategy_id: Line | None = None


class BookingWished(Fact, frozen=True, kw_only=True):
    """`client_custom_id` names a client who is known; `guest` is somebody who is not.

    `duration_minutes` is needed without a service.
    """

    professional_id: ProfessionalKey
    service_id: ServiceKey | None = None
    starts_at: Instant | None = None
    duration_minutes: Minutes | None = None
    client_custom_id: Line | None = None
    guest: Person | None = None
    booking_type: Line | None = None
    notes: Text | None = None
    location: Line | None = None


HEARER: Final = "facts"
"""As who we wait for these types, as consumers of the log do for types of events."""

FACTS: Final[Mapping[str, type[ClientKnown | BookingWished]]] = {
    "client-known.v1": ClientKnown,
    "booking-wished.v1": BookingWished,
}


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A fact as it comes in: of which business, by whom, under which id."""

    tenant: TenantId
    source: str
    id: str
    type: str
    data: bytes
    trace: str | None = None

    @property
    def command_id(self) -> UUID:
        """Return the same id whenever the same source tells the same."""
        return uuid5(uuid5(FRONTDESK, f"fact/{self.source}"), self.id)

    @property
    def parts(self) -> tuple[str, str, str]:
        """Return what an id of its own may follow from."""
        return self.tenant, self.source, self.id


def repeatable(name: str | None) -> str | None:
    """Return what a source calls something, if it may be shown for as long as facts are: whatever could
    be an address, or words, may say who somebody is.

    >>> repeatable("crm/2027-01-04/77"), repeatable("zoe@example.org")
    ('crm/2027-01-04/77', None)
    """
    return name if name and _NOBODYS.fullmatch(name) else None


# --- What is done about it ------------------------------------------------------------


class Facts:
    """Makes orders of facts, in the name of their source."""

    def __init__(
        self,
        store: EventStore,
        dispatch: Callable[[Command, About], Answer],
        *,
        pepper: bytes,
        region: str,
        types: Mapping[str, type[ClientKnown | BookingWished]] = FACTS,
    ) -> None:
        self._types = types
        self._store = store
        self._dispatch = dispatch
        self._pepper = pepper
        self._region = region

    def take(self, told: Told) -> Answer:
        """Have done what a fact is about, once. Raises DomainError."""
        fact, about = _understood(told, self._types), self._about(told)
        if first := self._store.answer_to(about):
            return first
        try:
            return self._dispatch(self._order(fact, told, about), about)
        except ClientAlreadyExists:
            # Somebody else may have been registered under the custom id since we looked.
            return self._dispatch(self._order(fact, told, about), about)

    def _about(self, told: Told) -> About:
        said = f"{told.type}\n".encode() + told.data
        return About(
            tenant=told.tenant,
            actor=f"source/{told.source}",
            command_id=told.command_id,
            retried=True,
            fingerprint=mac(self._pepper, said).hex(),
            causation=told.id if _RANDOM.fullmatch(told.id) else str(told.command_id),
            trace=told.trace,
        )

    def _order(self, fact: ClientKnown | BookingWished, told: Told, about: About) -> Command:
        match fact:
            case ClientKnown():
                return self._known(fact, told, about)
            case BookingWished():
                return self._wished(fact, told, about)
            case _:
                assert_never(fact)

    def _known(self, fact: ClientKnown, told: Told, about: About) -> Command:
        contact = self._contact(fact, about)
        named = identities_of(contact, fact.custom_id, tenant=told.tenant, pepper=self._pepper)
        described: dict[str, Any] = {
            "contact": contact,
            "custom_id": fact.custom_id,
            "strategy_id": fact.strategy_id,
            "identities": named,
        }
        owner = self._client_of(fact.custom_id, about)
        if owner is not None:
            return ChangeClient(client_id=owner, status=fact.status, **described)
        client_id = ClientId(derived_id("client", *told.parts))
        status = fact.status or ClientStatus.LEAD
        return RegisterClient(client_id=client_id, status=status, **described)

    def _wished(self, fact: BookingWished, told: Told, about: About) -> Command:
        guest = self._contact(fact.guest, about) if fact.guest else None
        named = identities_of(guest, tenant=told.tenant, pepper=self._pepper) if guest else ()
        return RequestBooking(
            booking_id=BookingId(derived_id("booking", *told.parts)),
            professional_id=ProfessionalId(fact.professional_id),
            service_id=ServiceId(fact.service_id) if fact.service_id else None,
            starts_at=_start_of(fact),
            duration_minutes=fact.duration_minutes,
            client_id=self._wishing(fact.client_custom_id, about),
            guest=guest,
            guest_identities=named,
            booking_type=fact.booking_type,
            notes=fact.notes,
            location=fact.location,
            by_client=True,
            source=SourceId(derived_id("source", told.tenant, told.source)),
        )

    def _wishing(self, custom_id: str | None, about: About) -> ClientId | None:
        if custom_id is None:
            return None
        client_id = self._client_of(custom_id, about)
        if client_id is None:
            raise ClientNotFound
        return client_id

    def _client_of(self, custom_id: str, about: About) -> ClientId | None:
        """Find who is known by it now, or stands for them."""
        identity = identity_of(
            IdentityKind.CUSTOM_ID, custom_id, tenant=TenantId(about.tenant), pepper=self._pepper
        )
        return self._now(about, lambda past: known_by(past, identity))

    def _number(self, text: str, about: About) -> str:
        if says_its_country(text):
            return parse_phone(text)
        country = self._now(about, lambda past: country_of(TenantId(about.tenant), past))
        return parse_phone(text, country or self._region)

    def _now(self, about: About, question: Callable[[Past], T]) -> T:
        """Ask; what another process has recorded may be new to this one."""
        while True:
            with self._store.view(about) as past:
                answer = question(past)
                if self._store.is_current(past, about):
                    return answer

    def _contact(self, person: Person, about: About) -> Contact:
        if person.time_zone is not None and person.time_zone not in ZONES:
            raise UnknownTimeZone
        return Contact(
            name=person.name,
            email=parse_email(person.email) if person.email else None,
            phone=self._number(person.phone, about) if person.phone else None,
            language=person.language and canonical(person.language),
            time_zone=person.time_zone,
        )


def _understood(told: Told, types: Mapping[str, type[T]]) -> T:
    kind = types.get(told.type)
    if kind is None:
        raise FactTypeNotKnown(known=list(types))
    try:
        return msgspec.json.decode(told.data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FactNotUnderstood(reason=_without_what_was_said(str(error))[:MOST_SAID]) from None


def _without_what_was_said(reason: str) -> str:
    """Leave out what a reason quotes of the fact: a name that is not declared, a value that may not be."""
    return re.sub(
        r"(unknown field|Invalid enum value) .*?(?=( - at `[$.\w\[\]]*`)?\Z)",
        r"\1",
        reason,
        flags=re.DOTALL,
    )


def _start_of(fact: BookingWished) -> datetime | None:
    try:
        return fact.starts_at and fact.starts_at.astimezone(UTC)
    except OverflowError:
        raise FactNotUnderstood(reason="starts_at leads beyond the ends of time") from None
