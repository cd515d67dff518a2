"""A system that may publish to one server on this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.clock import SettableClock
from infra.settings import Settings
from tests.conftest import settings_with
from tests.outgoing.somebody import HERE, Authority
from tests.publishing.server import PusherServer, pusher_server


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def pusher(authority: Authority, clock: SettableClock) -> Iterator[PusherServer]:
    with pusher_server(authority.vouches_for(HERE), clock) as pusher:
        yield pusher


@pytest.fixture
def settings(tmp_path: Path, authority: Authority, pusher: PusherServer) -> Settings:
    return settings_with(tmp_path).model_copy(
        update={
            "outgoing_ports": (pusher.port,),
            "outgoing_networks": (f"{HERE}/32",),
            "outgoing_ca_file": authority.file,
            "outgoing_seconds": 0.5,
        }
    )
