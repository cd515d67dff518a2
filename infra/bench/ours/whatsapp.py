"""Ours: what is said in conversations on WhatsApp goes out, in order in each, and is written down when it was taken.

What is timed is the carrying alone: what is said is recorded before, and found out that it is to be carried.
"""

import sys
import time
from datetime import UTC, datetime
from itertools import count
from typing import Final
from uuid import uuid4

import structlog
from msgspec.structs import replace

from adapters.clock import system_clock
from adapters.jobs.lanes import AT_ONCE
from application.conversations.hearing import name_of
from application.people.contact_details import identities_of, known_on
from application.ports import About
from application.processes.conversations import OF_CONVERSATIONS
from domain.business.configuration import Configure, typed_of
from domain.business.configuration.declared import WhatsappCloud
from domain.confidential import Secret, kept
from domain.conversations.channels import WHATSAPP
from domain.conversations.heard import HearMessage
from domain.conversations.messages import MessagePosted, PostMessage
from domain.conversations.participants import MemberId
from domain.messages import Command
from domain.values import Contact, TenantId, ThreadId
from infra.bench.cloud import PROGRAM
from infra.bench.http_server import free_port, serving
from infra.bench.ours.history import TENANT, numbered
from infra.bench.ours.salon import OWNER, open_salon
from infra.bench.ours.system import DSN
from infra.bench.receivers import ADDRESS
from infra.bench.rounds import Tally, answer_rounds, timed
from infra.composition import System, running_system
from infra.migrate import migrate
from infra.settings import read_settings

LANE: Final = "messages"
LEFT: Final = "SELECT FROM work.jobs WHERE lane = %s AND status IN ('todo', 'running') LIMIT 1"
LOST: Final = """
    SELECT status || ': ' || coalesce(outcome, last_error, '') FROM work.jobs
    WHERE lane = %s AND outcome IS DISTINCT FROM 'carried out' LIMIT 1
"""
PATIENCE: Final = 120.0

numbers = count(1)
threads: Final[list[ThreadId]] = []


def carry(composed: System, *, conversations: int, messages: int) -> Tally:
    """Have so many messages go out in each conversation."""
    threads.extend(heard(composed, number) for number in range(len(threads), conversations))
    for _ in range(messages):
        text = str(next(numbers))
        for thread_id in threads[:conversations]:
            order(composed, PostMessage(thread_id=thread_id, author=MemberId(OWNER), text=text))
    composed.runner.catch_up()
    return timed(lambda: carried(composed) and conversations * messages)


def carried(composed: System) -> bool:
    """Ring, and wait until nothing is left. Raises TimeoutError where something is, or was not taken."""
    until = time.monotonic() + PATIENCE
    composed.advanced.ring()
    with composed.database.as_worker() as connection:
        while connection.execute(LEFT, (LANE,)).fetchone() is not None:
            if time.monotonic() > until:
                raise TimeoutError
            time.sleep(0.01)
        lost = connection.execute(LOST, (LANE,)).fetchone()
    if lost is not None:
        raise RuntimeError(f"something was not taken: {lost[0]}")
    return True


def heard(composed: System, number: int) -> ThreadId:
    """Let somebody write; return the conversation."""
    id_, pepper = f"33700{number:06}", composed.settings.pepper.encode()
    tenant = TenantId(TENANT)
    contact = Contact(name=f"Client {number}", phone=f"+{id_}")
    command = HearMessage(
        heard_id=name_of(TENANT, WHATSAPP.name, f"wamid.{number}", pepper),
        channel=WHATSAPP.name,
        known=known_on(WHATSAPP.name, id_, tenant=tenant, pepper=pepper),
        contact=contact,
        identities=identities_of(contact, tenant=tenant, pepper=pepper),
        text="Bonjour",
        seed=f"wamid.{number}",
        number="1",
        at=datetime.now(UTC),
    )
    answer = composed.dispatch(command, about())
    posted = (p.event for p in answer.recorded if isinstance(p.event, MessagePosted))
    return next(posted).thread_id


def order(composed: System, command: Command) -> None:
    composed.dispatch(command, about())


def about() -> About:
    return About(tenant=TENANT, actor=OWNER, command_id=uuid4())


def configure(composed: System) -> None:
    """Have an account at Meta."""
    secret = Secret(value="a secret that is long enough")
    account = WhatsappCloud(
        phone_number_id="1", access_token=secret, app_secret=secret, verify_token=secret
    )
    typed = typed_of(account)
    secrets = tuple(replace(each, secret=kept(each.secret)) for each in typed.secrets)
    taken = replace(typed, secrets=secrets)
    id_ = numbered("configuration", 0)
    order(composed, Configure(id=id_, key="whatsapp.cloud", values=typed, verified=taken))


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    port = free_port()
    settings = read_settings(
        {
            "WHATSAPP_URL": f"http://{ADDRESS}:{port}",
            "OUTGOING_PORTS": str(port),
            "OUTGOING_PLAIN_HTTP": "true",
            "OUTGOING_NETWORKS": f"{ADDRESS}/32",
        }
    )
    migrate(DSN)
    with (
        running_system(
            settings, DSN, models=(), reactions=OF_CONVERSATIONS, clock=system_clock
        ) as composed,
        serving(port, [*PROGRAM, str(port)]),
    ):
        open_salon(composed)
        configure(composed)
        for thread in range(AT_ONCE[LANE]):
            composed.beside(f"{LANE} {thread}", lambda stop: composed.worker.run(stop, (LANE,)))

        def work(**asked: int) -> Tally:
            return carry(composed, **asked)

        answer_rounds({"carry": work})
