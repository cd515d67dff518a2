"""Who is booked with whom, when, for what."""
