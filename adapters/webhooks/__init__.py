"""Webhooks in PostgreSQL: who is to be told of what (`consumer.py`), who sends it (`sender.py`), and what became of it
(`deliveries.py`, `log.py`).
"""

from adapters.webhooks.consumer import WEBHOOK_DELIVERIES, WebhookConsumer
from adapters.webhooks.deliveries import PostgresDeliveries
from adapters.webhooks.log import PostgresDeliveryLog
from adapters.webhooks.sender import Sender

__all__ = [
    "WEBHOOK_DELIVERIES",
    "PostgresDeliveries",
    "PostgresDeliveryLog",
    "Sender",
    "WebhookConsumer",
]
