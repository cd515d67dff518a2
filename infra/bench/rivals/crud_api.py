#!/usr/bin/env python3
# mypy: disable-error-code="import-not-found, misc, unused-ignore, no-any-return"
# (SQLAlchemy is there only where the benchmark runs, not where types are checked.)
"""Rival: CRUD with FastAPI and SQLAlchemy, asynchronous all the way down, as most write it."""

import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Depends, FastAPI, HTTPException, Query, status
from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy import DateTime, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from infra.bench.rivals.booking_messages import BookingIn, BookingOut, serve
from infra.bench.tokens import CurrentUser

DSN = make_url(sys.argv[-1]).set(drivername="postgresql+asyncpg")
engine = create_async_engine(DSN, pool_size=16, max_overflow=16)
sessions = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True)}  # noqa: RUF012  (SQLAlchemy's way)


class Booking(Base):
    __tablename__ = "bookings"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    tenant_id: Mapped[UUID]
    professional_id: Mapped[int]
    client_id: Mapped[UUID]
    service_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(default="pending")
    notes: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))
    updated_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))


class Thread(Base):
    __tablename__ = "threads"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    last: Mapped[int]


class Member(Base):
    __tablename__ = "thread_members"

    thread_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    unread: Mapped[int]


class Message(Base):
    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    thread_id: Mapped[UUID]
    sequence: Mapped[int]
    author_id: Mapped[UUID]
    text: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))


class MessageIn(BaseModel):
    text: Annotated[str, StringConstraints(min_length=1, max_length=10_000)]


class MessageOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    thread_id: UUID
    sequence: int
    author_id: UUID
    text: str
    created_at: datetime


async def _session() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(_session)]


@app.post("/bookings", status_code=status.HTTP_201_CREATED, response_model=BookingOut)
async def create_booking(asked: BookingIn, user: CurrentUser, session: Session) -> Booking:
    booking = Booking(tenant_id=user.tenant, **asked.model_dump())
    session.add(booking)
    try:
        await session.commit()
    except IntegrityError as error:
        raise HTTPException(status.HTTP_409_CONFLICT, "This slot is taken.") from error
    return booking


@app.get("/bookings/{booking_id}", response_model=BookingOut)
async def get_booking(booking_id: UUID, user: CurrentUser, session: Session) -> Booking:
    booking = await session.get(Booking, booking_id)
    if booking is None or booking.tenant_id != user.tenant:
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    return booking


@app.get("/bookings", response_model=list[BookingOut])
async def list_bookings(
    user: CurrentUser,
    session: Session,
    *,
    professional_id: int,
    booking_status: Annotated[str, Query(alias="status")] = "confirmed",
    limit: Annotated[int, Query(le=100)] = 50,
) -> list[Booking]:
    asked = (
        select(Booking)
        .where(
            Booking.tenant_id == user.tenant,
            Booking.professional_id == professional_id,
            Booking.status == booking_status,
        )
        .order_by(Booking.starts_at)
        .limit(limit)
    )
    return list(await session.scalars(asked))


@app.post(
    "/threads/{thread_id}/messages", status_code=status.HTTP_201_CREATED, response_model=MessageOut
)
async def post_message(
    thread_id: UUID, asked: MessageIn, user: CurrentUser, session: Session
) -> Message:
    thread = await session.get(Thread, thread_id, with_for_update=True)
    if thread is None or thread.tenant_id != user.tenant:
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    thread.last += 1
    message = Message(
        thread_id=thread_id, sequence=thread.last, author_id=user.sub, text=asked.text
    )
    session.add(message)
    others = update(Member).where(Member.thread_id == thread_id, Member.member_id != user.sub)
    await session.execute(others.values(unread=Member.unread + 1))
    await session.commit()
    return message


if __name__ == "__main__":
    serve(app)
