"""Files at Meta's Cloud API (developers.facebook.com/docs/whatsapp/cloud-api/reference/media).

Under its id it is told where a file is for five minutes, and how large; there it is had by the same key. The key is shown
to nobody but Meta, whatever address is told.
"""

import secrets
from typing import Final, NoReturn
from urllib.parse import urlsplit

import msgspec

from adapters.configuration.checks import GRAPH
from adapters.whatsapp.cloud import KEPT, refused_by
from adapters.whatsapp.faults import refusal
from application.conversations.enclosed.depositing import (
    Fetched,
    MediaGoneError,
    MediaTooLargeError,
    Put,
)
from application.conversations.enclosed.whatsapp import digest_in
from application.operations.jobs import AwayError, NotTakenError
from application.outgoing import Answered, Failed, Failure, Outgoing, Request
from application.reading import read_as
from domain.business.configuration.declared import WhatsappCloud

OF_META: Final = ("facebook.com", "fbsbx.com", "fbcdn.net", "whatsapp.net")
"""Below which Meta's hosts are that have files."""

UNKNOWN: Final = frozenset({100, 131_052})
"""Codes that say that there is nothing under an id (any more)."""


class _Told(msgspec.Struct):
    url: str
    sha256: str | None = None
    file_size: int | None = None


class _Lies(msgspec.Struct):
    id: str


class CloudMedia:
    """`application.conversations.enclosed.depositing.Deposit`."""

    def __init__(self, outgoing: Outgoing, url: str) -> None:
        self._outgoing = outgoing
        self._url = url

    def fetch(self, account: WhatsappCloud, media_id: str, most: int) -> Fetched:
        """Return what lies under an id. Raises MediaGoneError, MediaTooLargeError, NotTakenError."""
        told = self._told(account, media_id)
        if told.file_size is not None and told.file_size > most:
            raise MediaTooLargeError
        if not self._is_of_meta(told.url):
            raise NotTakenError("they name an address that is not theirs")
        answer = self._asked(account, "GET", told.url, keep=most)
        if answer.status != 200:  # of 404 too: another address may be good
            raise NotTakenError(f"status {answer.status}")
        return Fetched(answer.body, digest_in(told.sha256))

    def put(self, account: WhatsappCloud, file: Put) -> str:
        """Return under which id it lies there. Raises MessageRefusedError, NotTakenError."""
        boundary = secrets.token_hex(16)
        url = f"{self._url}/{GRAPH}/{account.number(file.number)}/media"
        kind = f"multipart/form-data; boundary={boundary}"
        answer = self._asked(account, "POST", url, kind=kind, body=_form(file, boundary))
        lies = read_as(answer.body, _Lies) if 200 <= answer.status < 300 else None
        if lies is not None:
            return str(lies.id)
        code = refused_by(answer)
        if code is None:
            raise NotTakenError(f"status {answer.status}")
        raise refusal(code, answer.retry_after, attempt=1)

    def _told(self, account: WhatsappCloud, media_id: str) -> _Told:
        answer = self._asked(account, "GET", f"{self._url}/{GRAPH}/{media_id}")
        told = read_as(answer.body, _Told) if answer.status == 200 else None
        if told is not None:
            return told
        code = refused_by(answer)
        if answer.status == 404 or code in UNKNOWN:
            raise MediaGoneError
        raise NotTakenError(f"status {answer.status}, code {code}")

    def _asked(
        self,
        account: WhatsappCloud,
        method: str,
        url: str,
        *,
        keep: int = KEPT,
        kind: str | None = None,
        body: bytes = b"",
    ) -> Answered:
        headers = [("Authorization", f"Bearer {account.access_token.value}")]
        request = Request(
            method=method,
            url=url,
            headers=[*headers, *([("Content-Type", kind)] if kind else [])],
            body=body,
            keep=keep,
            keep_refusals=True,
        )
        outcome = self._outgoing.send(request)
        if isinstance(outcome, Failed):
            _raise(outcome.why)
        return outcome

    def _is_of_meta(self, url: str) -> bool:
        """Whether an address is one to which the key may be shown: a host of Meta's, or whom we ask anyhow."""
        where = _origin(url)
        if where is None or where == _origin(self._url):
            return where is not None
        usual = where[0] == "https" and where[2] is None
        return usual and any(where[1].endswith(f".{each}") for each in OF_META)


def _raise(why: Failure) -> NoReturn:
    """Raise what is in the way: nobody may be there for others either."""
    if why is Failure.TOO_MUCH:
        raise MediaTooLargeError
    if why in (Failure.NOT_REACHED, Failure.TOO_SLOW, Failure.NOT_TRUSTED):
        raise AwayError(why.value)
    raise NotTakenError(why.value)


def _origin(url: str) -> tuple[str, str, int | None] | None:
    try:
        parts = urlsplit(url)
        found = (parts.scheme, parts.hostname or "", parts.port)
    except ValueError:
        return None
    return found


def _form(file: Put, boundary: str) -> bytes:
    """Return a form (multipart/form-data, RFC 7578) with the file in it."""
    name = file.name.translate(QUOTED)
    parts = [
        ('name="messaging_product"', "", b"whatsapp"),
        ('name="type"', "", file.media_type.encode()),
        (f'name="file"; filename="{name}"', f"Content-Type: {file.media_type}\r\n", file.content()),
    ]
    said = b"".join(
        f"--{boundary}\r\nContent-Disposition: form-data; {what}\r\n{more}\r\n".encode()
        + content
        + b"\r\n"
        for what, more, content in parts
    )
    return said + f"--{boundary}--\r\n".encode()


QUOTED: Final = {ord('"'): "%22", ord("\r"): "%0D", ord("\n"): "%0A"}
"""As browsers write names in forms (HTML, 4.10.21.8)."""
