"""A process that is killed, for real, after a receiver has heard something and before it is written down."""

import pytest
from fastapi.testclient import TestClient

from adapters.webhooks.deliveries import TO_NOTE
from tests.forked import talking
from tests.running import Running
from tests.webhooks.receiver import NEVER, OK, Receiver
from tests.webhooks.senders import sender_with
from tests.webhooks.test_delivering import renamed, template

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]

SECONDS = "60"


class Counting:
    """A clock by which others are silent: it goes as it is told."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_what_was_sent_by_who_was_killed_is_sent_again_with_its_id_and_in_order(
    running: Running, http: TestClient, there: Receiver, endpoint: str
) -> None:
    one, other = template(http, "one"), template(http, "other")
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
    clock = Counting()
    survivor = sender_with(running, seconds=clock)
    while clock.seconds < running.system.settings.webhook_seconds + TO_NOTE.total_seconds():
        assert survivor.run_due() == 0, "nobody can know yet that it is dead"
        clock.seconds += 2
    while survivor.run_due():
        pass
    heard = [(call.subject, call.headers["webhook-sequence"]) for call in there.calls[3:]]
    assert heard == [(one, "2"), (one, "3")]
    assert there.calls[3].id == there.calls[2].id
    assert len({call.id for call in there.calls}) == 4


def test_who_answers_late_is_called_by_nobody_else_meanwhile(
    running: Running, http: TestClient, there: Receiver, endpoint: str
) -> None:
    """There is a sign of life before each attempt, and none can last until the next is missed."""
    for name in ("one", "two", "three"):
        template(http, name)
    while running.system.runner.step():
        pass
    found, signs = [], []

    def answer(_: object) -> bytes:
        found.append(running.system.sender.run_due())
        with running.system.database.as_worker() as connection:
            signs.append(connection.execute("SELECT alive_at FROM work.webhooks").fetchone())
        return OK

    there.answer = answer
    running.settle()
    assert found == [0, 0, 0]
    assert len({*signs}) == 3
    assert len({call.id for call in there.calls}) == len(there.calls) == 3
