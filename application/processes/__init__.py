"""Every process: what makes what happen next."""

from typing import Final

from application.processes.process import Process

PROCESSES: Final[tuple[Process, ...]] = ()
