"""A conversation with an SMTP server that ends in time, and knows when nobody knows.

`smtplib` waits so long for each byte: a server that says one now and then, or none at all before
its greeting, would keep us for ever.
"""

import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, Self, cast

READY: Final = 220
TAKEN: Final = 250
WAITS_FOR_MAIL: Final = 354
REFUSALS: Final = range(400, 600)
LOOK: Final = 0.1


class Conversation(smtplib.SMTP):
    """Hangs up when its time is over. `handing_over` is called before the server is given a mail;
    from its last byte on, until the server has answered, it `is_uncertain` whether it has it. Who has
    heard from whom to whom it is `is_there`, whatever becomes of the mail.
    """

    def __init__(
        self,
        name: str,
        tls: ssl.SSLContext,
        *,
        handing_over: Callable[[], None],
    ) -> None:
        super().__init__(local_hostname=name)
        self._tls = tls
        self._handing_over = handing_over
        self._deadline = time.monotonic()
        self._ended = threading.Event()
        self.is_there = False
        self.is_uncertain = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def begin(self, host: str, port: int, *, within: float) -> None:
        """Connect, and hear its greeting."""
        self.go_on(within=within)
        threading.Thread(target=self._watch, name="mail watch", daemon=True).start()
        self._host = host  # the name to be found in its certificate
        code, greeting = self.connect(host, port)
        if code != READY:
            raise smtplib.SMTPConnectError(code, greeting)

    def go_on(self, *, within: float) -> None:
        """Give it so many seconds from now on, for all that is to be said."""
        self._deadline = time.monotonic() + within
        if self.sock is not None:
            self.sock.settimeout(within)

    def part(self, within: float) -> None:
        """Say goodbye, if there is anybody left to hear it."""
        with suppress(OSError, smtplib.SMTPException):
            self.go_on(within=within)
            self.quit()

    def end(self) -> None:
        """Hang up."""
        self._ended.set()
        self.close()

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Hand the mail over. What the server says is its answer only if it is one."""
        self.is_there = True
        self._handing_over()
        code, reply = self.docmd("DATA")
        if code != WAITS_FOR_MAIL:
            raise smtplib.SMTPDataError(code, reply)
        self.send(_stuffed(msg) + b".\r\n")
        self.is_uncertain = True
        code, reply = self.getreply()
        taken = code // 100 == 2
        if not taken and code not in REFUSALS:
            raise smtplib.SMTPDataError(code, reply)
        self.is_uncertain = False
        return (TAKEN if taken else code), reply

    def _get_socket(self, host: str, port: int, _timeout: float | None) -> socket.socket:
        """Connect to one address after the other, each with its share of the time that is left; as much
        again is for what is said then.
        """
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        failed: OSError = TimeoutError("there was no time for any address")
        for tried, (*_, address) in enumerate(addresses):
            left = self._deadline - time.monotonic()
            if left <= 0:
                break
            share = left / (len(addresses) - tried + 1)
            try:
                sock = socket.create_connection(cast("tuple[str, int]", address[:2]), share)
            except OSError as error:
                failed = error
            else:
                sock.settimeout(left)
                return sock
        raise failed

    def _watch(self) -> None:
        while (left := self._deadline - time.monotonic()) > 0:
            if self._ended.wait(left):
                return
        while not self._ended.wait(LOOK):
            sock = self.sock
            if sock is not None:
                with suppress(OSError):
                    # Not `sock.shutdown`: of one that speaks TLS, that would go on in the clear.
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)


class SecretConversation(Conversation):
    """Speaks TLS from the first byte."""

    def _get_socket(self, host: str, port: int, _timeout: float | None) -> socket.socket:
        open_to_all = super()._get_socket(host, port, _timeout)
        return self._tls.wrap_socket(open_to_all, server_hostname=host)


def _stuffed(mail: bytes) -> bytes:
    """Return it with whole lines, none of which looks like its end."""
    whole = mail if mail.endswith(b"\r\n") else mail + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", whole)
