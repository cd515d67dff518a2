"""The acceptance run of the real conversations as many processes, which are killed at random:

    python -m tests.chaos --seeds 3          python -m tests.chaos --seed 4711

Who comes late is refused and nobody else is; afterwards every read model is what a plain fold of
the log is, every order was carried out once, and everybody has come to the end of the log.
"""

import random
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from adapters.event_store.reader import head
from adapters.event_store.verify import verify
from infra.composition import System, running_system
from infra.kafka import running_kafka
from infra.migrate import migrate
from infra.postgres import create_database, running_throwaway
from infra.settings import Settings
from tests.acceptance import test_real_conversations as conversations
from tests.chaos.conversations import Clients, opened
from tests.chaos.killing import Killer
from tests.streams.programs import (
    company,
    left,
    mails_and_notes_of_them,
    settled,
    until,
    wrong_read_models,
    wrongly_ordered,
)

CREW = ("relay", "relay", "worker", "worker", "worker")


def main(
    *,
    seeds: Annotated[int, typer.Option(help="How many, by chance.")] = 1,
    seed: Annotated[int | None, typer.Option(help="This one, which has failed before.")] = None,
    share: Annotated[int, typer.Option(help="Of the attempts, one in so many.")] = 1,
    data: Annotated[Path, typer.Option(help="The conversations.")] = conversations.DATA,
) -> None:
    """Run once per seed; print the seeds that fail."""
    conversations.DATA = data
    chosen = [seed] if seed is not None else random.SystemRandom().sample(range(10**6), seeds)
    failed = [each for each in chosen if not survives(each, share)]
    if failed:
        print("failed: " + ", ".join(f"SEED={each}" for each in failed))
        sys.exit(1)


def survives(seed: int, share: int) -> bool:
    """Run it once; say what happened."""
    began = time.monotonic()
    print(f"seed {seed}", flush=True)
    try:
        run(seed, conversations.attempts()[::share])
    except Exception:  # noqa: BLE001 - whatever it is, the other seeds are tried too
        traceback.print_exc()
        print(f"seed {seed} failed: make chaos SEED={seed}", flush=True)
        return False
    print(f"seed {seed} survived, {time.monotonic() - began:.0f} s", flush=True)
    return True


def run(seed: int, wanted: Sequence[conversations.Wanted]) -> None:
    """Start everything, let clients ask and somebody kill, and look at what came of it."""
    with (
        tempfile.TemporaryDirectory(prefix="frontdesk-chaos-") as folder,
        running_throwaway() as server,
        running_kafka(Path(folder) / "kafka") as broker,
    ):
        create_database(server, "chaos")
        dsn = server.dsn("chaos")
        migrate(dsn)
        with (
            running_system(Settings(), dsn) as system,
            company(dsn, broker.bootstrap, Path(folder)) as staff,
        ):
            for command in CREW:
                staff.begin(command)
            ports = [staff.serve(ACCESS_TOKEN_MINUTES="1440") for _ in range(2)]
            clients = Clients(seed, opened(ports, wanted), wanted)
            killer = Killer(seed, staff, broker)
            killer.run(lambda: clients.busy)
            answers = clients.answers()
            print(f"  {dict(sorted(killer.done.items()))}", flush=True)
            until(lambda: settled(system), why=lambda: left(system), seconds=120)
            examine(system, wanted, answers)


def examine(
    system: System,
    wanted: Sequence[conversations.Wanted],
    answers: dict[int, tuple[int, str | None]],
) -> None:
    """Compare what is there with what must be there."""
    booked = {number for number, (status, _) in answers.items() if status == 201}
    assert booked == conversations.expected(list(wanted)), "others were booked"
    refused = {answers[number] for number in answers.keys() - booked}
    assert refused <= {(409, "slot-taken")}, refused
    assert (wrong := wrong_read_models(system)) == [], wrong
    assert (orders := wrongly_ordered(system)) == set(), orders
    mails, notes = mails_and_notes_of_them(system)
    assert mails == notes >= len(booked), (mails, notes)
    with system.database.as_worker() as connection:
        assert (findings := verify(connection).findings) == [], findings
        events = head(connection)
    print(f"  {len(answers)} attempts, {len(booked)} booked, {events} events, {mails} mails")


if __name__ == "__main__":
    typer.run(main)
