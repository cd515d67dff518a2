"""`frontdesk`: run it, look into it, repair it. Each group of commands is a module beside this."""

import faulthandler
import sys
from inspect import cleandoc
from typing import Final, NoReturn

import typer

from infra.cli import (
    announcing,
    cluster,
    history,
    importing,
    inbound,
    jobs,
    keys,
    long_operations,
    operators,
    people,
    read_models,
    releases,
    replay,
    retention,
    running,
    schemas,
    shifted,
    streaming,
)
from infra.cli.errors import SAID, reason
from infra.processes.memory import share_memory

app: Final = typer.Typer(
    name="frontdesk",
    help="Bookings, clients and what a business keeps, as one history of events.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="rich",
)

running.add_to(app)
importing.add_to(app)
history.add_to(app)
replay.add_to(app)
read_models.add_to(app)
jobs.add_to(app)
long_operations.add_to(app)
inbound.add_to(app)
keys.add_to(app)
releases.add_to(app)
retention.add_to(app)
operators.add_to(app)
announcing.add_to(app)
people.add_to(app)
shifted.add_to(app)
streaming.add_to(app)
cluster.add_to(app)
schemas.add_to(app)


def _flow(app: typer.Typer) -> None:
    """Let the help of every command, however deep, break its lines where the terminal ends."""
    for group in app.registered_groups:
        if group.typer_instance is not None:
            _flow(group.typer_instance)
    for command in app.registered_commands:
        said = command.help or (command.callback and command.callback.__doc__) or ""
        command.help = "\n\n".join(_paragraphs(said))


def _paragraphs(text: str) -> list[str]:
    """Return each paragraph of a docstring on one line."""
    return [" ".join(each.split()) for each in cleandoc(text).split("\n\n")]


_flow(app)


def main() -> None:
    """Run a command; what a person can mend is said in a sentence, without a stack trace. Should the
    interpreter crash, it says in which functions.
    """
    faulthandler.enable(2, all_threads=False)  # others run on, and cannot be looked at safely
    share_memory()
    try:
        app()
    except SAID as error:
        name = _paragraphs(type(error).__doc__ or "")[0]
        why = str(error) or reason(error)
        _end(name if why in ("", name) else f"{why}\n  {name}")
    except OSError as error:
        if error.filename is None:
            raise
        _end(f"{error.filename}: {error.strerror}")


def _end(why: str) -> NoReturn:
    sys.stderr.write(f"frontdesk: {why}\n")
    sys.exit(1)
