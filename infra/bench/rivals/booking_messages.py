#!/usr/bin/env python3
"""What the rivals' APIs take and give: the same for all of them."""

import sys
from datetime import datetime
from uuid import UUID

import uvicorn
from fastapi import FastAPI
from pydantic import AwareDatetime, BaseModel, Field, model_validator


class BookingIn(BaseModel):
    professional_id: int
    client_id: UUID
    service_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    notes: str | None = Field(default=None, max_length=2_000)

    @model_validator(mode="after")
    def ends_after_it_starts(self) -> "BookingIn":
        if self.ends_at <= self.starts_at:
            raise ValueError("ends_at must be after starts_at")
        return self


class BookingOut(BaseModel, from_attributes=True):
    id: UUID
    tenant_id: UUID
    professional_id: int
    client_id: UUID
    service_id: UUID
    starts_at: datetime
    ends_at: datetime
    status: str
    notes: str | None
    created_at: datetime
    updated_at: datetime


def serve(app: FastAPI) -> None:
    """`PROGRAM PORT DSN`: one process, as fast as uvicorn goes."""
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(sys.argv[-2]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )
