"""Rate limits of all processes together: a window that slides by the clock of Redis."""

from collections.abc import Callable
from hashlib import blake2b
from typing import Any, Final

from redis import Redis

from adapters.redis import PREFIX, Breaker, RedisAway
from application.operations.rate_limits import Decision, Limit, RateLimiter

MICROSECONDS: Final = 1_000_000

CHECK: Final = """
-- The list holds when this was done within the window, oldest first, in microseconds.
local uses, quota, window, now = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if not now then
    local time = redis.call('TIME')
    now = time[1] * 1000000 + time[2]
end
local oldest = tonumber(redis.call('LINDEX', uses, 0))
while oldest and oldest <= now - window do
    redis.call('LPOP', uses)
    oldest = tonumber(redis.call('LINDEX', uses, 0))
end
local count = redis.call('LLEN', uses)
local allowed = count < quota
if allowed then
    count = redis.call('RPUSH', uses, string.format('%.0f', now))
    redis.call('PEXPIRE', uses, math.ceil(window / 1000))
end
return {allowed and 1 or 0, count, (oldest or now) + window - now}
"""


class RedisRateLimiter:
    """Exact like a process's own, and one for all. While Redis is away or slow, `otherwise` decides:
    then each process grants the quota anew, for itself alone.

    `seconds` is a clock to use instead of that of Redis, where time is made up.
    """

    def __init__(
        self,
        redis: "Redis",
        otherwise: RateLimiter,
        breaker: Breaker,
        *,
        seconds: Callable[[], float] | None = None,
    ) -> None:
        self._redis = redis
        self._check: Any = redis.register_script(CHECK)
        self._otherwise = otherwise
        self._seconds = seconds
        self._breaker = breaker

    def check(self, key: str, limit: Limit) -> Decision:
        """Count one more, if it is allowed. What is refused does not count."""
        now = "" if self._seconds is None else round(self._seconds() * MICROSECONDS)
        arguments = [limit.quota, round(limit.window * MICROSECONDS), now]
        try:
            allowed, count, reset = self._breaker.ask(lambda: self._check([_name(key)], arguments))
        except RedisAway:
            return self._otherwise.check(key, limit)
        left = max(limit.quota - count, 0)
        return Decision(bool(allowed), limit.quota, left, reset / MICROSECONDS)

    def give_back(self, key: str) -> None:
        """Forget the last that was counted, wherever it was."""
        try:
            self._breaker.ask(lambda: self._redis.rpop(_name(key)))
        except RedisAway:
            self._otherwise.give_back(key)

    def knows(self, key: str) -> bool:
        """Whether anything is remembered under a key, until the window has passed."""
        try:
            return bool(self._breaker.ask(lambda: self._redis.exists(_name(key))))
        except RedisAway:
            return self._otherwise.knows(key)

    def forgive(self, key: str) -> None:
        """Forget what was counted. While Redis is away it remembers until the window has passed."""
        self._otherwise.forgive(key)
        try:
            self._breaker.ask(lambda: self._redis.delete(_name(key)))
        except RedisAway:
            return


def _name(key: str) -> str:
    """Name a key so that nobody who looks into Redis learns who did something from where."""
    return f"{PREFIX}limit:{blake2b(key.encode(), digest_size=16).hexdigest()}"
