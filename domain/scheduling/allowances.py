"""How much one person may have open at once: a few requests that nobody has answered, a few holds.

Each person has a stream of their own, or one for each of their records, that names what of theirs is
open. Whoever adds to it is checked at its version, so that two who ask at once, in whichever process,
meet there. What is no longer open is found out from the booking or the hold itself, and dropped when
the next one is counted.

    nothing open ─ count ─► open ─ count ─► …

The business may say how much; until then it is `ClientLimits()`.
"""

from collections.abc import Sequence
from typing import Final, assert_never

from msgspec.structs import asdict, replace

from domain.aggregate import Aggregate
from domain.messages import Command, DomainError, Event, Invalid, Value
from domain.telling import NOT_TOLD, Tellings, public
from domain.values import (
    AllowanceId,
    BookingId,
    ClientId,
    ClientLimitsId,
    HoldId,
    IdentityId,
    SourceId,
    derived_id,
)

MOST: Final = 1000
"""The business may say up to this."""

Person = ClientId | IdentityId | SourceId
"""Who is counted: a client, or a guest's address or number; of a guest without any, who told us."""


class ClientLimits(Value, frozen=True, kw_only=True):
    """How much one client may have open at once."""

    open_requests: int = 5
    open_holds: int = 2


class OpenRequest(Value, frozen=True):
    """`by_itself`: it was confirmed at once, so that nobody has looked at it either."""

    booking_id: BookingId
    by_itself: bool = False


# --- What may be asked ----------------------------------------------------------------


class ChangeClientLimits(Command, frozen=True):
    """What is not named stays."""

    open_requests: int | None = None
    open_holds: int | None = None


# --- What can happen ------------------------------------------------------------------


class OpenRequestsCounted(Event, frozen=True):
    """All that are open now, the newest last."""

    allowance_id: AllowanceId
    requests: tuple[OpenRequest, ...]


class OpenHoldsCounted(Event, frozen=True):
    """All that are open now, the newest last."""

    allowance_id: AllowanceId
    hold_ids: tuple[HoldId, ...]


class ClientLimitsChanged(Event, frozen=True):
    limits: ClientLimits


AllowanceEvent = OpenRequestsCounted | OpenHoldsCounted


# --- Why it may be refused ------------------------------------------------------------


class TooManyOpenRequests(DomainError):
    """So many requests are open already; wait for an answer, or call one off."""

    at_most: int
    open: int


class TooManyHolds(DomainError):
    """So many slots are held already; book one or give it back."""

    at_most: int
    open: int


class ClientLimitsOutOfRange(Invalid):
    """A client may have from none to a thousand open at once."""

    most: int


# --- What a decision needs to remember ------------------------------------------------


class Allowance(Value, frozen=True):
    requests: tuple[OpenRequest, ...] = ()
    hold_ids: tuple[HoldId, ...] = ()


def evolve(allowance: Allowance, event: AllowanceEvent) -> Allowance:
    match event:
        case OpenRequestsCounted(requests=requests):
            return Allowance(requests, allowance.hold_ids)
        case OpenHoldsCounted(hold_ids=hold_ids):
            return Allowance(allowance.requests, hold_ids)
        case _:
            assert_never(event)


def evolve_limits(_: ClientLimits, event: ClientLimitsChanged) -> ClientLimits:
    return event.limits


ALLOWANCE = Aggregate(kind="allowance", initial=Allowance(), evolve=evolve)
CLIENT_LIMITS = Aggregate(kind="clientlimits", initial=ClientLimits(), evolve=evolve_limits)

THE_LIMITS: Final = ClientLimitsId(derived_id(CLIENT_LIMITS.kind, "of the business"))
"""A business has one set of limits: within it, the name of their stream is always the same."""


def allowance_of(person: Person) -> AllowanceId:
    """Name the stream in which it is counted what somebody has open.

    >>> allowance_of(ClientId("client-1"))
    'allowance-1'
    """
    return AllowanceId(f"{ALLOWANCE.kind}-{person.partition('-')[2]}")


# --- Decisions ------------------------------------------------------------------------


def count_requests(
    allowance_id: AllowanceId,
    new: Sequence[OpenRequest],
    *,
    still_open: Sequence[OpenRequest],
    limits: ClientLimits,
) -> Sequence[AllowanceEvent]:
    """Count what is asked for besides what is open, or refuse it."""
    requests = (*still_open, *new)
    if len(requests) > limits.open_requests:
        raise TooManyOpenRequests(at_most=limits.open_requests, open=len(still_open))
    return [OpenRequestsCounted(allowance_id=allowance_id, requests=requests)]


def count_hold(
    allowance_id: AllowanceId,
    new: HoldId,
    *,
    still_open: Sequence[HoldId],
    limits: ClientLimits,
) -> Sequence[AllowanceEvent]:
    """Count a hold besides those that are open, or refuse it."""
    if len(still_open) >= limits.open_holds:
        raise TooManyHolds(at_most=limits.open_holds, open=len(still_open))
    return [OpenHoldsCounted(allowance_id=allowance_id, hold_ids=(*still_open, new))]


def change_limits(
    command: ChangeClientLimits, limits: ClientLimits
) -> Sequence[ClientLimitsChanged]:
    """Say how much a client may have open from now on; what is open stays open."""
    named = {name: wish for name, wish in asdict(command).items() if wish is not None}
    wanted = replace(limits, **named)
    if not all(0 <= each <= MOST for each in (wanted.open_requests, wanted.open_holds)):
        raise ClientLimitsOutOfRange(most=MOST)
    return [] if wanted == limits else [ClientLimitsChanged(limits=wanted)]


STORED_AS: Final[dict[str, type[Event]]] = {
    "open-requests-counted.v1": OpenRequestsCounted,
    "open-holds-counted.v1": OpenHoldsCounted,
    "client-limits-changed.v1": ClientLimitsChanged,
}

TOLD_AS: Final[Tellings] = {
    OpenRequestsCounted: NOT_TOLD,
    OpenHoldsCounted: NOT_TOLD,
    ClientLimitsChanged: public(
        "client-limits.changed", "limits.open_requests", "limits.open_holds"
    ),
}
