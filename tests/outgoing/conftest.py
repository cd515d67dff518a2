"""A way out to one address of this machine, in the name of hooks.example."""

from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path

import pytest

from adapters.outgoing import HttpOutgoing, Limits, tls_with
from application.outgoing import Allowed
from tests.outgoing.somebody import HERE, NOW, Authority, Resolver, Somebody

Out = Callable[..., HttpOutgoing]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def out(authority: Authority) -> Out:
    """Make one that may reach `HERE` at a port, as if that were a public address."""

    def made(
        there: Somebody,
        *,
        resolver: Resolver | None = None,
        limits: Limits | None = None,
        trusted: Path | None = authority.file,
        **more: object,
    ) -> HttpOutgoing:
        return HttpOutgoing(
            Allowed(ports=(there.port,), plain=True, networks=(ip_network(f"{HERE}/32"),)),
            limits or Limits(),
            lambda: NOW,
            tls_with(trusted),
            resolver=resolver or Resolver([HERE]),
            **more,  # type: ignore[arg-type] # a dial, or nothing
        )

    return made
