"""What would have been by other rules: history is looked at once more, and nothing is recorded."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
import typer
from pydantic import ValidationError

from adapters.long_operations.what_if_in_steps import what_if_in_steps
from api.operations.what_if import PolicyBody
from application.operations.long_operations import (
    WHAT_IF,
    Operation,
    OperationState,
    Step,
    Work,
)
from application.what_if.policies import Policy
from infra.cli.long_operations import by_whom, new_id
from infra.cli.progress import progress, told
from infra.cli.replay.words import said
from infra.cli.system import composed, of_business

INTERRUPTED: Final = 130


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("replay")(replay)


def replay(
    *,
    policy: Annotated[
        Path,
        typer.Option(
            help="JSON or YAML: `scoring`, `bookings`, or both, as POST /v1/what-if takes it.",
            exists=True,
            dir_okay=False,
        ),
    ],
    tenant: Annotated[UUID, typer.Option(help="Whose history: the id of a tenant.")],
    json: Annotated[bool, typer.Option("--json", help="One line of JSON for each.")] = False,
) -> None:
    """Tell what other weights, or other rules of bookings, would have made of a tenant's history.

    Told are the leads of which the temperature or the follow-up would have been another, and the decisions
    on bookings that would have been refused, each by itself; and last, what they add up to. Nothing is
    recorded.
    """
    asked = _read(policy)
    with composed() as system, progress("replaying") as how_far:
        whose = of_business(system, tenant)
        work = what_if_in_steps(system.database, system.reader)
        try:
            for step in _steps(work, whose, asked):
                _tell(step, json=json)
                how_far(step.done, step.total)
        except KeyboardInterrupt:
            told.print("Interrupted: what was told so far is so; nothing was recorded.")
            raise typer.Exit(INTERRUPTED) from None


def _read(file: Path) -> Policy:
    """Read a policy. Raises BadParameter for what is none, and refusals for what nobody could decide by."""
    try:
        said: Any = msgspec.yaml.decode(file.read_bytes())
        return PolicyBody.model_validate(said).policy()
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise typer.BadParameter(f"--policy: {'; '.join(faults)}") from None
    except msgspec.DecodeError:
        raise typer.BadParameter(f"--policy: {file} is neither JSON nor YAML") from None


def _steps(work: Work, tenant: str, policy: Policy) -> Iterator[Step]:
    """Do one step after the other, as an operation that nobody has to find again."""
    operation = Operation(
        id=f"operation-{new_id()}",
        tenant=tenant,
        kind=WHAT_IF.name,
        about=policy.about,
        started_by=by_whom(),
        given=msgspec.to_builtins(policy),
        state=OperationState.RUNNING,
        steps=0,
        done=0,
        total=0,
        checkpoint={},
        bytes=0,
    )
    step: Step | None = None
    while step is None or step.result is None:
        step = work(operation, lambda: False)
        yield step
        operation = msgspec.structs.replace(
            operation,
            steps=operation.steps + 1,
            done=step.done,
            total=step.total,
            checkpoint=dict(step.checkpoint),
        )


def _tell(step: Step, *, json: bool) -> None:
    for line in (step.part or b"").splitlines():
        sys.stdout.write(f"{line.decode() if json else said(line)}\n")
    if step.result is not None:
        result = msgspec.json.encode(step.result)
        sys.stdout.write(f"{(result if json else msgspec.json.format(result)).decode()}\n")
    sys.stdout.flush()
