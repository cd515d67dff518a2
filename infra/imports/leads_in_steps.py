"""Importing leads as an operation: the rows of a part are recorded some at a time, and each once however
often that is tried. Those that were refused become a table, with the reason beside each.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import replace

from api.problems.words import said_in
from api.requests.at_length import refusal_of
from application.dispatch import TooContended
from application.operations.long_operations import Operation, OperationFailed, Step, Stopping, Work
from application.ports import About
from application.processes.effects.sales import SendImportMail
from application.sales.imports.rows import Fault, Here
from application.sales.imports.sending import Given, SentRow, read_in, rows_in
from application.sales.imports.taking_in import Outcome, follow_ups_in, judged, outcomes
from application.spreadsheets import BEGINS, table
from application.transact import Past
from domain.business.users import USER
from domain.messages import Event
from domain.people.clients import ClientIsErased
from domain.sales.imports import ImportedLead, ImportLeads
from domain.values import TenantId, UserId, kind_of
from infra.imports.ahead import Ahead
from infra.imports.counts import counted, nothing_yet
from infra.imports.in_turn import InTurn, Turn

TOGETHER: Final = 100
"""Rows of one append: whoever books meanwhile waits for no more than that."""

FOLLOW_UPS: Final = "follow_ups"
ADDED: Final = ("refused_line", "refused_code", "refused_column", "refused_reason")
"""What stands before the columns that were sent."""

Lead = ImportedLead | Fault
"""What a row says, or why nobody can tell."""

Told = tuple[Outcome, Fault | None]
"""What became of a row; of one that is refused, why."""


class Log(NamedTuple):
    """Where rows are taken in, one after the other, and where it is asked what becomes of them."""

    in_turn: InTurn
    ask: Callable[[str, Callable[[Past], Any]], Any]
    pepper: bytes


def leads_in_steps(log: Log, sent: Callable[[Operation], bytes]) -> Work:
    """Return what takes in the rows of the next part."""

    def read(operation: Operation) -> tuple[Given, Sequence[SentRow], Sequence[Lead]]:
        given = msgspec.convert(operation.given, Given)
        here = Here(TenantId(operation.tenant), log.pepper, given.members)
        rows = rows_in(sent(operation))
        return given, rows, read_in(rows, given, here)

    ahead = Ahead(read)

    def step(operation: Operation, _: Stopping) -> Step:
        given, rows, said = ahead(operation)
        done = operation.done + len(rows)
        if done < given.rows:
            ahead.go_on(operation)
        so_far = operation.checkpoint or nothing_yet([*Outcome, FOLLOW_UPS])
        taken, made = _taken_in(log, operation, given, said, so_far[FOLLOW_UPS])
        found = [*_in_order(said, iter(taken))]
        refused = [(row, fault) for row, (_, fault) in zip(rows, found, strict=True) if fault]
        so_far = counted(so_far, [outcome for outcome, _ in found], map(_in_short, refused))
        so_far[FOLLOW_UPS] = made
        is_last = done >= given.rows
        return Step(
            done=done,
            total=given.rows,
            checkpoint=so_far,
            part=_table(refused, given, begins=not operation.bytes) if refused else None,
            result=so_far if is_last else None,
            then=_mail(operation, given, so_far) if is_last else None,
        )

    return step


def _taken_in(
    log: Log, operation: Operation, given: Given, said: Sequence[Lead], made: int
) -> tuple[Sequence[Told], int]:
    """Take in what could be read; return what became of each row, and how many follow-ups were `made`, with
    those before: by that it is known when it is the turn of the next.
    """
    leads = [each for each in said if isinstance(each, ImportedLead)]
    under_way: list[tuple[ImportLeads, Turn]] = []
    for begin in range(0, len(leads), TOGETHER):
        before = under_way[-1][1] if under_way else None
        if before and given.follow_ups:
            made += follow_ups_in(_events(before))
        order = ImportLeads(
            rows=tuple(leads[begin : begin + TOGETHER]),
            follow_ups=given.follow_ups and replace(given.follow_ups, made=made),
        )
        under_way.append((order, log.in_turn(order, _about(operation, begin), before)))
    if under_way and given.follow_ups:
        made += follow_ups_in(_events(under_way[-1][1]))
    return [told for each in under_way for told in _told(log, operation, *each)], made


def _about(operation: Operation, begin: int) -> About:
    """Say who has rows taken in that begin at this place of a part: what was recorded before a kill is told
    by the same command.
    """
    return About(
        tenant=operation.tenant,
        actor=operation.started_by,
        command_id=uuid5(UUID(operation.id[-36:]), f"{operation.steps}/{begin}"),
        retried=True,
        correlation=operation.id,
    )


def _events(turn: Turn) -> Sequence[Event | None]:
    return [past.event for past in turn.answer.result().recorded]


def _told(log: Log, operation: Operation, order: ImportLeads, turn: Turn) -> Iterator[Told]:
    """Say what became of each row; of those of which nothing was recorded it is asked why."""
    recorded = {**outcomes(_events(turn))}
    found = [recorded.pop(row.key, None) for row in order.rows]
    rest = [row for row, outcome in zip(order.rows, found, strict=True) if outcome is None]
    others = iter(log.ask(operation.tenant, lambda past: [*_of_rest(rest, past)]) if rest else ())
    return ((each, None) if each else next(others) for each in found)


def _of_rest(rows: Sequence[ImportedLead], past: Past) -> Iterator[Told]:
    """Say why nothing was recorded of rows; what would be by now, was in somebody's way."""
    for each in judged(rows, past):
        if each.outcome is Outcome.ALREADY_THERE:
            yield each.outcome, None
        else:
            yield Outcome.REFUSED, Fault(each.code or TooContended.code)


def _in_order(said: Sequence[Lead], taken: Iterator[Told]) -> Iterator[Told]:
    """Say of each row what became of it: those that nobody could read were not tried."""
    for each in said:
        yield (Outcome.REFUSED, each) if isinstance(each, Fault) else next(taken)


def _in_short(refused: tuple[SentRow, Fault]) -> Mapping[str, Any]:
    row, fault = refused
    return {"line": row.line, "code": fault.code, "field": fault.field}


def _table(refused: Sequence[tuple[SentRow, Fault]], given: Given, *, begins: bool) -> bytes:
    """Return rows as they were sent, with the reasons; of whoever was erased, nothing but that."""
    columns, lines = given.reading.columns, list[Sequence[object]]()
    for row, fault in refused:
        reason = said_in(given.language, refusal_of(fault.code) or OperationFailed).detail
        cells = [] if fault.code == ClientIsErased.code else row.cells
        lines.append([row.line, fault.code, columns.name_of(fault.field), reason, *cells])
    head = table([[*ADDED, *columns.names]]) if begins else ""
    return f"{BEGINS if begins else ''}{head}{table(lines)}".encode()


def _mail(operation: Operation, given: Given, result: Mapping[str, Any]) -> SendImportMail | None:
    """Return what tells whoever asked for it, if tasks were to be made."""
    if given.follow_ups is None or kind_of(operation.started_by) != USER.kind:
        return None
    made = result[FOLLOW_UPS]
    return SendImportMail(
        user_id=UserId(operation.started_by),
        operation_id=operation.id,
        new=result[Outcome.NEW],
        attached=result[Outcome.ATTACHED],
        already_there=result[Outcome.ALREADY_THERE],
        refused=result[Outcome.REFUSED],
        follow_ups=made,
        first_at=given.follow_ups.first_at,
        last_at=given.follow_ups.due(max(0, made - 1)),
        time_zone=given.follow_ups.time_zone,
    )
