"""Processes of money."""

from typing import Final

from application.processes.money.ask_provider_when_payment_changes import (
    ASK_PROVIDER_WHEN_PAYMENT_CHANGES,
)
from application.processes.money.expire_payment_when_its_time_is_up import (
    EXPIRE_PAYMENT_WHEN_ITS_TIME_IS_UP,
)
from application.processes.process import Process

OF_MONEY: Final[tuple[Process, ...]] = (
    ASK_PROVIDER_WHEN_PAYMENT_CHANGES,
    EXPIRE_PAYMENT_WHEN_ITS_TIME_IS_UP,
)
