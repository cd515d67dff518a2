"""A worker that begins, and is told to stop in that moment or is not: `python -m … HOW BROKER`."""

import asyncio
import os
import signal
import sys
from typing import Any

import faust

from adapters.streams import worker
from adapters.streams.worker import Slots, run, worker_app
from adapters.wakeups.bell import Bell

NOTHING: Any = None


def app(broker: str) -> faust.App:
    return worker_app(broker, Slots(Bell()), NOTHING, session=10)


def told_to_stop(broker: str) -> faust.App:
    told = app(broker)
    begin = told.on_first_start

    async def stop_and_begin() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await begin()

    told.on_first_start = stop_and_begin
    return told


def that_cannot_stop(broker: str) -> faust.App:
    worker.LEAVING = 0.1  # type: ignore[misc]
    told = told_to_stop(broker)

    async def wait() -> None:
        await asyncio.Future()

    told.stop = wait
    return told


def main(how: str, broker: str) -> None:
    match how:
        case "twice":
            print(run(app(broker)), run(app(broker)))  # type: ignore[func-returns-value]
        case "told to stop":
            print(run(told_to_stop(broker)))  # type: ignore[func-returns-value]
        case _:
            run(that_cannot_stop(broker))


if __name__ == "__main__":
    main(*sys.argv[1:])
