#!/usr/bin/env python3
# mypy: disable-error-code="import-not-found, import-untyped, unused-ignore"
"""Rival: FastAPI that writes a row, publishes it by Redis, and tells whoever is connected: `pubsub_api.py PORT REDIS DSN`.

Who is away when it is published never hears it; nobody is asked whether they may.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

import asyncpg
import uvicorn
from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect, status
from fastapi.responses import Response
from pydantic import BaseModel, Field
from redis.asyncio import Redis

from infra.bench.tokens import CurrentUser

PORT, REDIS, DSN = int(sys.argv[-3]), sys.argv[-2], sys.argv[-1]
TABLE = """
    CREATE TABLE IF NOT EXISTS said (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL, text text NOT NULL,
        position bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX IF NOT EXISTS said_in_order ON said (tenant_id, position);
"""
SAY = "INSERT INTO said (id, tenant_id, text) VALUES ($1, $2, $3) RETURNING row_to_json(said)::text"
BEHIND = """
    SELECT row_to_json(said)::text, position FROM said
    WHERE tenant_id = $1 AND position > $2 ORDER BY position LIMIT 200
"""

listening: set[WebSocket] = set()


class Said(BaseModel):
    text: str = Field(min_length=1, max_length=10_000)


async def pass_on(redis: Redis) -> None:
    async with redis.pubsub() as channel:
        await channel.subscribe("said")
        async for message in channel.listen():
            if message["type"] == "message":
                await asyncio.gather(*(tell(each, message["data"]) for each in [*listening]))


async def tell(listener: WebSocket, text: str) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):
        await listener.send_text(text)


@asynccontextmanager
async def connected(app: FastAPI) -> AsyncIterator[None]:
    redis = Redis.from_url(REDIS, decode_responses=True)
    async with asyncpg.create_pool(DSN, min_size=4, max_size=16) as pool:
        await pool.execute(TABLE)
        app.state.pool, app.state.redis = pool, redis
        passing = asyncio.create_task(pass_on(redis))
        yield
        passing.cancel()


app = FastAPI(lifespan=connected)


@app.post("/messages", status_code=status.HTTP_201_CREATED)
async def say(said: Said, user: CurrentUser, request: Request) -> Response:
    made = await request.app.state.pool.fetchval(SAY, uuid4(), user.tenant, said.text)
    await request.app.state.redis.publish("said", made)
    return Response(made, status.HTTP_201_CREATED, media_type="application/json")


@app.websocket("/listen")
async def listen(socket: WebSocket, after: int | None = None, tenant: str = "") -> None:
    await socket.accept()
    if after is not None:
        await replay(socket, after, tenant)
    listening.add(socket)
    await socket.send_text('{"live":true}')
    try:
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        listening.discard(socket)


async def replay(socket: WebSocket, after: int, tenant: str) -> None:
    """What a table remembers, Redis does not."""
    while rows := await socket.app.state.pool.fetch(BEHIND, tenant, after):
        for row in rows:
            await socket.send_text(row[0])
        after = rows[-1][1]


if __name__ == "__main__":
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=PORT,
        loop="uvloop",
        http="httptools",
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        access_log=False,
        log_level="warning",
    )
