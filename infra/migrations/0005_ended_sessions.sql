-- Every process asks every few seconds which sessions ended of late.
CREATE INDEX sessions_by_end ON accounts.sessions (ended_at) WHERE ended_at IS NOT NULL;
