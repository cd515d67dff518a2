"""A process that rings when it is told to, by whichever wire: `python -m … notify|redis WHERE`."""

import sys
import threading

from adapters.postgres import Database
from adapters.redis import connect
from adapters.wakeups.bell import Bell
from adapters.wakeups.between_processes import Announcer, NotifyWire, Wire
from adapters.wakeups.redis import RedisWire


def main(wire: Wire) -> None:
    bell, stop = Bell(), threading.Event()
    announcer = Announcer(wire, {"appended": bell})
    threading.Thread(target=announcer.run, args=(stop,)).start()
    print("ready", flush=True)
    sys.stdin.readline()
    bell.ring()
    sys.stdin.readline()
    stop.set()


if __name__ == "__main__":
    way, where = sys.argv[1:]
    if way == "notify":
        with Database(where) as database:
            main(NotifyWire(database))
    else:
        with connect(where) as redis:
            main(RedisWire(redis))
