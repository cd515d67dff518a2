#!/usr/bin/env python3
# mypy: disable-error-code="import-not-found, import-untyped, unused-ignore"
# (asyncpg is there only where the benchmark runs, not where types are checked.)
"""Rival, and the floor: FastAPI around one hand-written statement, JSON made by PostgreSQL.

It checks the token and the request like the others; nothing that stores can do much less.
"""

import hmac
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Annotated
from uuid import UUID, uuid4

import asyncpg
from fastapi import FastAPI, HTTPException, Query, Request, Response, status

from infra.bench.callbacks import signature
from infra.bench.rivals.booking_messages import BookingIn, serve
from infra.bench.tokens import CurrentUser

CREATE = """
    INSERT INTO bookings AS b (
        id, tenant_id, professional_id, client_id, service_id, starts_at, ends_at, notes
    ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING row_to_json(b)::text
"""
TAKE = """
    INSERT INTO calls (provider, hash, headers, body) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING
"""
GET = "SELECT row_to_json(b)::text FROM bookings AS b WHERE tenant_id = $1 AND id = $2"
LIST = """
    SELECT coalesce(json_agg(b)::text, '[]') FROM (
        SELECT * FROM bookings
        WHERE tenant_id = $1 AND professional_id = $2 AND status = $3
        ORDER BY starts_at LIMIT $4
    ) AS b
"""


async def _leave_as_it_is(_connection: object) -> None:
    """By default a connection that is given back is reset, which is a second statement."""


@asynccontextmanager
async def _with_pool(app: FastAPI) -> AsyncIterator[None]:
    pool = asyncpg.create_pool(sys.argv[-1], min_size=16, max_size=32, reset=_leave_as_it_is)
    async with pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=_with_pool)


@app.post("/bookings", status_code=status.HTTP_201_CREATED)
async def create_booking(asked: BookingIn, user: CurrentUser, request: Request) -> Response:
    values = (asked.professional_id, asked.client_id, asked.service_id)
    when = (asked.starts_at, asked.ends_at)
    try:
        made = await request.app.state.pool.fetchval(
            CREATE, uuid4(), user.tenant, *values, *when, asked.notes
        )
    except asyncpg.ExclusionViolationError as error:
        raise HTTPException(status.HTTP_409_CONFLICT, "This slot is taken.") from error
    return Response(made, status.HTTP_201_CREATED, media_type="application/json")


@app.post("/inbound/{provider}")
async def take_call(provider: str, request: Request) -> Response:
    """Nothing is sealed, and nobody will understand it."""
    body = await request.body()
    signed = request.headers.get("x-hub-signature-256", "")
    if not hmac.compare_digest(signature(body), signed):
        raise HTTPException(status.HTTP_403_FORBIDDEN)
    headers = json.dumps(dict(request.headers))
    await request.app.state.pool.execute(TAKE, provider, sha256(body).digest(), headers, body)
    return Response()


@app.get("/bookings/{booking_id}")
async def get_booking(booking_id: UUID, user: CurrentUser, request: Request) -> Response:
    found = await request.app.state.pool.fetchval(GET, user.tenant, booking_id)
    if found is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    return Response(found, media_type="application/json")


@app.get("/bookings")
async def list_bookings(
    user: CurrentUser,
    request: Request,
    *,
    professional_id: int,
    booking_status: Annotated[str, Query(alias="status")] = "confirmed",
    limit: Annotated[int, Query(le=100)] = 50,
) -> Response:
    pool = request.app.state.pool
    found = await pool.fetchval(LIST, user.tenant, professional_id, booking_status, limit)
    return Response(found, media_type="application/json")


if __name__ == "__main__":
    serve(app)
