"""One attempt at a job: a command is dispatched, an effect goes to its handler.

What an effect did is written into its job before it is recorded on what it concerns. So a worker
that dies in between, or a record that fails, does not make the effect happen twice. Where a
provider cannot be asked, it is also written down that an effect is about to happen: what is lost
after that is uncertain, and waits for an operator (decision 0020).
"""

from collections.abc import Callable, Iterable
from enum import Enum, auto
from typing import Final, NamedTuple
from uuid import UUID, uuid5

import msgspec

from adapters.jobs import claims
from adapters.jobs.claims import Begun, Claimed
from adapters.jobs.orders import Order, Orders, Report, UnknownOrderError, kind_of
from adapters.postgres import Database
from application.dispatch import TooContended
from application.jobs import (
    AwayError,
    Dispatch,
    GivenUpError,
    Handled,
    Handlers,
    Job,
    JobStatus,
    Skipped,
    UncertainError,
)
from application.ports import About, NotReadableHere
from domain.messages import Command, DomainError

LONGEST_ERROR: Final = 1_000


class Provider(Enum):
    """What an attempt tells about whatever it went through."""

    NOT_ASKED = auto()
    ANSWERS = auto()
    AWAY = auto()


class Result(NamedTuple):
    """What came of one attempt: done, todo once more, or to be looked at by an operator. `elsewhere`
    is what this process cannot do, and another may.
    """

    status: JobStatus
    text: str | None = None
    provider: Provider = Provider.NOT_ASKED
    elsewhere: bool = False


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

    def carry_out(self, claimed: Claimed, begun: Begun) -> Result:
        """Try once. Whatever goes wrong is a result, too."""
        try:
            return self._carry_out(claimed, begun)
        except UncertainError as doubt:
            return Result(JobStatus.UNCERTAIN, _described(doubt), Provider.AWAY)
        except GivenUpError as end:
            cause = end.__cause__ or end
            away = isinstance(cause, AwayError)
            told = Provider.AWAY if away else Provider.ANSWERS
            return Result(JobStatus.PARKED, _described(cause), told)
        except UnknownOrderError as unknown:
            self._unread(unknown.kind)
            return Result(JobStatus.TODO, _described(unknown), elsewhere=True)
        except NotReadableHere as lacking:
            return Result(JobStatus.TODO, _described(lacking), elsewhere=True)
        except Exception as error:  # noqa: BLE001  (whatever it is, it is kept, shown and retried)
            last = begun.attempt >= claimed.max_attempts
            away = isinstance(error, AwayError)
            return Result(
                JobStatus.PARKED if last else JobStatus.TODO,
                _described(error),
                Provider.AWAY if away else Provider.NOT_ASKED,
            )

    def _carry_out(self, claimed: Claimed, begun: Begun) -> Result:
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
        return self._have_effect(order, claimed, job)

    def _have_effect(self, effect: Order, claimed: Claimed, job: Job) -> Result:
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
            case _:
                self._remember(claimed, handled)
                outcome = self._record(claimed, handled)
                return Result(JobStatus.DONE, outcome, Provider.ANSWERS)

    def _remember(self, claimed: Claimed, report: Command) -> None:
        kept = Report(kind_of(type(report)), msgspec.Raw(msgspec.json.encode(report)))
        with self._database.as_worker() as connection:
            claims.remember_report(connection, claimed, msgspec.json.encode(kept).decode())

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
        except (TooContended, NotReadableHere):
            raise
        except DomainError as refusal:
            return f"refused: {refusal.code}"
        return "carried out"


def handing_over(database: Database) -> Callable[[str], None]:
    """Return what notes that a job, whose id is its effect's idempotency key, is about to be
    handed over for good. Raises UncertainError when another worker may have come this far.
    """

    def note(idempotency_key: str) -> None:
        with database.as_worker() as connection:
            if not claims.hand_over(connection, UUID(idempotency_key)):
                raise UncertainError("another worker may have handed it over")

    return note


def _described(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
