"""Who is there, as all processes know it: a set by tenant, sorted by when each is gone."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from redis import Redis

from adapters.presence.one_process import ProcessPresence
from adapters.redis import PREFIX, Breaker, RedisAway
from application.ports import Clock

MILLISECOND: Final = 1_000


class RedisPresence:
    """`application.business.presence.Presence` for all processes. While Redis is away, `otherwise` tells who
    was seen by this process, and of whom it knew by Redis, for as long as that was to hold.
    """

    def __init__(
        self, redis: "Redis", otherwise: ProcessPresence, breaker: Breaker, clock: Clock
    ) -> None:
        self._redis: Any = redis
        self._otherwise = otherwise
        self._breaker = breaker
        self._clock = clock

    def seen(self, tenant: str, who: str, until: datetime) -> None:
        """Take somebody for present until then."""
        self._otherwise.seen(tenant, who, until)
        try:
            self._breaker.ask(lambda: self._tell(_name(tenant), who, _microseconds(until)))
        except RedisAway:
            return

    def present(self, tenant: str) -> Sequence[str]:
        """Return who is there, in the order of their ids."""
        now = _microseconds(self._clock())
        try:
            there = self._breaker.ask(
                lambda: self._redis.zrangebyscore(_name(tenant), f"({now}", "+inf", withscores=True)
            )
        except RedisAway:
            return self._otherwise.present(tenant)
        self._otherwise.know(tenant, {who: _at(until) for who, until in there})
        return sorted(who for who, _ in there)

    def _tell(self, key: str, who: str, until: int) -> None:
        """In one go; the set as a whole goes with the last who is in it."""
        now = _microseconds(self._clock())
        with self._redis.pipeline() as orders:
            orders.zadd(key, {who: until})
            orders.zremrangebyscore(key, "-inf", now)
            if until > now:
                lasts = (until - now) // MILLISECOND + 1
                orders.pexpire(key, lasts, nx=True).pexpire(key, lasts, gt=True)
            orders.execute()


def _name(tenant: str) -> str:
    return f"{PREFIX}present:{tenant}"


def _at(microseconds: float) -> datetime:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC)


def _microseconds(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)
