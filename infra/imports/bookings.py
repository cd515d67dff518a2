"""Booking attempts from a file of conversations, into a tenant of their own.

One JSON object a line: `dialogue_id` and `calls`, each with `turn`, `kind`, `provider`, `date` and
`time` local to the provider. Every provider becomes a professional, open all day; every call asks
for an hour. Dates are moved into the future by whole weeks, the same number for all of them and the
same again whenever the import is repeated: ids follow from the file, so a second run books nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID, uuid5

import msgspec

from application.ports import About, Answer
from application.refusals import NotNow
from domain.messages import Command, DomainError
from domain.scheduling.bookings import RequestBooking
from domain.scheduling.professionals import ALWAYS_OPEN, RegisterProfessional, Settings
from domain.scheduling.services import CreateService, Offer
from domain.values import (
    FRONTDESK,
    BookingId,
    Contact,
    ProfessionalId,
    ServiceId,
    TenantId,
    derived_id,
)
from domain.zones import to_local, to_utc, zone

TIME_ZONE: Final = "America/Los_Angeles"
"""Where the providers of the conversations are."""

LEAD: Final = timedelta(weeks=2)
WEEK: Final = timedelta(weeks=1)

Dispatch = Callable[[Command, About], Answer]
Outcome = Literal["booked", "refused", "already_there"]


class Attempt(msgspec.Struct, frozen=True):
    """Somebody wants an hour of a provider, by the provider's clock."""

    id: str
    kind: str
    provider: str
    local_start: datetime


class Invalid(msgspec.Struct, frozen=True):
    """A line that is no conversation, and what is wrong with it."""

    line: int
    problem: str


class Counts(msgspec.Struct):
    """What came of an import."""

    attempts: int = 0
    booked: int = 0
    refused: int = 0
    already_there: int = 0
    invalid: int = 0


class _Call(msgspec.Struct):
    turn: int
    kind: str
    provider: str
    date: date
    time: str


class _Dialogue(msgspec.Struct):
    dialogue_id: str
    calls: list[_Call]


def read(lines: Iterable[bytes]) -> Iterator[Attempt | Invalid]:
    """Read the attempts of a file, in its order; a broken line is named, and the rest is read."""
    decode = msgspec.json.Decoder(_Dialogue).decode
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            dialogue = decode(line)
            yield from [_attempt(dialogue.dialogue_id, call) for call in dialogue.calls]
        except (msgspec.DecodeError, ValueError) as error:
            yield Invalid(number, str(error))


def _attempt(dialogue: str, call: _Call) -> Attempt:
    hours, _, minutes = call.time.partition(":")
    start = datetime(call.date.year, call.date.month, call.date.day, int(hours), int(minutes))  # noqa: DTZ001 - the wall clock's
    if not call.provider.strip():
        raise ValueError("provider: it has no name")
    return Attempt(f"{dialogue}/{call.turn}", call.kind, call.provider, start)


def tenant_of(name: str) -> TenantId:
    """Name the tenant of an import."""
    return TenantId(str(uuid5(FRONTDESK, f"import/{name}")))


def weeks_ahead(attempts: Sequence[Attempt], began: datetime) -> timedelta:
    """Return the whole weeks by which all dates are moved, so that the first is ahead of `began`."""
    first = min(attempt.local_start for attempt in attempts)
    ahead = to_local(began, zone(TIME_ZONE)) + LEAD - first
    return max(-(-ahead // WEEK), 0) * WEEK


class BookingImport:
    """Carries an import out, attempt by attempt; it can be stopped and gone on with at any point."""

    def __init__(
        self,
        dispatch: Dispatch,
        tenant: TenantId,
        moved_by: timedelta,
        *,
        time_zone: str = TIME_ZONE,
        actor: str = "import",
        correlation: str | None = None,
    ) -> None:
        self._dispatch = dispatch
        self._tenant = tenant
        self._moved_by = moved_by
        self._time_zone = time_zone
        self._actor = actor
        self._correlation = correlation
        self._known: set[str] = set()

    def book(self, attempt: Attempt) -> Outcome:
        """Ask for the hour in the name of whoever had the conversation."""
        return self.outcome(attempt)[0]

    def outcome(self, attempt: Attempt) -> tuple[Outcome, str | None]:
        """Ask for the hour; return what came of it, and the code of a refusal. What this very import
        has booked before, and could not say so, it has booked.
        """
        local = attempt.local_start + self._moved_by
        try:
            self._register(attempt)
            answer = self._request(attempt, to_utc(local, zone(self._time_zone)))
        except NotNow:
            raise
        except DomainError as refusal:
            return "refused", refusal.code
        new = not answer.repeated or self._is_ours(answer)
        return "booked" if answer.recorded and new else "already_there", None

    def _request(self, attempt: Attempt, starts_at: datetime) -> Answer:
        command = RequestBooking(
            booking_id=BookingId(self._id("booking", attempt.id)),
            professional_id=self.professional(attempt),
            service_id=self.service,
            starts_at=starts_at,
            booking_type=attempt.kind,
            override=True,
        )
        return self._order(command, command.booking_id)

    def _is_ours(self, answer: Answer) -> bool:
        """Whether it was recorded for this very import."""
        mine = self._correlation
        return mine is not None and answer.recorded[0].metadata.get("correlation") == mine

    def professional(self, attempt: Attempt) -> ProfessionalId:
        """Name the professional that a provider becomes."""
        return ProfessionalId(self._id("professional", attempt.provider))

    @property
    def service(self) -> ServiceId:
        """Name the one service: an hour."""
        return ServiceId(self._id("service", "hour"))

    def open(self) -> None:
        """Offer the hour, unless it is offered already."""
        offer = Offer(name="One hour", duration_minutes=60)
        self._order(CreateService(service_id=self.service, offer=offer), self.service)

    def _register(self, attempt: Attempt) -> None:
        professional = self.professional(attempt)
        if professional in self._known:
            return
        self._order(
            RegisterProfessional(
                professional_id=professional,
                contact=Contact(name=attempt.provider.strip()[:200]),
                settings=Settings(time_zone=self._time_zone, hours=ALWAYS_OPEN),
            ),
            professional,
        )
        self._known.add(professional)

    def _id(self, kind: str, name: str) -> str:
        return derived_id(kind, self._tenant, name)

    def _order(self, command: Command, makes: str) -> Answer:
        command_id = uuid5(UUID(self._tenant), makes)
        about = About(
            tenant=self._tenant,
            actor=self._actor,
            command_id=command_id,
            retried=True,
            correlation=self._correlation,
        )
        return self._dispatch(command, about)
