"""What can be read off a route."""

from collections.abc import Iterator
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from api.requests.answers import Shape, said_of


def methods_of(route: APIRoute) -> list[str]:
    """Return the methods of a route."""
    return sorted(route.methods or ())


def query_of(route: APIRoute) -> list[Any]:
    """Return what is declared of a question: by the route itself and by all that it depends on."""
    return list(_asked(route.dependant))


def _asked(dependant: Dependant) -> Iterator[Any]:
    yield from dependant.query_params
    for each in dependant.dependencies:
        yield from _asked(each)


def product_of(route: APIRoute) -> str | None:
    """Return which of the older products a path was of; None for what is of today."""
    product: str | None = getattr(route, "product", None)
    return product


def shape_of(route: APIRoute) -> Shape:
    """Return what a route answers with."""
    return said_of(route.endpoint).shape
