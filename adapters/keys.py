"""By what the log, and whoever follows it, know one thing from another."""

Key = tuple[str, str]
"""A tenant, and what is theirs: the name of a stream, or the key of a row."""
