"""WhatsApp, by Meta's Cloud API."""

from adapters.whatsapp.cloud import CloudApi
from adapters.whatsapp.shelves import CloudShelves

__all__ = ["CloudApi", "CloudShelves"]
