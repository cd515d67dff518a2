"""The secrets of providers: those that a business has configured, and those that the environment says."""

from collections.abc import Callable, Mapping, Sequence

from application.business.configuration import Configured
from application.inbound.providers import Handshake, Provider
from domain.confidential import Secret


class AgreedSecrets:
    """`application.inbound.Secrets`: what a business has configured, the newest first, before what the
    `environment` says by tenant and name, and those of providers that are built in, as they are our `own`.
    """

    def __init__(
        self,
        configured: Configured,
        environment: Mapping[tuple[str, str], Sequence[bytes]],
        own: Mapping[str, Callable[[str], bytes]],
    ) -> None:
        self._configured = configured
        self._environment = environment
        self._own = own

    def secrets_of(self, tenant: str, provider: Provider) -> Sequence[bytes]:
        """Return those by which it signs: none, one, or several while they are changed."""
        configured = self._configured.secrets_of(tenant, provider.key)
        said = self._environment.get((tenant, provider.name), ())
        own = self._own.get(provider.name)
        return (*configured, *said, *(() if own is None else (own(tenant),)))

    def tokens_of(self, tenant: str, provider: Provider, handshake: Handshake) -> Sequence[bytes]:
        """Return those with which it makes its handshake."""
        own = getattr(self._configured.values(tenant, provider.key), handshake.token, None)
        configured = [own.value.encode()] if isinstance(own, Secret) and own.value else []
        return (*configured, *self._environment.get((tenant, handshake.name), ()))
