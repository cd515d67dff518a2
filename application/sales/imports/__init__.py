"""Leads from files: read (`tables`, `columns`, `rows`), and taken in (`taking_in`)."""
