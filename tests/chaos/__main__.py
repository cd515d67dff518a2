"""The acceptance run of the real conversations as many processes, which are killed at random:

    python -m tests.chaos --seeds 3          python -m tests.chaos --seed 4711

Who comes late is refused and nobody else is. Afterwards everything anybody can see, everything that
was ordered and sent, and how far everybody has come, is what it is after a run in one process.
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

from infra.servers.kafka import BRIEFLY, running_kafka
from infra.servers.postgres import Server, running_throwaway
from infra.servers.redis import running_redis
from tests.acceptance import test_real_conversations as conversations
from tests.chaos.portraits import Portrait, differences
from tests.chaos.runs import Chaos, disturbed, undisturbed


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
    wanted = conversations.attempts()[::share]
    with running_throwaway() as server:
        expected = undisturbed(server, wanted)
        failed = [each for each in chosen if not survives(each, wanted, server, expected)]
    if failed:
        print("failed: " + ", ".join(f"SEED={each}" for each in failed))
        sys.exit(1)


def survives(
    seed: int, wanted: Sequence[conversations.Wanted], server: Server, expected: Portrait
) -> bool:
    """Run it once; say what happened."""
    began = time.monotonic()
    print(f"seed {seed}", flush=True)
    try:
        wrong = wrong_after(seed, wanted, server, expected)
    except Exception:  # noqa: BLE001 - whatever it is, the other seeds are tried too
        wrong = [traceback.format_exc()]
    took = f"{time.monotonic() - began:.0f} s"
    if wrong:
        print(*wrong, f"seed {seed} failed, {took}: make chaos SEED={seed}", sep="\n", flush=True)
        return False
    print(f"seed {seed} survived, {took}", flush=True)
    return True


def wrong_after(
    seed: int, wanted: Sequence[conversations.Wanted], server: Server, expected: Portrait
) -> list[str]:
    """Make the attempts while everything is killed; tell what is different, and who ended by
    themselves.
    """
    with (
        tempfile.TemporaryDirectory(prefix="frontdesk-chaos-") as folder,
        running_kafka(Path(folder) / "kafka", options=BRIEFLY) as broker,
        running_redis() as redis,
    ):
        portrait, killer = disturbed(Chaos(seed), wanted, server, broker, redis, Path(folder))
    print(f"  {dict(sorted(killer.done.items()))}", flush=True)
    print(f"  {', '.join(f'{len(lines)} {part}' for part, lines in portrait.items())}")
    return [*differences(expected, portrait), *killer.unasked]


if __name__ == "__main__":
    typer.run(main)
