"""The log in PostgreSQL: append, read, follow."""
