"""Winning clients: who may become one, how likely, and what there is to do about it."""
