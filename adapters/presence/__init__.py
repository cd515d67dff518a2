"""Who is there at this moment: as one process knows it, or by way of Redis for all."""
