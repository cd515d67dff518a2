"""Bringing in what others have recorded."""
