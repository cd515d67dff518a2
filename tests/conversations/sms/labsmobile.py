"""A stand-in for LabsMobile, on a socket: it takes SMS as its document says, keeps a book of what it took, and misbehaves
when it is told to. What it calls us about is beside it.
"""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import msgspec

from infra.settings import Settings
from tests.outgoing.somebody import HERE

USER: Final = "ana@salon.example"
TOKEN: Final = "a good token, planted: 0001"
SECRET: Final = "a-word-of-ours-0001"
OURS: Final = "https://desk.example"
ZOE: Final = "33612345678"
KNOWN: Final = {
    *("message", "tpoa", "recipient", "subid", "label", "test", "ackurl", "scheduled"),
    *("long", "ucs2", "shortlink", "clickurl", "nofilter", "acklevel"),
}


class Fault(StrEnum):
    """What it does instead of taking an SMS, or after that."""

    LIMIT = "too many requests: 429"
    TROUBLE = "there was an error while it sent it: 200, code 30"
    BROKEN = "trouble of its own, and nothing that can be read: 500"
    CREDIT = "the account has no credit: 400, code 35"
    TOKEN = "the token is not good any more: 401"
    CHARACTERS = "it has characters that are not good: 200, code 27"
    HANGS_UP = "it takes the SMS, and hangs up"
    HALF = "it takes the SMS, and says half of its answer"
    SLOW = "it takes the SMS, and says its answer slowly"


REFUSALS: Final[dict[Fault, tuple[int, bytes]]] = {
    Fault.LIMIT: (429, b"Too Many Requests"),
    Fault.TROUBLE: (200, b'{"code":"30","message":"There was an error while sending"}'),
    Fault.BROKEN: (500, b"<html>Internal Server Error</html>"),
    Fault.CREDIT: (400, b'{"code":35,"message":"The account has no enough credit"}'),
    Fault.TOKEN: (401, b'{"code":"401","message":"Unauthorized"}'),
    Fault.CHARACTERS: (200, b'{"code":"27","message":"invalid character(s)"}'),
}


@dataclass
class LabsMobile:
    """`book` is what it took, in order; `faults` are what it does next."""

    port: int = 0
    book: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def settings(self, settings: Settings) -> Settings:
        """Return settings by which it is asked, and nobody else."""
        reach = {
            "labsmobile_url": f"http://{HERE}:{self.port}",
            "public_url": OURS,
            "outgoing_ports": (self.port,),
            "outgoing_plain_http": True,
            "outgoing_networks": (f"{HERE}/32",),
            "outgoing_seconds": 5,
        }
        return Settings.model_validate({**settings.model_dump(), **reach})

    @property
    def said(self) -> list[str]:
        """Return the words of what it took."""
        return [each["message"] for each in self.book]

    def take(self, path: str, known: str, body: bytes) -> tuple[int, bytes, Fault | None]:
        """Return the status, what it says, and how badly."""
        fault = self.faults.pop(0) if self.faults else None
        if fault in REFUSALS:
            return *REFUSALS[fault], None
        if known != _basic(USER, TOKEN):
            return *REFUSALS[Fault.TOKEN], None
        if path == "/json/balance":
            return 200, b'{"code":0,"credits":"30"}', None
        if path != "/json/send" or (code := _fault_in(said := msgspec.json.decode(body))):
            return 400, msgspec.json.encode({"code": code, "message": "no"}), None
        self.book.append(said)
        taken = {"code": "0", "message": "Message has been successfully sent"}
        return 200, msgspec.json.encode({**taken, "subid": said["subid"]}), fault


def _fault_in(said: dict[str, Any]) -> str | None:
    """Return the code of what is wrong with an SMS, as their document says."""
    if not said.get("message"):
        return "21"
    if not said.get("recipient"):
        return "23"
    if any(not each["msisdn"].isdecimal() for each in said["recipient"]):
        return "28"
    is_good = len(said["subid"]) <= 20 and len(said["tpoa"]) <= 15 and KNOWN.issuperset(said)
    return None if is_good else "20"


def _basic(user: str, token: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{token}'.encode()).decode()}"


@contextmanager
def labsmobile() -> Iterator[LabsMobile]:
    """Listen at an address of this machine."""
    there, over = LabsMobile(), threading.Event()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        def do_GET(self) -> None:
            self._answer(b"")

        def _answer(self, body: bytes) -> None:
            known = self.headers["Authorization"] or ""
            status, said, fault = there.take(self.path, known, body)
            self.close_connection = fault is not None
            if fault is Fault.HANGS_UP:
                return
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said if fault is None else said[:20])
            if fault is Fault.SLOW:
                over.wait()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((HERE, 0), Answering)
    there.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield there
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()


# --- What it calls us about --------------------------------------------------------------


def told(name: str, level: str, status: str = "ok", **more: str) -> dict[str, str]:
    """Return what it asks by to say how far an SMS has come."""
    return {
        "acklevel": level,
        "msisdn": ZOE,
        "status": status,
        "subid": name,
        "timestamp": "2027-01-04 08:00:00",
        **more,
    }


def wrote(text: str, *, by: str = ZOE, at: str = "2027-01-04 07:59:00") -> bytes:
    """Return what it says of an SMS that somebody has written."""
    return msgspec.json.encode(
        {
            "inbound_number": "33757000001",
            "service_number": "33757000001",
            "msisdn": by,
            "message": text,
            "timestamp": at,
        }
    )
