"""What a machine lacks: on a developer's a test is left out, on the CI's it has failed."""

from collections.abc import Mapping
from typing import NoReturn

import pytest


def do_without(reason: str, environment: Mapping[str, str]) -> NoReturn:
    """Leave out whoever asks, or fail it."""
    if environment.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
