"""After an erasure no topic holds what the person told us, but the one on which others tell us
facts: every record of every topic is searched, its key, its value and its headers.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

import pytest
from kafka import KafkaProducer

from adapters.consumers import checkpoints
from adapters.event_store.reader import head
from adapters.streams import RELAY
from adapters.streams.feed import Feed
from adapters.streams.records import row_of
from adapters.streams.topics import ALL, FACTS, REFUSED, topic_of
from adapters.wakeups.bell import Bell
from application.operations.facts import FACTS as TYPES
from domain.values import TenantId
from infra.processes.streaming import relay_of
from infra.servers.kafka import Broker
from infra.settings import Mode, Settings
from tests.people.clients.dump import found, holding
from tests.people.clients.histories import AGGREGATES, say_everything
from tests.planted import Planted
from tests.running import Running
from tests.streams.on_kafka.test_facts import taking
from tests.streams.telling import CRM, Sent, counted, sent
from tests.streams.topics import emptied, everything_on
from tests.waiting import until

pytestmark = [pytest.mark.kafka, pytest.mark.postgres, pytest.mark.thorough]

WORD: Final = f"planted{uuid4().hex}"
"""Whatever the person told us has it in it, and nothing else on this broker."""

TENANT: Final = TenantId(str(uuid4()))


@pytest.fixture
def settings(kafka: Broker) -> Settings:
    return Settings(mode=Mode.TEST, kafka_bootstrap=kafka.bootstrap, kafka_facts={CRM: TENANT})


@pytest.fixture
def desk(kafka: Broker, running: Running) -> Running:
    emptied(kafka.bootstrap, FACTS, REFUSED)
    return replace(running, tenant=TENANT)


def test_no_topic_but_that_of_incoming_facts_holds_what_a_person_told_us(
    kafka: Broker, desk: Running, dsn: str
) -> None:
    planted = Planted(WORD)
    say_everything(desk, planted)
    of_ours = list(planted.secrets)
    relayed(desk)
    before = everything_on(kafka.bootstrap)
    assert holding({"ours": read_by_us(desk, before)}, of_ours) == {"ours": of_ours}

    facts = [well_told(), *misplaced(planted)]
    words = [WORD, *planted.secrets]
    with taking(desk):
        tell(kafka, facts)
        until(lambda: sum(counted(desk).values()) == len(facts), why=lambda: counted(desk))
    kept, tables = erased(desk), found(dsn, words)
    relayed(desk)
    relayed(desk, anew=True)
    after = everything_on(kafka.bootstrap)

    assert tables == {}
    assert holding({"ours": read_by_us(desk, after)}, words) == {}
    assert {each.topic for each in after} >= {*map(topic_of, AGGREGATES), FACTS, REFUSED}
    assert (set(holding(spoken(before), words)), set(holding(spoken(after), words))) == (
        set(),
        {FACTS},
    )
    assert [each["what"] for each in kept if FACTS in each["what"]]
    assert counted(desk).keys() > {"taken", "fact-not-understood", "source-not-known"}


# --- What others tell us ------------------------------------------------------------------


def well_told() -> Sent:
    """A fact that is taken; its sender names it by an address, and adds one that nobody wants."""
    address = f"{WORD}@example.org"
    zoe = {"name": WORD, "email": address, "custom_id": WORD, "strategy_id": WORD}
    told = sent("client-known.v1", zoe, named=address, changed={"ce_subject": address.encode()})
    return told._replace(key=address.encode())


def misplaced(planted: Planted) -> list[Sent]:
    """Facts each of which says something of the person in another place."""

    def secret() -> str:
        return str(planted.value(str, personal=True))

    zoe = {"name": secret(), "custom_id": secret()}
    told = [
        *(sent(name, planted.value(kind, personal=True)) for name, kind in TYPES.items()),
        *(sent("client-known.v1", zoe, named=name) for name in (secret(), f"{WORD}@x.example")),
        *(sent("client-known.v1", zoe, source=name) for name in (secret(), f"{WORD}@x.example")),
        *(sent(name, zoe) for name in (secret(), f"{WORD}@x.example")),
        sent("client-known.v1", {**zoe, secret(): True}),
        sent("client-known.v1", {**zoe, "status": secret()}),
        sent("client-known.v1", secret().encode()),
        sent("client-known.v1", zoe, changed={"content-type": secret().encode()}),
    ]
    return [each._replace(key=secret().encode()) for each in told]


def tell(kafka: Broker, facts: Iterable[Sent]) -> None:
    with KafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all") as producer:
        for fact in facts:
            told = producer.send(FACTS, fact.value, key=fact.key, headers=fact.headers)
            told.get(timeout=30)


# --- In other words -----------------------------------------------------------------------


def erased(desk: Running) -> Any:
    """Erase all clients; return what is said to stay."""
    desk.settle()
    http = desk.http()
    clients = http.get("/v1/clients").json()["data"]
    for client in clients:
        where = f"/v1/clients/{client['id']}/personal-data"
        assert http.delete(where).status_code == 204
    return http.get(where).json()["kept"]


def relayed(desk: Running, *, anew: bool = False) -> None:
    """Have the whole log published; anew, as for a broker that has forgotten everything."""
    if anew:
        with desk.system.database.as_worker() as connection:
            connection.execute(
                "UPDATE work.checkpoints SET position = 0 WHERE consumer = %s", [RELAY]
            )
    with relaying(desk):
        until(lambda: is_relayed(desk))


@contextmanager
def relaying(desk: Running) -> Iterator[None]:
    relay, stop = relay_of(desk.system), threading.Event()
    thread = threading.Thread(target=relay.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        desk.system.appended.ring()
        thread.join()


def is_relayed(desk: Running) -> bool:
    with desk.system.database.as_worker() as connection:
        return checkpoints.read(connection, [RELAY]) == {RELAY: head(connection)}


def spoken(records: Iterable[Any]) -> dict[str, bytes]:
    """Return all that stands on each topic: keys, values and headers."""
    texts: dict[str, list[bytes]] = {}
    for each in records:
        headers = [part for name, value in each.headers for part in (name.encode(), value or b"")]
        texts.setdefault(each.topic, []).extend([each.key or b"", each.value or b"", *headers])
    return {topic: b"\n".join(parts) for topic, parts in texts.items()}


def read_by_us(desk: Running, records: Iterable[Any]) -> bytes:
    """Return what a worker of ours reads in what is published of this business, with the keys that
    there are.
    """
    reader = desk.system.reader
    published = [row_of(each.value, each.headers) for each in records if each.topic in ALL]
    rows = {row[0]: row for row in published if row[1] == desk.tenant}
    feed = Feed(reader, appended=Bell())
    feed.put(rows.values())
    with desk.system.database.as_worker() as connection:
        events = feed.log(connection, 0, limit=len(rows))
    assert (len(events), feed.healed) == (len(rows), 0)
    return str(events).encode()
