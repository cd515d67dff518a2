"""What happens, for whoever listens: read from the log, by way of the index of each tenant."""

from adapters.feed.log import HEARER, PostgresFeed
from adapters.feed.tickets import PostgresTickets

__all__ = ["HEARER", "PostgresFeed", "PostgresTickets"]
