"""Mistakes that no test notices, and need not: for each, why. A test looks whether each is one still."""

from collections.abc import Mapping
from typing import Final

from infra.mutants.mutation import Mutation

EXPLAINED: Final[Mapping[tuple[str, str], str]] = {
    (
        "adapters/read_models/bulk.py",
        "for _ in range(1 + self._limits.ahead): → for _ in range(2 + self._limits.ahead):",
    ): "One page more is read ahead: it is quicker or slower, and the same.",
    (
        "adapters/read_models/switch.py",
        "connection.execute(sql.SQL('SET LOCAL lock_timeout = {}').format(QUEUE)) → pass",
    ): "How long a lock is waited for is patience, which no test measures: five seconds without it.",
    (
        "adapters/read_models/freshness.py",
        "lag_ms=max(0, lag_ms or 0), → lag_ms=max(1, lag_ms or 0),",
    ): "A millisecond of how late somebody is told that they are.",
    (
        "adapters/streams/producer.py",
        "request_timeout_ms=5_000, → request_timeout_ms=5001,",
    ): "A millisecond of patience with a broker.",
    (
        "adapters/event_store/writer.py",
        "time.sleep(pause) → pass",
    ): "A pause between two tries at a database that is away: without it there are more of them.",
    (
        "adapters/rate_limits/redis.py",
        "MICROSECONDS: Final = 1_000_000 → MICROSECONDS: Final = 1000001",
    ): "A millionth of a limit.",
    (
        "adapters/streams/intake.py",
        "stop.wait(AWAY) → pass",
    ): "A pause between two tries at a broker that is away: without it there are more of them.",
    (
        "projections/scheduling/bookings.py",
        (
            "WHERE r.tenant_id = %s AND r.longer_than_a_day AND r.starts_at > %s AND r.starts_at <= %s → "
            "WHERE r.tenant_id = %s OR r.longer_than_a_day AND r.starts_at > %s AND r.starts_at <= %s"
        ),
    ): "From where a list is looked through: further back, what ends too early is left out all the same.",
    (
        "adapters/files/making.py",
        (
            'tried.append(("image/webp", _written(image, "WEBP", quality=quality, method=4))) → '
            'tried.append(("image/webp", _written(image, "WEBP", quality=quality, method=5)))'
        ),
    ): "How hard it is tried to write a picture small: a few bytes, for some more time.",
    (
        "adapters/jobs/lanes.py",
        "COMMANDS: 2, → COMMANDS: 3,",
    ): "How many are carried out at once is a matter of how much a machine can do.",
    (
        "adapters/erasure/erasures.py",
        (
            "left = max(1, round((until - time.monotonic()) * 1000)) → "
            "left = max(1, round((until - time.monotonic()) * 1001))"
        ),
    ): "A thousandth of patience.",
    (
        "adapters/postgres/pool.py",
        "self.is_so = False → pass",
    ): "Whoever asks next looks once more whether it is back, and finds that it is.",
    (
        "adapters/accounts/tokens.py",
        (
            'options={"verify_exp": False, "verify_iat": False, "verify_nbf": False}, → '
            'options={"verify_exp": False, "verify_iat": False, "verify_nbf": True},'
        ),
    ): "We put no time before which it is not good into a token, and whoever could put one in has our key.",
    (
        "projections/paging.py",
        (
            "statement = _marked(asked, rows_of(asked, limit + 1, look=look)) → "
            "statement = _marked(asked, rows_of(asked, limit + 2, look=look))"
        ),
    ): "A row more is read, and not shown: that there is one more is all one wants to know.",
    (
        "infra/processes/memory.py",
        "gc.collect() → pass",
    ): "Memory is given back sooner or later.",
    (
        "infra/cli/progress.py",
        (
            "width = None if sys.stdout.isatty() else 240 → "
            "width = None if sys.stdout.isatty() else 241"
        ),
    ): "A column more of a table that is written to a file.",
    (
        "adapters/streams/producer.py",
        "max_block_ms=5_000, → max_block_ms=5001,",
    ): "A millisecond of patience with a broker.",
    (
        "adapters/streams/producer.py",
        "linger_ms=2, → linger_ms=3,",
    ): "For how long records are gathered before they are sent changes none of them.",
}
"""By module, and by what stands there and what would."""


def is_explained(mistake: Mutation) -> bool:
    """Whether somebody has said why nobody notices."""
    return (mistake.path, mistake.title) in EXPLAINED
