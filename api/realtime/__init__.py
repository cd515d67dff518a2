"""Pusher's protocol, for pages that speak it: who may listen to what, and an endpoint to listen at."""
