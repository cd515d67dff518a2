"""What is charged, for what, and what is added to it."""
