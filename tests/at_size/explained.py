"""Has PostgreSQL explain every statement that is sent, right before it is sent: on the same
connection, so as the role that sends it, with what that role may see, and with the same values.

Nothing is kept by hand: whatever goes through psycopg is seen. What an explained statement did is
rolled back.
"""

import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Final, NamedTuple

import psycopg
import pytest
from psycopg import Connection, Cursor, ServerCursor, sql
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row

from adapters.postgres.session import Asking

EXPLAINABLE: Final = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")
SPEAKING: Final = ("pg_advisory", "pg_try_advisory", "pg_notify")
"""Functions that do what no rollback takes back."""

OURS: Final = Path(__file__).parents[2]
LAYERS: Final = frozenset({"adapters", "api", "infra", "projections"})
EXPLAIN: Final = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) "


class Node(NamedTuple):
    """A place where rows are read: how many were, kept or not, and of which table."""

    kind: str
    table: str
    read: int


class Explained(NamedTuple):
    """What a statement did: `blocks` are those it touched, of eight kilobytes each."""

    text: str
    role: str
    place: str
    blocks: int
    nodes: Sequence[Node]
    plan: Mapping[str, Any]


class Explaining:
    """Keeps what was explained, by whichever thread."""

    def __init__(self) -> None:
        self.found: list[Explained] = []
        self.places: set[str] = set()

    def look(self, connection: Connection[Any], query: Any, values: Any) -> None:
        """Explain a statement of ours and keep what it did, unless it cannot be, or fails."""
        text, place = _text(query, connection), _place()
        if place is None:
            return
        self.places.add(place)
        if not text.lstrip().startswith(EXPLAINABLE) or any(each in text for each in SPEAKING):
            return
        with _undone(connection), Cursor(connection, row_factory=tuple_row) as cursor:
            [(role,)] = cursor.execute("SELECT current_user::text").fetchall()
            [(found,)] = cursor.execute((EXPLAIN + text).encode(), values).fetchall()
            plan = found[0]["Plan"]
            self.found.append(Explained(text, role, place, _blocks(plan), [*_nodes(plan)], plan))


@contextmanager
def explaining() -> Iterator[Explaining]:
    """Explain whatever is sent meanwhile, over any connection, and by any cursor."""
    found, busy = Explaining(), threading.local()
    with pytest.MonkeyPatch.context() as patch:
        for kind in (Cursor, ServerCursor):
            patch.setattr(kind, "execute", _seen(found, busy, kind.execute))
        yield found


def _seen(found: Explaining, busy: threading.local, send: Callable[..., Any]) -> Callable[..., Any]:
    def execute(cursor: Cursor[Any], query: Any, params: Any = None, **more: Any) -> Any:
        if not getattr(busy, "now", False):
            busy.now = True
            try:
                found.look(cursor.connection, query, params)
            finally:
                busy.now = False
        return send(cursor, query, params, **more)

    return execute


@contextmanager
def _undone(connection: Connection[Any]) -> Iterator[None]:
    """Take back what is done meanwhile; a failure is the statement's own, and comes again."""
    alone = connection.info.transaction_status == TransactionStatus.IDLE
    begin, back = ("BEGIN", "ROLLBACK") if alone else ("SAVEPOINT look", "ROLLBACK TO look")
    with Cursor(connection) as cursor:
        if connection.info.transaction_status == TransactionStatus.INERROR:
            return
        cursor.execute(begin)
        try:
            yield
        except psycopg.Error:
            pass
        finally:
            cursor.execute(back)


def _text(query: Any, connection: Connection[Any]) -> str:
    if isinstance(query, sql.Composable):
        return query.as_string(connection)
    return query.decode() if isinstance(query, bytes) else str(query)


def _place() -> str | None:
    """Name the function of ours that sends it; None for what a test asks by itself."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        name = frame.f_code.co_qualname.replace(".<locals>", "")
        ours = path.is_relative_to(OURS) and path.relative_to(OURS).parts[0] in LAYERS
        if ours and name != Asking.execute.__qualname__:
            return f"{path.relative_to(OURS)}:{re.sub(r'[.]<[a-z]+>', '', name)}"
        frame = frame.f_back
    return None


def _blocks(plan: Mapping[str, Any]) -> int:
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def _nodes(plan: Mapping[str, Any]) -> Iterator[Node]:
    if table := plan.get("Relation Name"):
        removed = plan.get("Rows Removed by Filter", 0) + plan.get(
            "Rows Removed by Index Recheck", 0
        )
        read = round((plan["Actual Rows"] + removed) * plan["Actual Loops"])
        yield Node(
            plan["Node Type"], f"{plan['Schema']}.{table}" if "Schema" in plan else table, read
        )
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


MOST_ROWS: Final = 10_300
"""Rows that a statement may read: what one page of history looks at, and what comes with it."""

MOST_BLOCKS: Final = 3_000
"""Blocks that it may touch beyond one for each row that it reads, where no two lie together."""

MOST_IN_A_ROW: Final = 1_000
"""Rows of a table that is so short that it may be read as a whole."""


def too_much(found: Sequence[Explained], rows: int = MOST_ROWS) -> list[str]:
    """Name the statements that read more rows, or more blocks, than any may, with what they read."""
    return sorted({f"{e.role} {e.place}: {why}" for e in found if (why := _why(e, rows))})


def _why(each: Explained, rows: int) -> str:
    scans = [n for n in each.nodes if n.kind == "Seq Scan" and n.read > MOST_IN_A_ROW]
    reads = [n for n in each.nodes if n.read > rows]
    if scans or reads:
        return ", ".join(f"{n.kind} of {n.read} {n.table}" for n in scans or reads)
    beyond = each.blocks - sum(n.read for n in each.nodes)
    return f"{each.blocks} blocks" if beyond > MOST_BLOCKS else ""
