"""Webhooks in PostgreSQL: who is to be told of what (`consumer.py`), and what became of it (`deliveries.py`)."""

from adapters.webhooks.consumer import WEBHOOK_DELIVERIES, WebhookConsumer
from adapters.webhooks.deliveries import PostgresDeliveries
from adapters.webhooks.log import PostgresDeliveryLog

__all__ = ["WEBHOOK_DELIVERIES", "PostgresDeliveries", "PostgresDeliveryLog", "WebhookConsumer"]
