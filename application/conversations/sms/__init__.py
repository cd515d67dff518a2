"""SMS: what those who carry them call us about."""
