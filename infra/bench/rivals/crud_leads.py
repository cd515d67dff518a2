#!/usr/bin/env python3
# mypy: disable-error-code="import-not-found, misc, unused-ignore, no-any-return"
# (SQLAlchemy is there only where the benchmark runs, not where types are checked.)
"""Rival: a form that makes leads with FastAPI and SQLAlchemy: one transaction, a row for each thing."""

import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import Depends, FastAPI, Query, status
from pydantic import BaseModel, EmailStr, Field
from sqlalchemy import JSON, DateTime, ForeignKey, select
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from infra.bench.rivals.booking_messages import serve
from infra.bench.tokens import TENANT, CurrentUser

DSN = make_url(sys.argv[-1]).set(drivername="postgresql+asyncpg")
engine = create_async_engine(DSN, pool_size=16, max_overflow=16)
sessions = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Answers(BaseModel):
    name: str = Field(max_length=200)
    email: EmailStr
    message: str = Field(max_length=2_000)


class Submitted(BaseModel):
    answers: Answers
    decoy: str = Field(default="", max_length=0)


class LeadOut(BaseModel, from_attributes=True):
    id: UUID
    client_id: UUID
    status: str
    score: int
    source: str
    message: str | None
    created_at: datetime
    updated_at: datetime


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012  (SQLAlchemy's way)
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSON,
    }


class Client(Base):
    __tablename__ = "clients"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    tenant_id: Mapped[UUID]
    name: Mapped[str]
    email: Mapped[str]


class Lead(Base):
    __tablename__ = "leads"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    tenant_id: Mapped[UUID]
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id"))
    status: Mapped[str] = mapped_column(default="new")
    score: Mapped[int]
    source: Mapped[str]
    message: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))
    updated_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))


class Submission(Base):
    __tablename__ = "submissions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    tenant_id: Mapped[UUID]
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"))
    answers: Mapped[dict[str, Any]]


class Task(Base):
    __tablename__ = "tasks"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    tenant_id: Mapped[UUID]
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"))
    priority: Mapped[str]
    due_at: Mapped[datetime]


class Mail(Base):
    __tablename__ = "mails"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    tenant_id: Mapped[UUID]
    recipient: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]


async def _session() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(_session)]


@app.post("/lead-forms/submit", status_code=status.HTTP_201_CREATED)
async def submit_form(submitted: Submitted, session: Session) -> dict[str, UUID]:
    answers = submitted.answers
    known = select(Client).where(Client.tenant_id == TENANT, Client.email == answers.email)
    client = await session.scalar(known)
    if client is None:
        client = Client(id=uuid4(), tenant_id=TENANT, name=answers.name, email=answers.email)
        session.add(client)
        await session.flush()
    lead = Lead(
        id=uuid4(),
        tenant_id=TENANT,
        client_id=client.id,
        score=min(100, 20 + len(answers.message) // 10),
        source="website",
        message=answers.message,
    )
    session.add(lead)
    await session.flush()
    submission = Submission(
        id=uuid4(), tenant_id=TENANT, lead_id=lead.id, answers=answers.model_dump()
    )
    due_at = datetime.now(UTC) + timedelta(days=3)
    task = Task(tenant_id=TENANT, lead_id=lead.id, priority="low", due_at=due_at)
    mail = Mail(
        tenant_id=TENANT,
        recipient="olga@salon.example",
        subject=f"A new lead: {answers.name}",
        body=answers.message,
    )
    session.add_all([submission, task, mail])
    await session.commit()
    return {"id": submission.id}


@app.get("/leads", response_model=list[LeadOut])
async def list_leads(
    user: CurrentUser,
    session: Session,
    *,
    source: str,
    lead_status: Annotated[str, Query(alias="status")] = "new",
    limit: Annotated[int, Query(le=100)] = 50,
) -> list[Lead]:
    asked = (
        select(Lead)
        .where(Lead.tenant_id == user.tenant, Lead.status == lead_status, Lead.source == source)
        .order_by(Lead.score.desc())
        .limit(limit)
    )
    return list(await session.scalars(asked))


if __name__ == "__main__":
    serve(app)
