"""The log on Kafka: published by one relay, read by workers and by whoever else may.

log ─► relay ─► topics by kind of thing ─► feed, which puts them in the order of the log again ─►
the same runner as in one process. PostgreSQL decides what was done: Kafka may repeat, reorder, lose
and be away, and nothing is wrong.
"""

from typing import Final

RELAY: Final = "relay"
"""The consumer of the log that publishes it; keys its checkpoint."""
