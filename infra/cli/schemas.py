"""For those who read and write without our code: what they are told, and what records look like."""

import sys
from typing import Final

import typer

schemas: Final = typer.Typer(
    no_args_is_help=True, help="Describe what others are told, and tell us."
)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(schemas, name="schemas")


@schemas.command()
def asyncapi() -> None:
    """Print an AsyncAPI 3 document: every topic, every type of record, the schema of each."""
    from infra.printing.asyncapi import text

    sys.stdout.write(text())


@schemas.command()
def told() -> None:
    """Print the JSON schema of what others are told of each event, by its public name."""
    from infra.printing.told import text

    sys.stdout.write(text())
