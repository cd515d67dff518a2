"""Settings in, running system out: the only place where adapters are chosen."""

from infra.composition.api import application, backend, connections, made
from infra.composition.entry import catalogue
from infra.composition.resources import database_of
from infra.composition.running import running_system
from infra.composition.system import System

__all__ = [
    "System",
    "application",
    "backend",
    "catalogue",
    "connections",
    "database_of",
    "made",
    "running_system",
]
