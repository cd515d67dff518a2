#!/usr/bin/env python3
"""The floor: what is said is told to all by `websockets` itself, kept nowhere: `websockets_echo.py PORT`."""

import asyncio
import sys
from contextlib import suppress

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

listening: set[ServerConnection] = set()


async def listen(connection: ServerConnection) -> None:
    """Send all what one of them says, and then that one that it was sent."""
    listening.add(connection)
    await connection.send('{"live":true}')
    with suppress(ConnectionClosed):
        async for text in connection:
            broadcast(listening, text)
            await connection.send("201")
    listening.discard(connection)


async def main() -> None:
    where = ("127.0.0.1", int(sys.argv[-1]))
    async with serve(listen, *where, compression=None, ping_interval=None) as server:
        await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
