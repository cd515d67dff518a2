"""A real browser: Chromium, where it is installed. It opens a page and shows what became of it."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final

import msgspec

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""It does nothing by itself: it looks for no updates, and calls nobody."""

PATIENCE: Final = 60
TOLD: Final = re.compile(r'<pre id="told">(.*?)</pre>', re.DOTALL)

PAGE: Final = """<!doctype html><meta charset="utf-8"><pre id="told"></pre><script>
const ask = async (method, url, headers = {}, body) => {
    try {
        const answer = await fetch(url, {method, headers, body});
        const read = Object.fromEntries(answer.headers.entries());
        return {status: answer.status, headers: read, text: await answer.text()};
    } catch (error) { return {failed: String(error)}; }
};
(async () => {
    const told = [];
    for (const each of %s) told.push(await ask(...each));
    document.getElementById("told").textContent = JSON.stringify(told);
})();
</script>"""


@contextmanager
def page_asking(*asked: Any) -> Iterator[int]:
    """Serve a page whose script sends these requests, `[method, url, headers, body]`; return the port."""
    page = (PAGE % msgspec.json.encode(asked).decode()).encode()

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def told(url: str, profile: Path) -> Any:
    """Open a page in a browser that nobody has used; return what its script was told."""
    assert CHROMIUM is not None
    command = [CHROMIUM, *QUIET, f"--user-data-dir={profile}", "--virtual-time-budget=20000"]
    done = subprocess.run(
        [*command, "--dump-dom", url], capture_output=True, timeout=PATIENCE, check=True
    )
    found = TOLD.search(done.stdout.decode())
    assert found, done.stdout[:500]
    return msgspec.json.decode(unescape(found[1]))
