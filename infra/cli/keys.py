"""For operators: give a master key up."""

import sys

import typer

from adapters.event_store.rotation import rotate
from adapters.personal_data import MasterKeys
from infra.cli.progress import progress
from infra.cli.system import composed, settings_from_environment


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rotate-keys")(rotate_keys)


def rotate_keys() -> None:
    """Wrap the keys of personal data by the first of MASTER_KEYS; the others can be dropped then.

    It may run while others work, be stopped, and be run again.
    """
    settings = settings_from_environment()
    keys = MasterKeys(settings.master_keys)
    with (
        composed(settings) as system,
        system.database.as_worker() as connection,
        progress("wrapping keys anew") as told,
    ):
        wrapped = rotate(connection, keys, told)
    sys.stdout.write(f"{wrapped} keys wrapped anew: all are wrapped by the first master key\n")
