#!/usr/bin/env python3
"""Rival: pgbench, inserting the same event row by row; PostgreSQL alone, nothing promised."""

import re
import subprocess
import sys
import tempfile
from itertools import count

from psycopg import connect

from infra.bench.rounds import Tally, answer_rounds
from infra.servers.postgres import binaries

DSN = sys.argv[-1]

TABLE = """
    CREATE TABLE events (
        position    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        stream      text COLLATE "C" NOT NULL,
        version     integer NOT NULL,
        type        text COLLATE "C" NOT NULL,
        data        json NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (stream, version)
    )
"""
INSERT = r"""
    \set n :n + 1
    INSERT INTO events (stream, version, type, data) VALUES (
        'booking-0197f3a2-7c5e-7b1a-' || :round || '-' || :client_id || '-' || :n,
        1, 'booking-requested.v1', '{
            "booking_id":"booking-0197f3a2-7c5e-7b1a-9d40-3f6f0c1d2e4b",
            "client_id":"client-0197f3a2-7c5e-7b1a-9d40-3f6f0c1d2e4c",
            "professional_id":"professional-0197f3a2-7c5e-7b1a-9d40-3f6f0c1d2e4d",
            "starts_at":"2030-01-07T09:00:00Z","ends_at":"2030-01-07T09:30:00Z"
        }'
    );
"""

rounds = count(1)
per_second: dict[int, float] = {}
"""What so many clients did the last time: pgbench counts in inserts, or else in whole seconds."""


def append(*, callers: int, seconds: float) -> Tally:
    inserts = int(per_second.get(callers, 1_000) * seconds / callers) or 1
    said = _pgbench(f"--client={callers}", f"--transactions={inserts}", f"--jobs={min(callers, 2)}")
    per_second[callers] = float(_find(r"tps = ([\d.]+)", said))
    done = int(_find(r"actually processed: (\d+)", said))
    return Tally(operations=done, seconds=done / per_second[callers])


def _pgbench(*options: str) -> str:
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(INSERT)
        script.flush()
        fixed = ("--no-vacuum", "--protocol=prepared", f"--file={script.name}")
        variables = ("--define=n=0", f"--define=round={next(rounds)}")
        command = [str(binaries() / "pgbench"), *fixed, *variables, *options, DSN]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _find(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, text
    return found[1]


if __name__ == "__main__":
    with connect(DSN) as connection:
        connection.execute(TABLE)
    answer_rounds({"append": append})
