"""Calls of a provider as they come: a message of WhatsApp, signed, another one each time."""

import hmac
import json
from typing import Any, Final

from infra.bench.http_load import request

SECRET: Final = b"the secret of an app, as Meta gives it"


def signature(body: bytes) -> str:
    return f"sha256={hmac.new(SECRET, body, 'sha256').hexdigest()}"


def call(path: str, number: int) -> bytes:
    """The request, whole: it is signed over the very bytes that are sent."""
    said = _message(number)
    signed = {"X-Hub-Signature-256": signature(json.dumps(said).encode())}
    return request("POST", path, signed, said)


def _message(number: int) -> Any:
    message = {
        "from": "33612345678",
        "id": f"wamid.HBgLMzM2MTIzNDU2NzgVAgASGBQzQTdCNTg{number:020}",
        "timestamp": "1800000000",
        "type": "text",
        "text": {"body": "Bonjour, je voudrais prendre rendez-vous pour une coupe samedi matin."},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "33199001234", "phone_number_id": "106540352242922"},
        "contacts": [{"profile": {"name": "Camille"}, "wa_id": "33612345678"}],
        "messages": [message],
    }
    entry = {"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}
