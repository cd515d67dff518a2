"""For operators: see which keys are known and used, and give a master key up."""

import sys

import typer
from rich.table import Table

from adapters.accounts.guest_wishes import WISH_KEYS
from adapters.event_store.personal_data import MasterKeys
from adapters.event_store.rotation import OF_STREAMS, by_master_key, rotate
from adapters.inbound.sealing import RECEIPT_KEYS
from adapters.long_operations.given import OPERATION_KEYS
from adapters.long_operations.rows import ROW_KEYS
from adapters.running.roll import Present, answering
from infra.cli.progress import console, progress, told
from infra.cli.system import composed, settings_from_environment

NOT_READY = 3
TABLES = (OF_STREAMS, RECEIPT_KEYS, OPERATION_KEYS, ROW_KEYS, WISH_KEYS)
"""Where there are keys that a master key has wrapped."""


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("keys")(list_keys)
    app.command("rotate-keys")(rotate_keys)


def list_keys() -> None:
    """List the master keys: what each has wrapped, and how many running processes know it.

    The first of MASTER_KEYS is used once every process knows it; one that has wrapped nothing and
    is not the first can be dropped.
    """
    table = Table("key", "in MASTER_KEYS", "has wrapped", "known to", box=None)
    with composed() as system, system.database.as_worker() as connection:
        wrapped, there = by_master_key(connection, TABLES), answering(connection)
    names = system.reader.master_keys
    for name in dict.fromkeys([*names, *wrapped]):
        place = str(names.index(name) + 1) if name in names else "no"
        known = sum(name in each.master_keys for each in there)
        table.add_row(name, place, str(wrapped.get(name, 0)), f"{known} of {len(there)} processes")
    console().print(table)
    told.print("This command counts itself among the processes.")


def rotate_keys() -> None:
    """Wrap the keys of personal data by the first of MASTER_KEYS; the others can be dropped then.

    It may run while others work, be stopped, and be run again. It is refused while a running process
    does not know that key (exit code 3): put it behind the others everywhere first.
    """
    settings = settings_from_environment()
    keys = MasterKeys(settings.master_keys)
    with (
        composed(settings) as system,
        system.database.as_worker() as connection,
        progress("wrapping keys anew") as how_far,
    ):
        _refuse_unknown(keys.names[0], answering(connection))
        wrapped = rotate(connection, keys, how_far, tables=TABLES)
    sys.stdout.write(f"{wrapped} keys wrapped anew: all are wrapped by the first master key\n")


def _refuse_unknown(name: str, there: list[Present]) -> None:
    for process in there:
        if name not in process.master_keys:
            where = f"process {process.id} of release {process.release}"
            sys.stdout.write(f"{where} does not know the master key {name}\n")
    if any(name not in process.master_keys for process in there):
        raise typer.Exit(NOT_READY)
