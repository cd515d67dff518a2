"""The live feed: what happens, for whoever listens, by polling, server-sent events or WebSocket. One position
goes on in any of them.
"""
