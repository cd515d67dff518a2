"""A process that is killed, for real, after a receiver has heard something and before it is written down."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.forked import talking
from tests.running import Running
from tests.webhooks.receiver import NEVER, OK, Receiver
from tests.webhooks.test_delivering import renamed, reply

pytestmark = pytest.mark.postgres

SECONDS = "60"

LEASES_END = "UPDATE work.webhooks SET lease_until = clock_timestamp() - interval '1 second'"
"""As if so much time had passed: it is PostgreSQL's that counts."""


def test_what_was_sent_by_who_was_killed_is_sent_again_with_its_id_and_in_order(
    running: Running, http: TestClient, there: Receiver, endpoint: str
) -> None:
    one, other = reply(http, "one"), reply(http, "other")
    for title in ("Eins", "Un"):
        renamed(http, one, title)
    while running.system.runner.step():
        pass

    dsn = running.system.database.dsn
    there.answer = lambda call: NEVER if call.headers["webhook-sequence"] == "2" else OK
    with talking("tests.webhooks.doomed", dsn, str(there.port), SECONDS) as talk:
        there.wait(lambda: any(answer == NEVER for answer in there.answered))
        talk.process.kill()
        talk.process.wait()
    sent = [(call.subject, call.headers["webhook-sequence"]) for call in there.calls]
    assert sent == [(one, "1"), (other, "1"), (one, "2")]

    there.answer = lambda _: OK
    running.settle()
    assert len(there.calls) == 3, "nobody can know that it is dead before its lease ends"

    with running.system.database.as_worker() as connection:
        connection.execute(LEASES_END)
    running.settle()
    heard = [(call.subject, call.headers["webhook-sequence"]) for call in there.calls[3:]]
    assert heard == [(one, "2"), (one, "3")]
    assert there.calls[3].id == there.calls[2].id
    assert len({call.id for call in there.calls}) == 4


def test_who_answers_late_is_called_by_nobody_else_meanwhile(
    running: Running, http: TestClient, there: Receiver, endpoint: str
) -> None:
    """A lease begins anew with each attempt, and is longer than that can last."""
    for name in ("one", "two", "three"):
        reply(http, name)
    while running.system.runner.step():
        pass
    found: list[Any] = []

    def answer(_: object) -> bytes:
        found.append(running.system.sender.run_due())
        with running.system.database.as_worker() as connection:
            query = "SELECT lease_until > clock_timestamp() + %s * interval '1 second' FROM work.webhooks"
            found.append(
                connection.execute(query, (running.system.settings.webhook_seconds,)).fetchone()
            )
        return OK

    there.answer = answer
    running.settle()
    assert found == [0, (True,)] * 3
    assert len({call.id for call in there.calls}) == len(there.calls) == 3
