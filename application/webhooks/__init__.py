"""Webhooks to others (Standard Webhooks): what is said, signed, to whom, and how often it is tried."""
