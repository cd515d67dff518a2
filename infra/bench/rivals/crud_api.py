#!/usr/bin/env python3
# mypy: disable-error-code="import-not-found, misc, unused-ignore, no-any-return"
# (SQLAlchemy is there only where the benchmark runs, not where types are checked.)
"""Rival: CRUD with FastAPI and SQLAlchemy, asynchronous all the way down, as most write it."""

import hmac
import json
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response, status
from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy import DateTime, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from infra.bench.callbacks import signature
from infra.bench.rivals.booking_messages import BookingIn, BookingOut, serve
from infra.bench.tokens import CurrentUser

DSN = make_url(sys.argv[-1]).set(drivername="postgresql+asyncpg")
engine = create_async_engine(DSN, pool_size=16, max_overflow=16)
sessions = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()

TENANT = UUID("0197f3a2-7c5e-7b1a-9d40-3f6f0c1d2e4f")
OWNER = uuid4()


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


class Contact(Base):
    __tablename__ = "contacts"

    wa_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    id: Mapped[UUID]
    thread_id: Mapped[UUID]


class Heard(Base):
    __tablename__ = "heard"

    wamid: Mapped[str] = mapped_column(primary_key=True)
    message_id: Mapped[UUID]


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


@app.post("/inbound/whatsapp")
async def hear_message(request: Request, session: Session) -> Response:
    """Understand it at once: whoever calls waits for that, and nothing of the call is kept."""
    body = await request.body()
    signed = request.headers.get("x-hub-signature-256", "")
    if not hmac.compare_digest(signature(body), signed):
        raise HTTPException(status.HTTP_403_FORBIDDEN)
    for entry in json.loads(body)["entry"]:
        for change in entry["changes"]:
            names = {each["wa_id"]: each["profile"]["name"] for each in change["value"]["contacts"]}
            for said in change["value"]["messages"]:
                await _hear(said, names[said["from"]], session)
    await session.commit()
    return Response()


async def _hear(said: dict[str, Any], name: str, session: AsyncSession) -> None:
    contact = await session.get(Contact, said["from"]) or await _met(said["from"], name, session)
    if await session.get(Heard, said["id"]) is not None:
        return
    thread = await session.get(Thread, contact.thread_id, with_for_update=True)
    assert thread is not None
    thread.last += 1
    message = Message(
        id=uuid4(),
        thread_id=thread.id,
        sequence=thread.last,
        author_id=contact.id,
        text=said["text"]["body"],
    )
    session.add_all([message, Heard(wamid=said["id"], message_id=message.id)])
    others = update(Member).where(Member.thread_id == thread.id, Member.member_id != contact.id)
    await session.execute(others.values(unread=Member.unread + 1))


async def _met(wa_id: str, name: str, session: AsyncSession) -> Contact:
    """Know somebody from now on, and have a conversation with them; whoever else does so at the same moment waits."""
    ids = {"id": uuid4(), "thread_id": uuid4()}
    made = insert(Contact).values(wa_id=wa_id, name=name, **ids).on_conflict_do_nothing()
    if await session.scalar(made.returning(Contact.wa_id)) is not None:
        session.add(Thread(id=ids["thread_id"], tenant_id=TENANT, last=0))
        await session.flush()
        session.add(Member(thread_id=ids["thread_id"], member_id=OWNER, unread=0))
    return (await session.scalars(select(Contact).where(Contact.wa_id == wa_id))).one()


if __name__ == "__main__":
    serve(app)
