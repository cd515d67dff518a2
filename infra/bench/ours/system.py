"""Our own system on a database of its own, composed as in production."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from adapters.clock import system_clock
from infra.composition import System, running_system
from infra.migrate import migrate
from infra.processes.memory import keep_what_is_there
from infra.settings import read_settings
from projections.read_model import ReadModel

DSN: Final = sys.argv[-1]

FRONTDESK: Final = ("-c", "from infra.cli import main; main()")
SERVED: Final = {**os.environ, "DATABASE_URL": DSN, "LIMIT_FACTOR": "1000000"}
"""The environment of its own processes: nobody is too fast."""


@contextmanager
def system(*models: ReadModel) -> Iterator[System]:
    """With these read models and no processes. Nothing runs by itself."""
    migrate(DSN)
    with running_system(
        read_settings({}), DSN, models=models, reactions=(), clock=system_clock
    ) as composed:
        keep_what_is_there()  # as each process of ours does
        yield composed
