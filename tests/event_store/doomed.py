"""Processes to be killed: a writer that carries out what it is told, line by line, and a follower
that says what it reads.

python -m tests.event_store.doomed DSN write | follow POSITION
"""

import json
import sys
from threading import Event
from typing import Any
from uuid import UUID

from adapters.postgres import WRITER
from tests.event_store.examples import TENANT, Come, Log, opened
from tests.operations.proxy import Proxy


def main(dsn: str, work: str, *rest: str) -> None:
    if work == "follow":
        with opened(dsn) as log:
            follow(log, int(rest[0]))
    with Proxy.before(dsn) as line, opened(dsn, writing_to=line.dsn(dsn)) as log:
        say("ready")
        for order in sys.stdin:
            say(json.dumps(carry_out(log, line, json.loads(order))))


def carry_out(log: Log, line: Proxy, order: dict[str, Any]) -> list[int]:
    """Return the positions of what was recorded."""
    if order["how"] == "roll back":
        return roll_back(log, order)
    if order["how"] == "cut off":
        log.order(Come(streams=(order["streams"][0] + "-warm",)))
        line.swallow_the_next_answer()
    answer = log.order(Come(streams=tuple(order["streams"])), id_=UUID(order["id"]))
    return [past.position for past in answer.recorded]


def roll_back(log: Log, order: dict[str, Any]) -> list[int]:
    """Append, and then do not."""
    row = {
        "tenant": TENANT,
        "command": order["id"],
        "stream": f"guest-{order['id']}",
        "expected": 0,
        "version": 1,
        "type": "guest-came.v1",
        "data": {"guest": "nobody"},
        "metadata": {},
        "last": True,
    }
    with log.database.connect(WRITER, "frontdesk writer") as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT * FROM log.append(%s::json)", (json.dumps([row]),))
        connection.execute("ROLLBACK")
    return []


def follow(log: Log, position: int) -> None:
    while True:
        for past in log.all(position):
            position = past.position
            say(f"{position} {past.stream} {past.version}")
        Event().wait(0.005)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
