"""Where providers call: who they are is proven, their call is kept, and nothing else is done."""

import hmac
from collections.abc import Callable, Sequence
from typing import Protocol

from application.inbound.arrivals import Arrival
from application.inbound.providers import Provider, by_name
from application.inbound.receipts import Keeping
from application.inbound.refusals import HandshakeRefused, ProviderNotKnown
from application.inbound.signatures import verify
from application.ports import Clock
from domain.values import TenantId


class Secrets(Protocol):
    """The secrets of providers; see `adapters/inbound/secrets.py`."""

    def secrets_of(self, tenant: str, provider: str) -> Sequence[bytes]:
        """Return those that are in force: none, one, or two while they are changed."""


class Reception:
    """Takes calls of providers."""

    def __init__(
        self, providers: Sequence[Provider], secrets: Secrets, keeping: Keeping, clock: Clock
    ) -> None:
        self._providers = by_name(providers)
        self._secrets = secrets
        self._keeping = keeping
        self._clock = clock

    def take(
        self, tenant: TenantId, name: str, arrival: Arrival, proven: Callable[[], None]
    ) -> None:
        """Keep a call; tell when it is proven whose it is. Raises ProviderNotKnown, SignatureMissing,
        SignatureWrong, SignatureNotProven.
        """
        provider = self._provider(name)
        secrets = self._known(tenant, name)
        verify(provider.scheme, arrival, secrets, self._clock())
        proven()
        self._keeping.keep(tenant, provider, arrival)

    def greet(self, tenant: TenantId, name: str, token: str) -> None:
        """See to it that whoever makes a handshake knows the token. Raises ProviderNotKnown,
        HandshakeRefused.
        """
        provider = self._provider(name)
        if provider.handshake is None:
            raise ProviderNotKnown
        given = token.encode("utf-8", "surrogatepass")
        known = [
            hmac.compare_digest(each, given) for each in self._known(tenant, provider.handshake)
        ]
        if not any(known):
            raise HandshakeRefused

    def _provider(self, name: str) -> Provider:
        if name not in self._providers:
            raise ProviderNotKnown
        return self._providers[name]

    def _known(self, tenant: TenantId, name: str) -> Sequence[bytes]:
        secrets = self._secrets.secrets_of(tenant, name)
        if not secrets:
            raise ProviderNotKnown
        return secrets
