"""WhatsApp, by Meta's Cloud API."""

from adapters.whatsapp.cloud import CloudApi

__all__ = ["CloudApi"]
