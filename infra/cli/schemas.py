"""For those who read and write Kafka without our code: what the records look like."""

import sys
from typing import Final

import typer

schemas: Final = typer.Typer(no_args_is_help=True, help="Describe what is on Kafka, for others.")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(schemas, name="schemas")


@schemas.callback()
def _group() -> None:
    """Keep the name of the command, though it is the only one."""


@schemas.command()
def asyncapi() -> None:
    """Print an AsyncAPI 3 document: every topic, every type of record, the schema of each."""
    from infra.printing.asyncapi import text

    sys.stdout.write(text())
