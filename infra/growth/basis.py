"""The numbers everything starts from, each said once: first what was measured, then what is assumed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from adapters.streams.topics import PARTITIONS, slot_of
from application.processes import PROCESSES
from projections import READ_MODELS

# --- Measured: `make bench`, two shared cores with everything on them, 21 November 2026 -------

APPENDED: Final[Mapping[int, float]] = {1: 1_702, 16: 6_918, 64: 11_620}
"""Events a second by that many callers, each of whom waits for their answer (append_1, …)."""

CARRIED_ON_US: Final = 1e6 / 57_800
"""For an event, by one consumer in one process (live)."""

READ_US: Final = 5.52
"""Of a processor, for reading an event of the log (follow)."""

FOLDED_US: Final = 19.4 - READ_US
"""Of a processor, for folding it into one read model and writing that down (live, less follow)."""

FETCHED_US: Final = 27.7 - FOLDED_US
"""Of a processor, for getting it by way of Kafka instead (worker, less what folding takes)."""

RELAYED_US: Final = 1e6 / 18_590
"""For an event, by the one relay that is active (relay)."""

REBUILT: Final = 83_100
"""Events a second, into one read model (rebuild)."""

VISIBLE_MS: Final = 1.6
VISIBLE_BY_KAFKA_MS: Final = 14.5
"""From the commit of an event that comes alone until it is seen (visible_…)."""

BOOKED_US: Final = 1_247.0
"""Of a processor, for a booking over HTTP, PostgreSQL included (http_create_32)."""

LISTED_US: Final = 970.0
"""Of a processor, for a list of fifty, PostgreSQL included (http_list_8)."""

STORED_BYTES: Final = 1_270
"""Of an event, with its command and all indexes (pg_total_relation_size, 100,000 events)."""

RECORD_BYTES: Final = 1_200
"""Of an event as a Kafka record, headers included (booking-requested.v2)."""

CONSUMERS: Final = [*(model.name for model in READ_MODELS), *(each.name for each in PROCESSES)]
_IN_SLOTS: Final = Counter(map(slot_of, CONSUMERS))
SLOTS: Final[Sequence[int]] = sorted(map(_IN_SLOTS.__getitem__, range(PARTITIONS)), reverse=True)
"""Consumers in each slot: where their names happen to fall."""

EVENTS_OF_A_BOOKING: Final = 8
"""Wished, slot taken, confirmed, four mails noted, completed."""

CONCERNED: Final = 18 / 8
"""Consumers that an event of a booking concerns, counted in their subscriptions."""

# --- What the code says ----------------------------------------------------------------------

MOST_IN_A_COMMIT: Final = 512
MOST_IN_A_RELAYED_BATCH: Final = 500
MOST_IN_A_STEP: Final = 5_000
RHYTHM_MS: Final = 10.0
"""From one step of a runner to the next, at least."""

# --- Assumed: nobody has measured a business yet ----------------------------------------------

BOOKINGS_A_DAY: Final = 30
"""Of the tenant in the middle."""

SKEW: Final = 1.2
"""Sigma of the lognormal of tenants' sizes: the largest hundredth has an eighth of all bookings."""

DAY: Final[Sequence[float]] = (
    *(0.2, 0.1, 0.1, 0.1, 0.1, 0.3, 1, 3, 6, 8, 8.5, 7.5),
    *(7, 7, 7.5, 8, 8, 7.5, 7, 5.5, 4, 2.5, 1.2, 0.5),
)
"""What share of a day's bookings is made in which hour, by the tenant's own clock."""

BURST: Final = 3.0
"""The busiest minute, in averages of its hour."""

LISTS_PER_BOOKING: Final = 20
"""How often somebody looks for each booking that is made."""

BEFORE_PUBLISHED: Final = 0.5
"""Of the milliseconds by way of Kafka, what passes until the relay has published."""
