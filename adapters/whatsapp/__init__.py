"""WhatsApp, by Meta's Cloud API."""

from adapters.whatsapp.cloud import CloudApi
from adapters.whatsapp.media import CloudMedia
from adapters.whatsapp.shelves import CloudShelves

__all__ = ["CloudApi", "CloudMedia", "CloudShelves"]
