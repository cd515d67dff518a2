"""Webhooks: where a business has others told of what happens, and of what of it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec.structs import replace

from domain.business.users import Role
from domain.fields import Held, Text
from domain.messages import Command, Event, Invalid, Value
from domain.records import Action, Kind, Record, StoredAs, evolve, there

FORMER_SECRET_COUNTS: Final = timedelta(days=1)
"""For so long after a new secret what is sent is signed with the one before it, too."""

MOST_NAMES: Final = 100

Url = Annotated[str, Held(min_length=1, max_length=2_000, pattern=r"^[\x21-\x7e]+$")]
Name = Annotated[str, Held(min_length=1, max_length=80, pattern=r"^[a-z][a-z-]*(\.[a-z-]+)?$")]
Names = Annotated[tuple[Name, ...], Held(max_length=MOST_NAMES)]


class EndpointStatus(StrEnum):
    """Whether it is sent to. What it was not sent meanwhile waits, and is sent when it is `active` again."""

    ACTIVE = "active"
    PAUSED = "paused"
    GONE = "gone"
    """It said itself that there is nobody any more (410)."""
    FAILING = "failing"
    """Nothing that was sent to it arrived for 120 hours."""


class WebhookEndpoint(Value, frozen=True, kw_only=True):
    """It is told of events of these `types` and `areas`, of all where none are named; of `thin` ones it is told
    which thing they happened to, and asks for the rest. Each is told in the shape in which it was told at a moment
    (`told_as_of`): that of when the endpoint was made, where none is said. A new secret has the next `secret_number`.
    """

    url: Url
    types: Names = ()
    areas: Names = ()
    description: Text | None = None
    thin: bool = False
    told_as_of: datetime | None = None
    status: EndpointStatus = EndpointStatus.ACTIVE
    secret_number: Annotated[int, Held(ge=0, le=1_000_000)] = 0
    secret_since: datetime | None = None

    def secrets_at(self, now: datetime) -> tuple[int, ...]:
        """Return the numbers of the secrets with which something is signed, the newest first."""
        former = self.secret_number - 1
        since = self.secret_since
        if former < 0 or since is None or now >= since + FORMER_SECRET_COUNTS:
            return (self.secret_number,)
        return (self.secret_number, former)


class RotateWebhookSecret(Command, frozen=True):
    id: str


class PauseWebhookEndpoint(Command, frozen=True):
    id: str


class ResumeWebhookEndpoint(Command, frozen=True):
    id: str


class StopWebhookEndpoint(Command, frozen=True):
    id: str
    status: EndpointStatus


class TryWebhookEndpoint(Command, frozen=True):
    id: str


class WebhookAddressNotAllowed(Invalid):
    """Nothing is sent to this address: it begins with https://, names a host that is on the public
    Internet, and has no user, password, fragment or unusual port.
    """

    reason: str
    ports: Sequence[int]


class WebhookOfNothing(Invalid):
    """Nobody is told of such types or areas of events."""

    unknown: Sequence[str]


class WebhookSecretRotated(Event, frozen=True):
    id: str
    at: datetime


class WebhookEndpointStopped(Event, frozen=True):
    id: str
    status: EndpointStatus


class WebhookEndpointResumed(Event, frozen=True):
    id: str


class WebhookEndpointTested(Event, frozen=True):
    id: str
    at: datetime


def evolve_endpoint(record: Record[WebhookEndpoint], event: Any) -> Record[WebhookEndpoint]:
    values = record.values
    match event:
        case WebhookSecretRotated(at=at):
            assert values is not None
            number = values.secret_number + 1
            return replace(record, values=replace(values, secret_number=number, secret_since=at))
        case WebhookEndpointStopped(status=status):
            assert values is not None
            return replace(record, values=replace(values, status=status))
        case WebhookEndpointResumed():
            assert values is not None
            return replace(record, values=replace(values, status=EndpointStatus.ACTIVE))
        case WebhookEndpointTested():
            return record
        case _:
            return evolve(record, event)


def rotate(
    command: RotateWebhookSecret, record: Record[WebhookEndpoint], *, now: datetime
) -> Sequence[Event]:
    """Sign with a new secret, and for a day with the one before it, too."""
    _in_use(record)
    return [WebhookSecretRotated(id=command.id, at=now)]


def pause(command: PauseWebhookEndpoint, record: Record[WebhookEndpoint]) -> Sequence[Event]:
    """Send nothing for now: what is not sent waits."""
    if _in_use(record).status is EndpointStatus.PAUSED:
        return []
    return [WebhookEndpointStopped(id=command.id, status=EndpointStatus.PAUSED)]


def resume(command: ResumeWebhookEndpoint, record: Record[WebhookEndpoint]) -> Sequence[Event]:
    """Send again, and what was not sent meanwhile, too: whether it was paused, gone or failing."""
    if _in_use(record).status is EndpointStatus.ACTIVE:
        return []
    return [WebhookEndpointResumed(id=command.id)]


def stop(command: StopWebhookEndpoint, record: Record[WebhookEndpoint]) -> Sequence[Event]:
    """Send nothing any more, and say why: what somebody has paused meanwhile stays so."""
    if _in_use(record).status is not EndpointStatus.ACTIVE:
        return []
    return [WebhookEndpointStopped(id=command.id, status=command.status)]


def try_out(
    command: TryWebhookEndpoint, record: Record[WebhookEndpoint], *, now: datetime
) -> Sequence[Event]:
    """Tell an endpoint that it is tried, whatever else it is told of."""
    _in_use(record)
    return [WebhookEndpointTested(id=command.id, at=now)]


def _in_use(record: Record[WebhookEndpoint]) -> WebhookEndpoint:
    endpoint = there(WEBHOOKS, record)
    if not endpoint.active or endpoint.values is None:
        raise WEBHOOKS.is_removed
    return endpoint.values


_EXAMPLE: Final = f"webhook-endpoint-{UUID(int=7)}"

WEBHOOKS: Final = Kind(
    one="webhook-endpoint",
    many="webhooks",
    french="Webhook",
    values=WebhookEndpoint,
    examples=(
        WebhookEndpoint(url="https://hooks.example.org/frontdesk", areas=("booking", "client")),
        WebhookEndpoint(
            url="https://compta.example.com/in",
            types=("booking.completed",),
            description="Comptabilité",
            thin=True,
        ),
    ),
    stored_as=StoredAs(
        created="webhook-endpoint-created.v1",
        changed="webhook-endpoint-changed.v1",
        removed="webhook-endpoint-removed.v1",
        restored="webhook-endpoint-restored.v1",
        purged="webhook-endpoint-purged.v1",
    ),
    columns=("url", "status"),
    ours=frozenset({"status", "secret_number", "secret_since"}),
    evolve=evolve_endpoint,
    actions={
        "rotation": Action(command=RotateWebhookSecret, decide=rotate, is_timed=True),
        "pause": Action(command=PauseWebhookEndpoint, decide=pause),
        "resume": Action(command=ResumeWebhookEndpoint, decide=resume),
        "stop": Action(command=StopWebhookEndpoint, decide=stop, by_us=True),
        "test": Action(command=TryWebhookEndpoint, decide=try_out, is_timed=True),
    },
    also={
        "webhook-secret-rotated.v1": WebhookSecretRotated(
            id=_EXAMPLE, at=datetime(2027, 1, 5, 9, tzinfo=UTC)
        ),
        "webhook-endpoint-stopped.v1": WebhookEndpointStopped(
            id=_EXAMPLE, status=EndpointStatus.PAUSED
        ),
        "webhook-endpoint-resumed.v1": WebhookEndpointResumed(id=_EXAMPLE),
        "webhook-endpoint-tested.v1": WebhookEndpointTested(
            id=_EXAMPLE, at=datetime(2027, 1, 5, 9, tzinfo=UTC)
        ),
    },
    writers=frozenset({Role.OWNER}),
    readers=frozenset({Role.OWNER, Role.AUDITOR}),
)
