"""Long work that nobody has to wait for: asked for, followed, cancelled, and kept for a while.

An operation is carried out step by step. A step is bounded, and saved together with what it made; so
whoever goes on after a kill does so from the last one, and between two of them others have their turn.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

from application.permissions import Permission
from application.processes.process import Effect
from application.refusals import TooMuch, TooOften
from domain.messages import DomainError, Gone, Missing, Value

KEEP: Final = timedelta(days=30)
"""How long an operation is kept after the last that happened to it."""

KEEP_ROWS: Final = timedelta(days=7)
"""How long rows are kept that an operation was sent, or has set aside."""

MOST_OPEN: Final = 10
"""Operations of one business that wait or run at the same time."""

MOST_KEPT: Final = 3
"""Operations of one business of which what they made is kept: the newest."""

MOST_BYTES: Final = 1_000_000_000
"""Of what one operation makes."""

NOBODYS: Final = str(UUID(int=0))
"""The tenant of operations that those who run the system have started, in the name of no business."""


class FileType(StrEnum):
    """What a file is that long work makes."""

    JSON_LINES = "application/jsonl"
    CSV = "text/csv"

    @property
    def ending(self) -> str:
        """How names of such files end."""
        return self.rpartition("/")[2]


class Kind(Value, frozen=True, kw_only=True):
    """A kind of long work. `name` is permanent; `permission` is what whoever starts it needs, `counts`
    what its progress is counted in. Work that `stops` can be cancelled at any step, other work only
    before its first. `makes` is the type of the file that it makes; one that is `sealed` says who people
    are.
    """

    name: str
    permission: Permission
    counts: str
    stops: bool = True
    makes: FileType = FileType.JSON_LINES
    sealed: bool = False


EXPORT_HISTORY: Final = Kind(
    name="export-history", permission=Permission.HISTORY_READ, counts="events"
)
ERASE_CLIENT: Final = Kind(
    name="erase-client", permission=Permission.CLIENTS_ERASE, counts="streams", stops=False
)
REBUILD_READ_MODEL: Final = Kind(
    name="rebuild-read-model", permission=Permission.READ_MODELS_MANAGE, counts="positions"
)
IMPORT_BOOKINGS: Final = Kind(
    name="import-bookings", permission=Permission.BOOKINGS_OVERRIDE, counts="bookings"
)
WHAT_IF: Final = Kind(name="what-if", permission=Permission.TENANT_MANAGE, counts="events")
IMPORT_LEADS: Final = Kind(
    name="import-leads",
    permission=Permission.LEADS_WRITE,
    counts="rows",
    makes=FileType.CSV,
    sealed=True,
)

OPERATION_KINDS: Final = {
    kind.name: kind
    for kind in (
        EXPORT_HISTORY,
        ERASE_CLIENT,
        REBUILD_READ_MODEL,
        IMPORT_BOOKINGS,
        IMPORT_LEADS,
        WHAT_IF,
    )
}


# --- How far it is ---------------------------------------------------------------------------


class OperationState(StrEnum):
    """How far an operation is; one that was asked to stop is `cancelling` until it has."""

    WAITING = "waiting"
    RUNNING = "running"
    CANCELLING = "cancelling"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self in {OperationState.DONE, OperationState.FAILED, OperationState.CANCELLED}


class KnownOperation(Value, frozen=True, kw_only=True):
    """An operation as it is shown. `seconds_left` is of work, not of waiting for a turn; `problem` the
    code of a refusal, `bytes` the size of the file it has made.
    """

    id: str
    number: int
    kind: str
    about: str
    state: OperationState
    started_by: str
    cancelled_by: str | None
    done: int
    total: int
    seconds_left: int | None
    result: dict[str, Any] | None
    bytes: int
    problem: str | None
    created_at: datetime
    started_at: datetime | None
    updated_at: datetime
    finished_at: datetime | None

    @property
    def expires_at(self) -> datetime:
        """When it is forgotten."""
        return self.updated_at + KEEP


class NewOperation(Value, frozen=True, kw_only=True):
    """Long work that somebody wants. `id` follows from their Idempotency-Key, if they sent one. `sent` are
    rows that come with it, a part for each step.
    """

    id: UUID
    tenant: str
    kind: Kind
    about: str
    given: Mapping[str, Any]
    started_by: str
    fingerprint: str | None = None
    sent: Sequence[bytes] = ()


class StartedOperation(NamedTuple):
    """An operation, and whether it had been started before by the same request."""

    operation: KnownOperation
    repeated: bool


# --- What is in the way ----------------------------------------------------------------------


class OperationNotFound(Missing):
    """There is no such operation, or it was forgotten thirty days after its end."""


class OperationIsOver(DomainError):
    """It came to its end before it could be cancelled."""

    current_state: OperationState


class OperationGoesOn(DomainError):
    """It has begun, and goes on to its end: half of it would be worse than all or nothing."""


class OperationHasNoFile(Missing):
    """The operation has made no file, or not yet."""


class OperationFileGone(Gone):
    """Only the newest files of a business are kept, and what says who people are for seven days, or until
    somebody is erased; have it made again.
    """


class SentRowsGone(Gone):
    """What was sent to be taken in is kept for seven days. Send it again: what was taken in stays so."""


class TooManyOperations(TooOften):
    """As many operations of your business wait or run as may at the same time."""

    most: int
    retry_after: int


class OperationResultTooLarge(TooMuch):
    """What it made is more than can be kept."""

    most_bytes: int


class ReadModelNotFound(Missing):
    """There is no read model of this name."""


class OperationFailed(DomainError):
    """It failed, and trying again did not help. Operators can see why."""


# --- Ports -----------------------------------------------------------------------------------


class LongOperations(Protocol):
    """Operations, for whoever starts, follows and cancels them. `whose` None: everybody's; tenant None:
    those of all tenants.
    """

    def start(self, new: NewOperation) -> StartedOperation:
        """Let it be carried out. Raises TooManyOperations, IdempotencyKeyReused."""

    def find(
        self, tenant: str | None, whose: str | None, *, before: int | None = None, limit: int = 100
    ) -> Sequence[KnownOperation]:
        """Return operations, the newest first; a page goes on `before` the number that ended the last."""

    def get(self, tenant: str | None, whose: str | None, operation_id: str) -> KnownOperation:
        """Return one. Raises OperationNotFound."""

    def cancel(
        self, tenant: str | None, whose: str | None, operation_id: str, by: str
    ) -> KnownOperation:
        """Cancel it, at once or at its next step. Raises OperationNotFound, OperationIsOver,
        OperationGoesOn.
        """

    def part(self, tenant: str, operation_id: str, number: int) -> bytes | None:
        """Return a part of what it has made, counted from 0; None behind the last."""


# --- Carrying it out -------------------------------------------------------------------------


class Operation(Value, frozen=True, kw_only=True):
    """What the next step has to know. `steps` counts those before, `bytes` what they have made."""

    id: str
    tenant: str
    kind: str
    about: str
    started_by: str
    given: dict[str, Any]
    state: OperationState
    steps: int
    done: int
    total: int
    checkpoint: dict[str, Any]
    bytes: int


class Step(Value, frozen=True, kw_only=True):
    """What came of one step: how far it is now, where the next begins, a part of the file it makes.

    `result` is there after the last one, and `then` what is to be done once it is saved. `pause` says for how
    many seconds something is in the way.
    """

    done: int
    total: int
    checkpoint: Mapping[str, Any] = {}
    part: bytes | None = None
    result: Mapping[str, Any] | None = None
    then: Effect | None = None
    pause: float = 0.0


Stopping = Callable[[], bool]
"""Whether to come to an end soon, for it is another's turn."""

Work = Callable[[Operation, Stopping], Step]
"""Does one step. A refusal ends the operation; whatever else it raises is tried again later.
What it does must do nothing twice: a step that could not be saved is done again.
"""


class Progress(Protocol):
    """Where steps are saved."""

    def begin(self, operation_id: str) -> Operation | None:
        """Take it up; None when it is over, or was forgotten. Raises NotReadableHere, and has not taken it
        up then: whoever cancels it need not wait for who has the key.
        """

    def save(self, operation: Operation, step: Step, seconds: float) -> Operation | None:
        """Save a step with what it made, all or nothing; return the operation as it is then, or None when
        another process has saved this step or ended it before. Raises OperationResultTooLarge.
        """

    def end(self, operation: Operation, state: OperationState, problem: str | None = None) -> bool:
        """End it without a result. Return whether it did: not where another process has gone on with it or
        ended it.
        """
