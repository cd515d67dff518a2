"""A provider whose calls are understood: each names clients who are to be registered."""

from collections.abc import Sequence
from typing import Final
from uuid import NAMESPACE_URL, uuid5

import msgspec
from msgspec.structs import replace

from application.inbound.providers import PROVIDERS, Provider, Received
from domain.messages import Command
from domain.people.clients import RegisterClient
from domain.values import ClientId, Contact
from tests.inbound.callers import SECRETS

TENANT: Final = "0198c0de-0000-7000-8000-00000000c0de"
NEIGHBOUR: Final = "0198c0de-0000-7000-8000-00000000beef"

CONFIGURED: Final = {
    (tenant, name): (secret,) for tenant in (TENANT, NEIGHBOUR) for name, secret in SECRETS.items()
}


class Call(msgspec.Struct):
    type: str
    clients: list[str] = []


def body(*clients: str, kind: str = "arrived", id_: str = "evt_1") -> bytes:
    """Return what a call says that names them."""
    return msgspec.json.encode({"id": id_, "type": kind, "clients": clients})


def client(name: str) -> ClientId:
    return ClientId(f"client-{uuid5(NAMESPACE_URL, name)}")


def understand(received: Received) -> Sequence[Command] | None:
    call = msgspec.json.decode(received.arrival.body, type=Call)
    match call.type:
        case "arrived":
            return [
                RegisterClient(client_id=client(name), contact=Contact(name=name))
                for name in call.clients
            ]
        case "broken":
            raise ValueError(call.clients)
        case _:
            return None


def understanding(name: str = "stripe") -> tuple[Provider, ...]:
    """Return all providers, of which this one is understood."""
    return tuple(
        replace(each, understand=understand) if each.name == name else each for each in PROVIDERS
    )
