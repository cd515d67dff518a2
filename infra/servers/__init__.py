"""PostgreSQL, Kafka and Redis without installing them: children of whoever needs them."""
