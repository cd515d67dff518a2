"""What every route may ask of a request: who sends it, on which conditions, for what."""
