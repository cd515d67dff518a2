"""Bookings made in each minute: counted in the log, or by workers as they read it."""
