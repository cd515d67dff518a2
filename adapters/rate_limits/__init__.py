"""How often something may be done: in one process, or by way of Redis for all."""
