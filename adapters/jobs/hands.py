"""What a thread has in its hands, and whether it may have left them.

Who carries out an effect that nobody can be asked about says so before it does. From then on it is
uncertain what became of it, until the provider has said no or it is written down what it did.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final
from uuid import UUID

from adapters.jobs import claims
from adapters.postgres import Database
from application.operations.jobs import UncertainError


class Hands:
    """One attempt under a claim."""

    def __init__(self, claim: UUID) -> None:
        self.claim = claim
        self.is_uncertain = False


CARRIED_OUT: Final[ContextVar[Hands]] = ContextVar("what this thread carries out")


class TakenOverError(UncertainError):
    """Another worker has it now, for this one was silent for too long."""


@contextmanager
def holding(claim: UUID) -> Iterator[Hands]:
    """Have this thread carry out something under this claim."""
    hands = Hands(claim)
    before = CARRIED_OUT.set(hands)
    try:
        yield hands
    finally:
        CARRIED_OUT.reset(before)


def handing_over(database: Database) -> Callable[[str], None]:
    """Return what notes that the job this thread carries out, whose id is its effect's idempotency
    key, is about to be handed over for good. Raises TakenOverError when another worker has it.
    """

    def note(idempotency_key: str) -> None:
        hands = CARRIED_OUT.get()
        with database.as_worker() as connection:
            if not claims.hand_over(connection, UUID(idempotency_key), hands.claim):
                raise TakenOverError("another worker may have handed it over")
        hands.is_uncertain = True

    return note
