"""Providers of payments."""

from adapters.payments.practice import Calls, Practice

__all__ = ["Calls", "Practice"]
