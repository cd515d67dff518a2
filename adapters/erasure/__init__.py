"""A person is taken out of everything that was made of the log.

The keys are destroyed by `log.append`, and from then on the log shows nothing. What was made of it
before is taken out here, table by table, without waiting for whoever carries the tables on: see
`adapters.event_store.erased` for why it does not come back.
"""

from adapters.erasure.erasures import PostgresErasures

__all__ = ["PostgresErasures"]
