"""What all shapes of the appointment setter have in common."""

from collections.abc import Callable
from typing import Final

from fastapi import Response
from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

CAMEL: Final = ConfigDict(alias_generator=to_camel)

Shape = Callable[[bytes], bytes]


def reshaped(response: Response, shape: Shape, where: str) -> Response:
    """Return an answer of `/v1` in the old shape, and at the old path."""
    if response.body:
        response.body = shape(bytes(response.body))
        response.headers["Content-Length"] = str(len(response.body))
    if "location" in response.headers:
        key = response.headers["location"].rpartition("/")[2]
        response.headers["Location"] = f"{where}/{key}"
    return response
