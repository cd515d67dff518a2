"""What was read before an erasure is not committed after it.

    note the last erasure ─► read ─► decrypt, fold, write ─► was any of it erased since? ─► commit
                                                                   └─ yes: roll back, read again

Whoever erases waits for those who have asked and not committed yet, which is a matter of moments,
and for nobody else: what they commit later they will have asked about.
"""

from typing import Any, Final

from psycopg import Connection

NOTED: Final = "SELECT coalesce(max(number), 0) FROM log.erased"
SINCE: Final = "SELECT log.erased_since(%s, %s, %s)"
HOLD_OFF: Final = "SELECT pg_advisory_xact_lock_shared(hashtext('frontdesk.erased'))"
WAIT: Final = "SELECT pg_advisory_xact_lock(hashtext('frontdesk.erased'))"
AGAIN: Final = "SELECT log.note_erased_again(%s, %s)"


class ErasedMeanwhileError(Exception):
    """Something of what was read has been erased since: read it again."""


def noted(connection: Connection[Any]) -> int:
    """Return the number of the last erasure; to be asked before what is to be committed is read."""
    [(number,)] = connection.execute(NOTED, prepare=True).fetchall()
    return int(number)


def refuse_erased(connection: Connection[Any], since: int, after: int, to: int) -> None:
    """Refuse to commit what was read between two positions, if any of it was erased `since`. To be
    asked last in a transaction. Raises ErasedMeanwhileError.
    """
    if connection.execute(SINCE, (since, after, to), prepare=True).fetchall() == [(True,)]:
        raise ErasedMeanwhileError


def hold_off_erasures(connection: Connection[Any]) -> None:
    """Let whoever erases wait until this transaction ends; what it asks from now on, it may act on."""
    connection.execute(HOLD_OFF)


def wait_for_commits(connection: Connection[Any]) -> None:
    """Wait for those who asked before the erasure: what they commit is there afterwards."""
    with connection.transaction():
        connection.execute(WAIT)


def note_again(connection: Connection[Any], tenant: str, streams: list[str]) -> None:
    """Let nobody write back what they loaded before this transaction took it out."""
    connection.execute(AGAIN, (tenant, streams))
