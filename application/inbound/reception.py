"""Where providers call: who they are is proven, their call is kept, and nothing else is done."""

import hmac
from collections.abc import Callable, Sequence
from typing import Protocol

from application.inbound.arrivals import Arrival
from application.inbound.providers import Handshake, Provider, by_name
from application.inbound.receipts import Keeping
from application.inbound.refusals import HandshakeRefused, ProviderNotKnown
from application.inbound.signatures import verify
from application.ports import Clock
from domain.values import TenantId


class Secrets(Protocol):
    """The secrets of providers; see `adapters/inbound/secrets.py`."""

    def secrets_of(self, tenant: str, provider: Provider) -> Sequence[bytes]:
        """Return those by which it signs: none, one, or several while they are changed."""

    def tokens_of(self, tenant: str, provider: Provider, handshake: Handshake) -> Sequence[bytes]:
        """Return those with which it makes its handshake."""


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
        self,
        tenant: TenantId,
        name: str,
        arrival: Arrival,
        proven: Callable[[], None],
        *,
        in_address: bool = False,
    ) -> None:
        """Keep a call; tell when it is proven whose it is. `in_address`: the address has a secret. Raises
        ProviderNotKnown, SignatureMissing, SignatureWrong, SignatureNotProven.
        """
        provider = self._provider(name)
        if provider.is_in_address is not in_address:
            raise ProviderNotKnown
        secrets = _known(self._secrets.secrets_of(tenant, provider))
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
        tokens = _known(self._secrets.tokens_of(tenant, provider, provider.handshake))
        if not any(hmac.compare_digest(each, given) for each in tokens):
            raise HandshakeRefused

    def _provider(self, name: str) -> Provider:
        if name not in self._providers:
            raise ProviderNotKnown
        return self._providers[name]


def _known(secrets: Sequence[bytes]) -> Sequence[bytes]:
    if not secrets:
        raise ProviderNotKnown
    return secrets
