"""Ours: a file of leads as it is taken in by an operation: read, sealed, decided, recorded, hashed."""

import sys
from datetime import UTC, datetime
from functools import partial
from typing import Final
from uuid import UUID

import msgspec
import structlog
from uuid_utils import uuid7

from application.operations.long_operations import IMPORT_LEADS, NewOperation
from application.sales.imports.sending import Business, Wishes, given_of, sheet_of
from infra.bench.ours import history
from infra.bench.ours.system import system
from infra.bench.people import file_of
from infra.bench.rounds import Tally, answer_rounds, timed
from infra.composition import System

PARIS: Final = Business("FR", "Europe/Paris", datetime(2027, 1, 4, tzinfo=UTC))


def import_leads(composed: System, *, rows: int) -> Tally:
    """From the bytes of a file until all of it is recorded."""
    content = file_of(rows)

    def take_in() -> int:
        sheet = sheet_of(content, Wishes(), PARIS)
        given = given_of(sheet, Wishes(), PARIS, {}, "en")
        new = NewOperation(
            id=UUID(int=uuid7().int),
            tenant=history.TENANT,
            kind=IMPORT_LEADS,
            about="leads",
            given=msgspec.to_builtins(given),
            started_by="user-1",
            sent=[*sheet.parts],
        )
        started = composed.long_operations.start(new).operation
        while composed.worker.run_due():
            pass
        known = composed.long_operations.get(history.TENANT, None, started.id)
        return int((known.result or {})["new"])

    return timed(take_in)


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    with system() as composed:
        answer_rounds({import_leads.__name__: partial(import_leads, composed)})
