"""Many receivers at one address, who are called at once: each is known by its path, and some let others wait."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.outgoing.somebody import HERE

HANGS = "/hangs"


class Crowd:
    """Counts calls that were taken, by path; whose path begins with HANGS answers nothing before `released`."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.changed = threading.Condition()
        self.waiting: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()
        self.port = 0

    def url(self, path: str) -> str:
        return f"http://{HERE}:{self.port}{path}"

    def hear(self, path: str) -> None:
        """Take a call."""
        if path.startswith(HANGS):
            self._count(self.waiting, path)
            self.released.wait()
        self._count(self.taken, path)

    def wait(self, true: Any, seconds: float = 240) -> None:
        """Wait until something is true of what was counted."""
        with self.changed:
            assert self.changed.wait_for(true, seconds), (len(self.waiting), len(self.taken))

    def _count(self, counter: Counter[str], path: str) -> None:
        with self.changed:
            counter[path] += 1
            self.changed.notify_all()


class _Server(ThreadingHTTPServer):
    request_queue_size = 512
    daemon_threads = True
    block_on_close = False


@contextmanager
def crowd() -> Iterator[Crowd]:
    """Listen until the test is over; whoever was let wait is answered then."""
    found = Crowd()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            found.hear(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with _Server((HERE, 0), Handler) as server:
        found.port = server.server_port
        threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        try:
            yield found
        finally:
            found.released.set()
            server.shutdown()
