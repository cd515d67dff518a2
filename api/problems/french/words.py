"""What is said of a refusal."""

from typing import NamedTuple


class Words(NamedTuple):
    title: str
    detail: str
