"""The business itself, and who works in it."""
