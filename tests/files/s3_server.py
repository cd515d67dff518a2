"""A stand-in for S3 that verifies: who signs, with which secret, until when, what of a request is signed,
and that what comes is what was signed. Written from the documents, not from the library that asks it.

https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
"""

import hashlib
import hmac
import re
import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape

REGION: Final = "eu-west-3"
BUCKET: Final = "desk"
KEY_ID: Final = "AKIAIOSFODNN7EXAMPLE"
SECRET: Final = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
UNSIGNED: Final = "UNSIGNED-PAYLOAD"
SKEW: Final = timedelta(minutes=15)


class Refused(Exception):
    """Is answered with a status and a code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class Signed(NamedTuple):
    """What somebody claims: who they are, when, for how long, and what of the request they signed."""

    key_id: str
    scope: str
    at: str
    headers: list[str]
    signature: str
    seconds: int | None = None


def signature(
    method: str, path: str, query: str, headers: Mapping[str, str], signed: Signed, body_hash: str
) -> str:
    """Return what a request has to be signed with."""
    pairs = sorted(
        (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
        for name, value in parse_qsl(query, keep_blank_values=True)
        if name != "X-Amz-Signature"
    )
    known = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    lines = [f"{name}:{known.get(name, '')}\n" for name in signed.headers]
    asked = "\n".join(
        [
            method,
            path,
            "&".join(f"{name}={value}" for name, value in pairs),
            "".join(lines),
            ";".join(signed.headers),
            body_hash,
        ]
    )
    digest = hashlib.sha256(asked.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{signed.at}\n{signed.scope}\n{digest}"
    key = b"AWS4" + SECRET.encode()
    for part in signed.scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def claimed(query: Mapping[str, str], headers: Mapping[str, str]) -> Signed | None:
    """Read what stands in the query, or in the headers; None where nothing does."""
    if "X-Amz-Signature" in query:
        key_id, _, scope = query["X-Amz-Credential"].partition("/")
        return Signed(
            key_id,
            scope,
            query["X-Amz-Date"],
            query["X-Amz-SignedHeaders"].split(";"),
            query["X-Amz-Signature"],
            int(query["X-Amz-Expires"]),
        )
    found = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=([^/]+)/([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)",
        headers.get("authorization", ""),
    )
    if found is None:
        return None
    return Signed(found[1], found[2], headers["x-amz-date"], found[3].split(";"), found[4])


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def log_message(self, *_: Any) -> None:
        pass

    def _answer(self) -> None:
        self.close_connection = False
        size = int(self.headers.get("content-length", 0))
        if self.headers.get("expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        self.body = self.rfile.read(size)
        self.server.asked.append(f"{self.command} {self.path}")
        try:
            self._verify()
            getattr(self, f"_{self.command.lower()}")()
        except Refused as refused:
            self._say(refused.status, f"<Error><Code>{refused.code}</Code></Error>".encode())

    do_GET = do_PUT = do_HEAD = do_DELETE = _answer  # noqa: N815

    def _verify(self) -> None:
        if self.server.away:
            raise Refused(503, "SlowDown")
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        signed = claimed(query, headers)
        self.key = unquote(parts.path).removeprefix(f"/{BUCKET}").removeprefix("/")
        self.query = query
        if signed is None:
            if self.command in ("GET", "HEAD") and self.key.startswith("public/"):
                return  # a policy of the bucket
            raise Refused(403, "AccessDenied")
        self._verify_claim(parts.path, parts.query, headers, signed)

    def _verify_claim(
        self, path: str, query: str, headers: Mapping[str, str], signed: Signed
    ) -> None:
        if signed.key_id != KEY_ID:
            raise Refused(403, "InvalidAccessKeyId")
        if signed.scope != f"{signed.at[:8]}/{REGION}/s3/aws4_request":
            raise Refused(400, "AuthorizationHeaderMalformed")
        if "host" not in signed.headers:
            raise Refused(403, "AccessDenied")
        self._verify_time(signed)
        body_hash = (
            headers.get("x-amz-content-sha256", UNSIGNED) if signed.seconds is None else UNSIGNED
        )
        right = signature(self.command, path, query, headers, signed, body_hash)
        if not hmac.compare_digest(right, signed.signature):
            raise Refused(403, "SignatureDoesNotMatch")
        if body_hash not in (UNSIGNED, hashlib.sha256(self.body).hexdigest()):
            raise Refused(400, "XAmzContentSHA256Mismatch")
        digest = b64encode(hashlib.sha256(self.body).digest()).decode()
        if headers.get("x-amz-checksum-sha256", digest) != digest:
            raise Refused(400, "BadDigest")

    @staticmethod
    def _verify_time(signed: Signed) -> None:
        now = datetime.now(UTC)
        at = datetime.strptime(signed.at, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if signed.seconds is None and abs(now - at) > SKEW:
            raise Refused(403, "RequestTimeTooSkewed")
        if signed.seconds is not None:
            until = at + timedelta(seconds=signed.seconds)
            if not at - SKEW <= now < until:
                raise Refused(403, "AccessDenied")

    # --- What is asked ------------------------------------------------------------------

    def _put(self) -> None:
        self.server.objects[self.key] = (self.body, self.headers.get("content-type", ""))
        self._say(200, b"", {"ETag": f'"{hashlib.md5(self.body).hexdigest()}"'})

    def _get(self) -> None:
        if self.key == "":
            self._list()
            return
        content, kind = self._found()
        told = {"Content-Type": kind, "ETag": f'"{hashlib.md5(content).hexdigest()}"'}
        for name, value in self.query.items():
            if name.startswith("response-"):
                told[name.removeprefix("response-").title()] = value
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("range", ""))
        if asked is None:
            self._say(200, content, told)
            return
        first, last = int(asked[1]), min(int(asked[2] or len(content)), len(content) - 1)
        if first >= len(content):
            raise Refused(416, "InvalidRange")
        told["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
        self._say(206, content[first : last + 1], told)

    def _head(self) -> None:
        content, kind = self._found()
        self._say(200, b"", {"Content-Type": kind, "Content-Length": str(len(content))})

    def _delete(self) -> None:
        self.server.objects.pop(self.key, None)
        self._say(204, b"")

    def _list(self) -> None:
        prefix = self.query.get("prefix", "")
        keys = [key for key in sorted(self.server.objects) if key.startswith(prefix)]
        found = "".join(f"<Contents><Key>{escape(quote(key))}</Key></Contents>" for key in keys)
        encoding = "<EncodingType>url</EncodingType>"
        text = f"<ListBucketResult><IsTruncated>false</IsTruncated>{encoding}{found}</ListBucketResult>"
        self._say(200, text.encode(), {"Content-Type": "application/xml"})

    def _found(self) -> tuple[bytes, str]:
        if self.key not in self.server.objects:
            raise Refused(404, "NoSuchKey")
        return self.server.objects[self.key]

    def _say(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """Keeps objects in memory."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects: dict[str, tuple[bytes, str]] = {}
        self.asked: list[str] = []
        self.away = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: Any) -> None:
        """Clients hang up when they like."""


@contextmanager
def s3_server() -> Iterator[Server]:
    """Run one."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
