"""What can be read off a route."""

from fastapi.routing import APIRoute

from api.requests.answers import Shape, said_of


def methods_of(route: APIRoute) -> list[str]:
    """Return the methods of a route."""
    return sorted(route.methods or ())


def product_of(route: APIRoute) -> str | None:
    """Return which of the older products a path was of; None for what is of today."""
    product: str | None = getattr(route, "product", None)
    return product


def shape_of(route: APIRoute) -> Shape:
    """Return what a route answers with."""
    return said_of(route.endpoint).shape
