"""Stand-ins for Stripe, Resend, Meta and Pusher, on a socket: they answer as their documents say, know one
account each, and verify what is signed.
"""

import hmac
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from infra.settings import Settings
from tests.business.configuration.examples import GOOD_KEY
from tests.outgoing.somebody import HERE

NUMBER: Final = "106540352242922"
TOKEN: Final = "EAAG-good-and-planted-0001"
APP_SECRET: Final = "0123456789abcdef0123456789abcdef"
RESTRICTED: Final = "rk-test-restricted-planted-01"
RESEND_KEY: Final = "re-good-and-planted-00001"
PUSHER: Final = ("1204", "278d425bdf160c739803", "7ad3773142a6692b25b8")


@dataclass
class Provider:
    """`away` answers 503 to everybody."""

    port: int = 0
    away: bool = False
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{HERE}:{self.port}"

    def settings(self, settings: Settings) -> Settings:
        """Return settings by which it is asked, and nobody else."""
        urls = dict.fromkeys(("stripe_url", "resend_url", "whatsapp_url"), self.url)
        reach = {
            "outgoing_ports": (self.port,),
            "outgoing_plain_http": True,
            "outgoing_networks": (f"{HERE}/32",),
        }
        return Settings.model_validate({**settings.model_dump(), **urls, **reach})

    def answer(self, method: str, target: str, bearer: str, body: bytes) -> int:
        """Return the status that the provider would answer with."""
        parts = urlsplit(target)
        asked = dict(parse_qsl(parts.query))
        if self.away:
            return 503
        match method, parts.path.split("/"):
            case "GET", ["", "v1", "balance"]:
                return {GOOD_KEY: 200, RESTRICTED: 403}.get(bearer, 401)
            case "POST", ["", "emails"]:
                return (422 if body == b"{}" else 200) if bearer == RESEND_KEY else 401
            case "GET", ["", "v23.0", number]:
                proof = hmac.digest(APP_SECRET.encode(), TOKEN.encode(), "sha256").hex()
                fits = (number, asked["appsecret_proof"]) == (NUMBER, proof)
                return 401 if bearer != TOKEN else 200 if fits else 400
            case "GET", ["", "apps", app, "channels"]:
                return _of_pusher(app, parts.path, asked)
            case _:
                return 404


def _of_pusher(app: str, path: str, asked: dict[str, str]) -> int:
    id_, key, secret = PUSHER
    said = asked.pop("auth_signature")
    text = "&".join(f"{name}={value}" for name, value in sorted(asked.items()))
    right = hmac.digest(secret.encode(), f"GET\n{path}\n{text}".encode(), "sha256").hex()
    if app != id_:
        return 404
    return 200 if (asked["auth_key"], said) == (key, right) else 401


@contextmanager
def provider(tls: ssl.SSLContext | None = None) -> Iterator[Provider]:
    """Listen at an address of this machine."""
    there = Provider()

    class Answering(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            bearer = (self.headers["Authorization"] or "").removeprefix("Bearer ")
            there.asked.append(self.path)
            self.send_response(there.answer(self.command, self.path, bearer, body))
            said = b'{"error": "%s"}' % bearer.encode()
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = _answer  # noqa: N815 - so the library calls them

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((HERE, 0), Answering)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    there.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield there
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
