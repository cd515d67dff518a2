"""What comes in from providers: messages, payments, bounces, as they call us about them.

Each call is proven by the bytes that came, kept sealed, and answered; it is understood afterwards, by a job
of its own (decision 0044). A provider is a value in `providers.py`.
"""

from application.inbound.arrivals import Arrival
from application.inbound.providers import PROVIDERS, Provider, Received
from application.inbound.receipts import (
    Receipt,
    ReceiptIsSettled,
    ReceiptNotFound,
    Receipts,
    ReceiptState,
)
from application.inbound.reception import Reception, Secrets
from application.inbound.refusals import (
    HandshakeRefused,
    ProviderNotKnown,
    SignatureMissing,
    SignatureNotProven,
    SignatureWrong,
)

__all__ = [
    "PROVIDERS",
    "Arrival",
    "HandshakeRefused",
    "Provider",
    "ProviderNotKnown",
    "Receipt",
    "ReceiptIsSettled",
    "ReceiptNotFound",
    "ReceiptState",
    "Receipts",
    "Received",
    "Reception",
    "Secrets",
    "SignatureMissing",
    "SignatureNotProven",
    "SignatureWrong",
]
