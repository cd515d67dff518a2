"""Meta's Cloud API as far as a measurement needs it: `python -m infra.bench.cloud PORT`. It takes each message after
50 ms, and breaks off where one came before another that was said earlier to the same person: in its text stands as
which.
"""

import asyncio
import json
import sys
from collections import defaultdict
from contextlib import suppress
from itertools import count
from typing import Final

from infra.bench.receivers import ADDRESS

SECONDS: Final = 0.05
PROGRAM: Final = ("-m", "infra.bench.cloud")

names = count()
last: Final[dict[str, int]] = defaultdict(int)


async def _hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, asyncio.IncompleteReadError):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0])
            said = json.loads(await reader.readexactly(length))
            await asyncio.sleep(SECONDS)
            writer.write(_answer(said["to"], int(said["text"]["body"])))
            await writer.drain()
            if b"\r\nconnection: close" in head:
                break
    writer.close()


def _answer(to: str, number: int) -> bytes:
    if number <= last[to]:
        return b"HTTP/1.1 500 Out of order\r\nContent-Length: 0\r\n\r\n"
    last[to] = number
    taken = {
        "messaging_product": "whatsapp",
        "contacts": [{"input": to, "wa_id": to}],
        "messages": [{"id": f"wamid.{next(names)}"}],
    }
    body = json.dumps(taken).encode()
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _listen(port: int) -> None:
    servers = [
        await asyncio.start_server(_hear, address, port, backlog=1_000)
        for address in (ADDRESS, "127.0.0.1")
    ]
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(_listen(int(sys.argv[1])))
