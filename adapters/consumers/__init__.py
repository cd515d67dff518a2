"""Who follows the log, how far each has come, and how events are delivered to them."""
