"""Whoever receives webhooks, as many as there are paths: `python -m infra.bench.receivers PORT`. Each answers at once,
but for those under /hangs, who take nearly all the time that there is.
"""

import asyncio
import sys
from contextlib import suppress
from typing import Final

ADDRESS: Final = "127.0.0.2"
HANGS: Final = "/hangs"
SECONDS: Final = 29.0
OK: Final = b"HTTP/1.1 204 No Content\r\n\r\n"
PROGRAM: Final = ("-m", "infra.bench.receivers")


async def _hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, asyncio.IncompleteReadError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
            if head.startswith(f"POST {HANGS}".encode()):
                await asyncio.sleep(SECONDS)
            writer.write(OK)
            await writer.drain()
            if b"\r\nconnection: close" in head.lower():
                break
    writer.close()


async def _listen(port: int) -> None:
    servers = [
        await asyncio.start_server(_hear, address, port, backlog=1_000)
        for address in (ADDRESS, "127.0.0.1")
    ]
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(_listen(int(sys.argv[1])))
