"""Calls of a provider as they come: a message of WhatsApp, signed, another one each time."""

import hmac
import json
from typing import Any, Final

from infra.bench.http_load import request

SECRET: Final = b"the secret of an app, as Meta gives it"


def signature(body: bytes) -> str:
    return f"sha256={hmac.new(SECRET, body, 'sha256').hexdigest()}"


def call(path: str, number: int, *, people: int = 1) -> bytes:
    """The request, whole: it is signed over the very bytes that are sent. So many people write by turns."""
    said = _message(number, f"336{12345678 + number % people}")
    signed = {"X-Hub-Signature-256": signature(json.dumps(said).encode())}
    return request("POST", path, signed, said)


def _message(number: int, who: str) -> Any:
    message = {
        "from": who,
        "id": f"wamid.HBgLMzM2MTIzNDU2NzgVAgASGBQzQTdCNTg{number:020}",
        "timestamp": "1800000000",
        "type": "text",
        "text": {"body": "Bonjour, je voudrais prendre rendez-vous pour une coupe samedi matin."},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "33199001234", "phone_number_id": "106540352242922"},
        "contacts": [{"profile": {"name": "Camille"}, "wa_id": who}],
        "messages": [message],
    }
    entry = {"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}
