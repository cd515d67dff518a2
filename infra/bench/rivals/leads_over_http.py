#!/usr/bin/env python3
"""Makes requests to the rival's form and list of leads, beside as many as there were before:
`leads_over_http.py LEADS DSN`.
"""

import sys
from itertools import count
from pathlib import Path

from psycopg import connect

from infra.bench.http_load import load, request
from infra.bench.http_server import free_port, serving
from infra.bench.people import SOURCES, asked_for, stranger
from infra.bench.rounds import Tally, answer_rounds
from infra.bench.tokens import TENANT, token

LEADS, DSN = int(sys.argv[-2]), sys.argv[-1]
TABLES = (Path(__file__).parent / "leads.sql").read_bytes()
PLANTED = """
    INSERT INTO clients
    SELECT md5('client ' || n)::uuid, %(tenant)s, 'Zoe Martin', n || '@before.example'
    FROM generate_series(1, %(leads)s) AS n;

    INSERT INTO leads
    SELECT md5('lead ' || n)::uuid, %(tenant)s, md5('client ' || n)::uuid,
        CASE n %% 5 WHEN 0 THEN 'converted' WHEN 1 THEN 'disqualified' ELSE 'new' END,
        n %% 101, 'source-' || n %% %(sources)s, 'Hello! Do you do weddings in May?'
    FROM generate_series(1, %(leads)s) AS n;

    INSERT INTO submissions
    SELECT md5('submission ' || n)::uuid, %(tenant)s, md5('lead ' || n)::uuid,
        '{"name": "Zoe Martin", "message": "Hello! Do you do weddings in May?"}'
    FROM generate_series(1, %(leads)s) AS n;

    INSERT INTO tasks
    SELECT md5('task ' || n)::uuid, %(tenant)s, md5('lead ' || n)::uuid, 'low', now()
    FROM generate_series(1, %(leads)s) AS n;
"""
HEADERS = {"Authorization": f"Bearer {token()}"}

port = free_port()
numbers = count()


def submit(*, connections: int, seconds: float) -> Tally:
    return load(port, next_submission, connections=connections, seconds=seconds, status=201)


def list_50(*, connections: int, seconds: float) -> Tally:
    return load(port, next_list, connections=connections, seconds=seconds)


def next_submission() -> bytes:
    filled_in = {"answers": stranger(next(numbers)), "decoy": ""}
    return request("POST", "/lead-forms/submit", {}, filled_in)


def next_list() -> bytes:
    return request("GET", f"/leads?{asked_for(next(numbers))}", HEADERS)


if __name__ == "__main__":
    with connect(DSN, autocommit=True) as connection:
        connection.execute(TABLES)
        named = {"tenant": str(TENANT), "leads": LEADS, "sources": SOURCES}
        with connect(DSN) as one:
            for statement in PLANTED.split(";")[:-1]:
                one.execute(statement, named)
        connection.execute("VACUUM ANALYZE")
    with serving(port, ["-m", "infra.bench.rivals.crud_leads", str(port), DSN]) as process:
        answer_rounds({"submit": submit, "list": list_50}, [process])
