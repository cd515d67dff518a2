"""Publishing in PostgreSQL: where it is to be looked (`consumer.py`), and how far it is (`progress.py`)."""

from adapters.publishing.consumer import PublishingConsumer
from adapters.publishing.progress import PostgresPublished

__all__ = ["PostgresPublished", "PublishingConsumer"]
