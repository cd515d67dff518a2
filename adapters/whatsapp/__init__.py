"""WhatsApp, by Meta's Cloud API."""

from adapters.whatsapp.cloud import CloudApi
from adapters.whatsapp.media import CloudMedia

__all__ = ["CloudApi", "CloudMedia"]
