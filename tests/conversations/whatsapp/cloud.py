"""A stand-in for Meta's Cloud API, on a socket: it takes messages as its document says, keeps a book of what it took,
and misbehaves when it is told to.
"""

import hashlib
import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import msgspec

from infra.settings import Settings
from tests.conversations.whatsapp.cloud_templates import Rules
from tests.outgoing.somebody import HERE

ACCOUNT: Final = "102290129340398"
NUMBER: Final = "106540352242922"
OTHER_NUMBER: Final = "106540352242999"
NUMBERS: Final = frozenset({NUMBER, OTHER_NUMBER})
TOKEN: Final = "EAAG-good-and-planted-0001"
APP_SECRET: Final = "0123456789abcdef0123456789abcdef"
ZOE: Final = "33612345678"


class Fault(StrEnum):
    """What it does instead of taking a message, or after that."""

    LIMIT = "a limit is reached: 429"
    TROUBLE = "trouble of its own, with a code: 500"
    UNREADABLE = "trouble of its own, and nothing that can be read: 502"
    WINDOW = "they have not written for 24 hours: 400"
    TOKEN = "the token has expired: 401"
    HANGS_UP = "it takes the message, and hangs up"
    HALF = "it takes the message, and says half of its answer"


REFUSALS: Final = {
    Fault.LIMIT: (429, 130_429),
    Fault.TROUBLE: (500, 131_016),
    Fault.WINDOW: (400, 131_047),
    Fault.TOKEN: (401, 190),
}


@dataclass(frozen=True)
class Refusal:
    """It says no by a code, and perhaps when it may be asked again, in seconds."""

    code: int
    status: int = 400
    retry_after: int | None = None


@dataclass
class Cloud:
    """`book` is what it took, in order, and `signals` what it was told besides; `by` are the numbers by which it took
    what is in the book, and `faults` what it does next. Whoever shows a token that is `hanging` waits for an answer
    until it is let go; `called` is by what it calls somebody whom others call otherwise.
    """

    port: int = 0
    book: list[dict[str, Any]] = field(default_factory=list)
    signals: list[dict[str, Any]] = field(default_factory=list)
    by: list[str] = field(default_factory=list)
    faults: list[Fault | Refusal] = field(default_factory=list)
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    hanging: dict[str, threading.Event] = field(default_factory=dict)
    asked: int = 0
    rules: Rules = field(default_factory=Rules)
    called: dict[str, str] = field(default_factory=dict)

    def settings(self, settings: Settings) -> Settings:
        """Return settings by which it is asked, and nobody else."""
        reach = {
            "whatsapp_url": f"http://{HERE}:{self.port}",
            "outgoing_ports": (self.port,),
            "outgoing_plain_http": True,
            "outgoing_networks": (f"{HERE}/32",),
        }
        return Settings.model_validate({**settings.model_dump(), **reach})

    def let_go(self) -> None:
        """Answer whoever waits."""
        for each in self.hanging.values():
            each.set()

    @property
    def said(self) -> list[str]:
        """Return the words of what it took."""
        return [each["text"]["body"] for each in self.book]

    def show(self, path: str, bearer: str) -> tuple[int, bytes]:
        """Return the status, and a page of its templates."""
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, Fault) and fault in REFUSALS:
            status, code = REFUSALS[fault]
            return status, _refusal(code)
        where, _, asked = path.partition("?")
        if where != f"/v23.0/{ACCOUNT}/message_templates" or bearer != TOKEN:
            return 400, _refusal(100)
        return 200, msgspec.json.encode(self.rules.page(asked, HERE))

    def take(self, path: str, bearer: str, body: bytes) -> tuple[int, bytes]:
        """Return the status and what it says; nothing, where it hangs up."""
        self.asked += 1
        if bearer in self.hanging:
            self.hanging[bearer].wait()
        fault = self.faults.pop(0) if self.faults else None
        refused = self._refused(fault, path, bearer)
        return refused or self._told(fault, path, msgspec.json.decode(body))

    def _refused(
        self, fault: Fault | Refusal | None, path: str, bearer: str
    ) -> tuple[int, bytes] | None:
        if isinstance(fault, Refusal):
            return fault.status, _refusal(fault.code)
        if fault in REFUSALS:
            status, code = REFUSALS[fault]
            return status, _refusal(code)
        if fault is Fault.UNREADABLE:
            return 502, b"<html>Bad Gateway</html>"
        known = _number(path) in NUMBERS and bearer in self.tokens
        return None if known else (401, _refusal(190))

    def _told(
        self, fault: Fault | Refusal | None, path: str, said: dict[str, Any]
    ) -> tuple[int, bytes]:
        if said["messaging_product"] != "whatsapp":
            return 400, _refusal(131_008)
        if said.get("type") == "reaction" or "status" in said:
            self.signals.append(said)
            return 200, b'{"success": true}'
        if not said[said["type"]]:
            return 400, _refusal(131_008)
        if (refused := self.rules.refusal(said)) is not None:
            return 400, _refusal(refused)
        self.book.append(said)
        self.by.append(_number(path))
        taken = msgspec.json.encode(self._taken(said))
        return 200, {Fault.HANGS_UP: b"", Fault.HALF: taken[:20]}.get(fault, taken)  # type: ignore[arg-type]

    def _taken(self, said: dict[str, Any]) -> dict[str, Any]:
        to = said.get("to") or said["recipient"]
        return {
            "messaging_product": "whatsapp",
            "contacts": [{"input": to, "wa_id": self.called.get(to, to)}],
            "messages": [{"id": self.name(len(self.book)), "message_status": "accepted"}],
        }

    @staticmethod
    def name(place: int) -> str:
        """Return what it calls the message at a place of its book."""
        return f"wamid.{hashlib.sha1(str(place).encode(), usedforsecurity=False).hexdigest()}"


def _number(path: str) -> str:
    return path.removeprefix("/v23.0/").removesuffix("/messages")


def _refusal(code: int) -> bytes:
    return msgspec.json.encode({"error": {"message": "no", "type": "OAuthException", "code": code}})


def _asked_to_wait(fault: Fault | Refusal | None) -> list[str]:
    seconds = fault.retry_after if isinstance(fault, Refusal) else None
    return [] if seconds is None else [str(seconds)]


@contextmanager
def cloud() -> Iterator[Cloud]:
    """Listen at an address of this machine."""
    there = Cloud()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(*there.show(self.path, self._bearer))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            fault = there.faults[0] if there.faults else None
            status, said = there.take(self.path, self._bearer, body)
            self._answer(status, said, fault)

        @property
        def _bearer(self) -> str:
            return (self.headers["Authorization"] or "").removeprefix("Bearer ")

        def _answer(self, status: int, said: bytes, fault: Fault | Refusal | None = None) -> None:
            if not said:
                self.close_connection = True
                return
            self.send_response(status)
            longer = 40 if fault is Fault.HALF else 0
            self.send_header("Content-Length", str(max(len(said), longer)))
            for header in _asked_to_wait(fault):
                self.send_header("Retry-After", header)
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((HERE, 0), Answering)
    there.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield there
    finally:
        there.let_go()
        server.shutdown()
        thread.join()
        server.server_close()


# --- What it calls us about --------------------------------------------------------------


def call(*values: dict[str, Any], field: str = "messages", number: str = NUMBER) -> bytes:
    """Return a call, with an entry for each of these."""
    entries = [
        {"id": "102290129340398", "changes": [{"field": field, "value": _value(each, number)}]}
        for each in values
    ]
    return msgspec.json.encode({"object": "whatsapp_business_account", "entry": entries})


def _value(value: dict[str, Any], number: str) -> dict[str, Any]:
    metadata = {"display_phone_number": "33199001234", "phone_number_id": number}
    return {"messaging_product": "whatsapp", "metadata": metadata, **value}


def wrote(
    *said: tuple[str, str], at: float, by: str | None = ZOE, user_id: str | None = None, **more: Any
) -> dict[str, Any]:
    """Return that somebody wrote these messages, by id and text."""
    who = {"wa_id": by, "user_id": user_id, "profile": {"name": "Zoé Dupont"}}
    return {
        "contacts": [_there(who)],
        "messages": [
            _there(
                {
                    "from": by,
                    "from_user_id": user_id,
                    "id": id_,
                    "timestamp": str(int(at)),
                    "type": "text",
                    "text": {"body": text},
                    **more,
                }
            )
            for id_, text in said
        ],
    }


def told(*statuses: tuple[str, str], at: float, **more: Any) -> dict[str, Any]:
    """Return that messages have come so far, by id and status."""
    found = [
        {"id": id_, "status": status, "timestamp": str(int(at)), "recipient_id": ZOE, **more}
        for id_, status in statuses
    ]
    return {"contacts": [{"wa_id": ZOE}], "statuses": found}


def _there(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def signed(body: bytes, secret: str = APP_SECRET) -> dict[str, str]:
    """Return the headers by which Meta signs a call."""
    digest = hmac.digest(secret.encode(), body, "sha256").hex()
    return {"X-Hub-Signature-256": f"sha256={digest}", "Content-Type": "application/json"}
