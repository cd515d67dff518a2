"""Ours: what reads the log from its beginning: whoever follows it, whoever verifies it."""

from functools import partial

from infra.bench.ours.history import filled
from infra.bench.ours.system import system
from infra.bench.rounds import Tally, answer_rounds, timed
from infra.composition import System


def follow(composed: System, *, events: int) -> Tally:
    filled(composed, events)
    with composed.database.as_worker() as connection:
        return timed(lambda: sum(map(len, composed.reader.follow(connection, 0, to=events))))


if __name__ == "__main__":
    with system() as composed:
        answer_rounds({"follow": partial(follow, composed)})
