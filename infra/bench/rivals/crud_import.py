#!/usr/bin/env python3
# mypy: disable-error-code="import-not-found, misc, unused-ignore, no-any-return"
# (SQLAlchemy is there only where the benchmark runs, not where types are checked.)
"""Rival: a file of leads into two tables with SQLAlchemy, as most write it: each row looked up, then added."""

import csv
import sys
from datetime import datetime
from uuid import UUID, uuid4

import phonenumbers
from email_validator import validate_email
from sqlalchemy import DateTime, ForeignKey, create_engine, select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from infra.bench.people import file_of
from infra.bench.rounds import Tally, answer_rounds, timed

AT_ONCE = 250
DSN = make_url(sys.argv[-1]).set(drivername="postgresql+psycopg")
engine = create_engine(DSN)


class Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True)}  # noqa: RUF012  (SQLAlchemy's way)


class Client(Base):
    __tablename__ = "clients"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    phone: Mapped[str] = mapped_column(unique=True)


class Lead(Base):
    __tablename__ = "leads"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id"), index=True)
    message: Mapped[str]
    source: Mapped[str] = mapped_column(index=True)
    created_at: Mapped[datetime]


def import_leads(*, rows: int) -> Tally:
    content = file_of(rows)
    return timed(lambda: _take_in(content))


def _take_in(content: bytes) -> int:
    taken = 0
    with Session(engine) as session:
        for row in csv.DictReader(content.decode().splitlines()):
            _add(session, row)
            taken += 1
            if taken % AT_ONCE == 0:
                session.commit()
        session.commit()
    return taken


def _add(session: Session, row: dict[str, str]) -> None:
    email = validate_email(row["E-mail"], check_deliverability=False).normalized
    number = phonenumbers.parse(row["Phone"], "FR")
    phone = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    known = select(Client).where((Client.email == email) | (Client.phone == phone))
    client = session.scalars(known).first()
    if client is None:
        client = Client(id=uuid4(), name=row["Name"], email=email, phone=phone)
        session.add(client)
    session.add(
        Lead(
            client_id=client.id,
            message=row["Message"],
            source=row["Source"],
            created_at=datetime.fromisoformat(row["Created at"] + "T00:00:00+00:00"),
        )
    )


if __name__ == "__main__":
    Base.metadata.create_all(engine)
    answer_rounds({"import_leads": import_leads})
