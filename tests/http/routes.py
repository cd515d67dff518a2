"""What there is to walk over: every refusal, every route."""

import importlib
import pkgutil
from pathlib import Path
from typing import Final

from fastapi.routing import APIRoute

import adapters
import api
import application
import domain
from api.app import ROUTERS
from api.openapi.routes import methods_of
from api.problems.refused import Refused
from api.problems.statuses import FAMILIES
from api.requests.answers import below
from api.web.gate import permission_of
from domain.messages import DomainError


def refusals() -> list[type[DomainError]]:
    """Return every refusal of the product."""
    for layer in (domain, application, adapters, api):
        for module in pkgutil.walk_packages(layer.__path__, f"{layer.__name__}."):
            importlib.import_module(module.name)
    ours = (domain.__name__, application.__name__, adapters.__name__, api.__name__)
    found = {kind for kind in below(DomainError) if kind.__module__.split(".")[0] in ours}
    return sorted(
        found - FAMILIES.keys() - {Refused}, key=lambda kind: (kind.code, kind.__module__)
    )


def table() -> str:
    """Return a line for each route: its path, its method, and who may."""
    routes = [each for router in ROUTERS for each in router.routes if isinstance(each, APIRoute)]
    lines = sorted(
        f"{route.path} {method} {permission_of(route) or 'everybody'}"
        for route in routes
        for method in methods_of(route)
    )
    return "\n".join(lines) + "\n"


GOLDEN: Final = Path(__file__).with_name("routes.txt")
