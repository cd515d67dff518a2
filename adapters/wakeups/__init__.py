"""Hints that something may be new: within a process, between processes."""
