"""What providers have sent, in PostgreSQL: see `receipts.py` and `desk.py`."""

from adapters.inbound.desk import ReceiptDesk
from adapters.inbound.receipts import PostgresReceipts
from adapters.inbound.secrets import AgreedSecrets

__all__ = ["AgreedSecrets", "PostgresReceipts", "ReceiptDesk"]
