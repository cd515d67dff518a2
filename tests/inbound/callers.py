"""Providers as they call: each signs as it does, with secrets of these tests."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Final
from urllib.parse import quote, urlencode

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from application.inbound import PROVIDERS, Arrival

NOW: Final = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)
SECONDS: Final = int(NOW.timestamp())
OURS: Final = "https://desk.example"
SECRET: Final = b"a secret of a provider, long enough"
STANDARD: Final = b"whsec_" + base64.b64encode(SECRET)
ED25519: Final = ed25519.Ed25519PrivateKey.from_private_bytes(b"k" * 32)
P256: Final = ec.derive_private_key(4711, ec.SECP256R1())

Headers = Mapping[str, str]


def public(key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    """Return the public half as it is written in settings."""
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der)


SIGNING: Final = [each for each in PROVIDERS if not each.is_in_address]
"""All but those who sign nothing, and call an address that nobody else knows."""

SECRETS: Final[Mapping[str, bytes]] = {
    "whatsapp": SECRET,
    "whatsapp-verify": b"a token that was agreed",
    "evolution": SECRET,
    "waha": SECRET,
    "resend": STANDARD,
    "sendgrid": public(P256),
    "brevo": SECRET,
    "twilio": SECRET,
    "stripe": SECRET,
    "practice": SECRET,
    "lyra": SECRET,
    "pusher": SECRET,
    "ghl": public(ED25519),
    "standard-webhooks": STANDARD,
}


def arrival(body: bytes, headers: Headers, url: str = f"{OURS}/v1/inbound/t/p") -> Arrival:
    """Return a call as it is taken."""
    given = tuple(
        (name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()
    )
    return Arrival(method="POST", url=url, headers=given, body=body)


# --- How each signs --------------------------------------------------------------------------


def digest(text: bytes, kind: str = "sha256", secret: bytes = SECRET) -> bytes:
    return hmac.digest(secret, text, kind)


def b64(said: bytes) -> str:
    return base64.b64encode(said).decode()


def whatsapp(body: bytes, at: int, url: str) -> Headers:
    return {"X-Hub-Signature-256": f"sha256={digest(body).hex()}"}


def _part(said: object) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(said)).rstrip(b"=").decode()


def jwt(at: int, secret: bytes = SECRET, **more: object) -> str:
    said = {"iat": at, "exp": at + 600, "app": "evolution", "action": "webhook", **more}
    text = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(said)}"
    signature = base64.urlsafe_b64encode(digest(text.encode(), secret=secret)).rstrip(b"=")
    return f"{text}.{signature.decode()}"


def evolution(body: bytes, at: int, url: str) -> Headers:
    return {"Authorization": f"Bearer {jwt(at)}"}


def waha(body: bytes, at: int, url: str) -> Headers:
    said = digest(body, "sha512").hex()
    return {
        "X-Webhook-Hmac": said,
        "X-Webhook-Hmac-Algorithm": "sha512",
        "X-Webhook-Timestamp": f"{at}000",
    }


def _standard(prefix: str, id_: str, body: bytes, at: int) -> Headers:
    said = f"v1,{b64(digest(f'{id_}.{at}.'.encode() + body))}"
    return {f"{prefix}-id": id_, f"{prefix}-timestamp": str(at), f"{prefix}-signature": said}


def resend(body: bytes, at: int, url: str) -> Headers:
    return _standard("svix", f"msg_{hashlib.sha1(body).hexdigest()}", body, at)


def standard_webhooks(body: bytes, at: int, url: str) -> Headers:
    return _standard("webhook", f"msg_{hashlib.sha1(body).hexdigest()}", body, at)


def sendgrid(body: bytes, at: int, url: str) -> Headers:
    said = P256.sign(str(at).encode() + body, ec.ECDSA(SHA256()))
    name = "X-Twilio-Email-Event-Webhook"
    return {f"{name}-Signature": b64(said), f"{name}-Timestamp": str(at)}


def brevo(body: bytes, at: int, url: str) -> Headers:
    return {"Authorization": f"Bearer {SECRET.decode()}"}


def twilio(body: bytes, at: int, url: str) -> Headers:
    """It is JSON: the hash of it stands in the address."""
    return {"X-Twilio-Signature": b64(digest(url.encode(), "sha1"))}


def practice(body: bytes, at: int, url: str) -> Headers:
    return {"Practice-Signature": stripe(body, at, url)["Stripe-Signature"]}


def stripe(body: bytes, at: int, url: str) -> Headers:
    return {"Stripe-Signature": f"t={at},v1={digest(b'%d.%b' % (at, body)).hex()}"}


def pusher(body: bytes, at: int, url: str) -> Headers:
    return {"X-Pusher-Key": "key", "X-Pusher-Signature": digest(body).hex()}


def ghl(body: bytes, at: int, url: str) -> Headers:
    return {"X-GHL-Signature": b64(ED25519.sign(body))}


def lyra(body: bytes, at: int, url: str) -> Headers:
    return {"Content-Type": "application/x-www-form-urlencoded"}


SIGN: Final = {
    "whatsapp": whatsapp,
    "evolution": evolution,
    "waha": waha,
    "resend": resend,
    "sendgrid": sendgrid,
    "brevo": brevo,
    "twilio": twilio,
    "stripe": stripe,
    "practice": practice,
    "lyra": lyra,
    "pusher": pusher,
    "ghl": ghl,
    "standard-webhooks": standard_webhooks,
}


def said(provider: str, number: int = 1, at: int = SECONDS) -> bytes:
    """Return the body of a call of this provider, another one for each number."""
    body: dict[str, object] = {"id": f"evt_{number}", "type": "test", "number": number}
    match provider:
        case "pusher":
            body = {"time_ms": at * 1000, "events": [{"name": "channel_occupied"}], **body}
        case "ghl":
            written = datetime.fromtimestamp(at, UTC).isoformat()
            body = {"timestamp": written, "webhookId": f"w{number}", **body}
        case "lyra":
            return lyra_form(msgspec.json.encode(body).decode())
        case _:
            pass
    return msgspec.json.encode(body)


def lyra_form(answer: str, secret: bytes = SECRET, more: Headers | None = None) -> bytes:
    fields = {
        "kr-hash": digest(answer.replace(r"\/", "/").encode(), secret=secret).hex(),
        "kr-hash-key": "password",
        "kr-hash-algorithm": "sha256_hmac",
        "kr-answer-type": "V4/Payment",
        "kr-answer": answer,
    }
    return urlencode({**fields, **(more or {})}).encode()


def address(provider: str, body: bytes, tenant: str = "t") -> str:
    """Return where a provider calls."""
    path = f"/v1/inbound/{tenant}/{provider}"
    if provider == "twilio":
        return f"{path}?bodySHA256={quote(hashlib.sha256(body).hexdigest())}"
    return path


@cache  # of the same there is one signature, also where signing draws numbers
def call(provider: str, number: int = 1, at: int = SECONDS) -> Arrival:
    """Return a call of this provider that is signed as it has to be."""
    body = said(provider, number, at)
    url = OURS + address(provider, body)
    return arrival(body, SIGN[provider](body, at, url), url)
