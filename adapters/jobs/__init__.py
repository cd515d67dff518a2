"""The queue of what is to be done, in PostgreSQL: see `queue.py`, `worker.py` and `desk.py`."""

from adapters.jobs.desk import JobDesk
from adapters.jobs.hands import handing_over
from adapters.jobs.orders import Orders, kind_of
from adapters.jobs.queue import Intake, NewJob, enqueue, enqueue_with, withdraw
from adapters.jobs.worker import Worker

__all__ = [
    "Intake",
    "JobDesk",
    "NewJob",
    "Orders",
    "Worker",
    "enqueue",
    "enqueue_with",
    "handing_over",
    "kind_of",
    "withdraw",
]
