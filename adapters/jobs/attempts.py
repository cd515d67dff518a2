"""One attempt at a job: a command is dispatched, an effect goes to its handler.

What an effect did is written into its job before it is recorded on what it concerns. So a worker
that dies in between, or a record that fails, does not make the effect happen twice. Where a
provider cannot be asked, it is also written down that an effect is about to happen: whatever fails
after that, unless the provider said no, is uncertain, and waits for an operator (decision 0020).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from enum import Enum, auto
from typing import Final, NamedTuple
from uuid import UUID, uuid5

import msgspec
import structlog
from psycopg import OperationalError

from adapters.jobs import claims
from adapters.jobs.claims import Begun, Claimed
from adapters.jobs.hands import Hands, TakenOverError, holding
from adapters.jobs.orders import KeptReport, Order, Orders, UnknownOrderError, kind_of
from adapters.postgres import Database, DatabaseUnavailableError
from application.operations.jobs import (
    AwayError,
    Dispatch,
    GivenUpError,
    Handled,
    Handlers,
    Job,
    JobStatus,
    NotTakenError,
    Ordered,
    Skipped,
    UncertainError,
    Unfinished,
)
from application.ports import About, NotReadableHere
from application.processes.process import Do
from application.refusals import NotNow
from domain.messages import Command, DomainError

LONGEST_ERROR: Final = 1_000

KEPT_AGAIN: Final = 2
"""How often one tries to keep what an effect did: the first finds out that a connection is lost."""

log = structlog.get_logger()


class Provider(Enum):
    """What an attempt tells about whatever it went through."""

    NOT_ASKED = auto()
    ANSWERS = auto()
    AWAY = auto()


class Result(NamedTuple):
    """What came of one attempt: done, todo once more, or to be looked at by an operator. `elsewhere`
    is what this process cannot do, and another may; `pause` is there where it went well, and goes on, and
    `orders` are what it was found that has to be done next. It is not tried again before `after`, if that was said,
    and is no attempt that `counts` where it was not about this.
    """

    status: JobStatus
    text: str | None = None
    provider: Provider = Provider.NOT_ASKED
    elsewhere: bool = False
    pause: float | None = None
    orders: Sequence[Do] = ()
    after: timedelta | None = None
    counts: bool = True


class Attempts:
    """Carries out what was claimed. `unread` is told what orders another release must carry out."""

    def __init__(
        self,
        database: Database,
        dispatch: Dispatch,
        commands: Iterable[type[Command]],
        effects: Handlers,
        unread: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._unread = unread
        self._database = database
        self._dispatch = dispatch
        self._orders = Orders([*commands, *effects])
        self._effects: Handlers = dict(effects)

    def carry_out(self, claimed: Claimed, begun: Begun) -> Result | None:
        """Try once. Whatever goes wrong is a result, too; None when another worker has it now."""
        with holding(claimed.claim) as hands:
            try:
                return self._carry_out(claimed, begun, hands)
            except TakenOverError:
                return None
            except UncertainError as doubt:
                return Result(JobStatus.UNCERTAIN, _said_by(doubt))
            except GivenUpError as end:
                cause = end.__cause__ or end
                away = isinstance(cause, AwayError)
                told = Provider.AWAY if away else Provider.ANSWERS
                return Result(JobStatus.PARKED, _said_by(cause), told)
            except Exception as error:  # noqa: BLE001  (whatever it is, it is kept, shown and retried)
                return self._failed(error, claimed, begun, hands)

    def _carry_out(self, claimed: Claimed, begun: Begun, hands: Hands) -> Result:
        if claimed.report_json is not None:
            reported = self._orders.decode_report(claimed.report_json)
            return Result(JobStatus.DONE, self._record(claimed, reported))
        order = self._orders.decode(claimed.kind, claimed.payload)
        if isinstance(order, Command):
            return Result(JobStatus.DONE, self._order(order, claimed, claimed.id))
        job = Job(
            id=claimed.id,
            tenant=claimed.tenant,
            about=claimed.about,
            due_at=claimed.due_at,
            attempt=begun.attempt,
            max_attempts=claimed.max_attempts,
            overtaken=begun.overtaken,
        )
        return self._have_effect(order, claimed, job, hands)

    def _have_effect(self, effect: Order, claimed: Claimed, job: Job, hands: Hands) -> Result:
        try:
            handled: Handled = self._effects[type(effect)](effect, job)  # type: ignore[index]
        except GivenUpError as end:
            if end.report is not None:
                self._record(claimed, end.report)
            raise
        match handled:
            case None:
                return Result(JobStatus.DONE, None, Provider.ANSWERS)
            case Skipped(why=why):
                return Result(JobStatus.DONE, f"skipped: {why}")
            case Unfinished(pause=pause):
                return Result(JobStatus.TODO, pause=pause)
            case Ordered(orders=orders):
                return Result(JobStatus.DONE, orders=orders)
            case _:
                if self._is_kept(claimed, handled):
                    hands.is_uncertain = False
                outcome = self._record(claimed, handled)
                return Result(JobStatus.DONE, outcome, Provider.ANSWERS)

    def _failed(self, error: Exception, claimed: Claimed, begun: Begun, hands: Hands) -> Result:
        """Return what comes of a failure: who cannot be asked may have done it, unless they said no;
        and what cannot be read here is for others.
        """
        if hands.is_uncertain and not isinstance(error, NotTakenError):
            return Result(JobStatus.UNCERTAIN, _said_by(error))
        if isinstance(error, UnknownOrderError):
            self._unread(error.kind)
        elsewhere = isinstance(error, NotReadableHere | UnknownOrderError)
        counts = not isinstance(error, NotTakenError) or error.counts
        last = begun.attempt >= claimed.max_attempts and not elsewhere and counts
        away = isinstance(error, AwayError)
        return Result(
            JobStatus.PARKED if last else JobStatus.TODO,
            _said_by(error),
            Provider.AWAY if away else Provider.NOT_ASKED,
            elsewhere,
            after=error.after if isinstance(error, NotTakenError) else None,
            counts=counts,
        )

    def _is_kept(self, claimed: Claimed, report: Command) -> bool:
        """Keep what an effect did; return whether that succeeded. It may be recorded all the same."""
        kept = KeptReport(kind_of(type(report)), msgspec.Raw(msgspec.json.encode(report)))
        text = msgspec.json.encode(kept).decode()
        for _ in range(KEPT_AGAIN):
            try:
                with self._database.as_worker() as connection:
                    return claims.remember_report(connection, claimed, text)
            except (DatabaseUnavailableError, OperationalError) as error:
                log.warning("what was done could not be written down", error=str(error))
        return False

    def _record(self, claimed: Claimed, report: Command) -> str:
        """Record what an effect did. Its id follows from what it says: success after failure is
        another command, the same success twice is not.
        """
        says = f"{kind_of(type(report))}/{msgspec.json.encode(report).decode()}"
        return self._order(report, claimed, uuid5(claimed.id, says))

    def _order(self, command: Command, claimed: Claimed, command_id: UUID) -> str:
        """Dispatch a command; a refusal is an answer. Who was merely too late may try again."""
        trail = claimed.trail
        about = About(
            tenant=claimed.tenant,
            actor=f"process/{claimed.process}",
            command_id=command_id,
            retried=True,
            correlation=trail.get("correlation"),
            causation=trail.get("causation"),
            trace=trail.get("trace"),
        )
        try:
            self._dispatch(command, about)
        except NotNow:
            raise
        except DomainError as refusal:
            return f"refused: {refusal.code}"
        return "carried out"


def _said_by(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
