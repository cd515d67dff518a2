"""What auditors find in the log of the process about long work, when its row was forgotten."""

import structlog

from application.operations.long_operations import KnownOperation, Operation

log = structlog.get_logger()


def say_it_ended(
    tenant: str,
    operation: Operation | KnownOperation,
    *,
    problem: str | None = None,
    cancelled_by: str | None = None,
) -> None:
    """Log who has had what done, or has cancelled it; none of it names a person."""
    log.info(
        "an operation has ended",
        id=operation.id,
        kind=operation.kind,
        tenant=tenant,
        by=operation.started_by,
        state=operation.state,
        problem=problem,
        cancelled_by=cancelled_by,
    )
