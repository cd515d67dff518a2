"""What can be read off a route."""

import inspect

from fastapi.routing import APIRoute

from api.openapi.shapes import ANSWERS, Made, Row, Shape


def methods_of(route: APIRoute) -> list[str]:
    """Return the methods of a route."""
    return sorted(route.methods or ())


def shape_of(route: APIRoute) -> Shape | None:
    """Tell what a route answers with, where its function does not say so itself."""
    return ANSWERS.get(inspect.unwrap(route.endpoint))


def is_row(shape: Shape | None) -> bool:
    """Whether an answer has a version."""
    return isinstance(shape, Row) or (isinstance(shape, Made) and shape.tagged)
