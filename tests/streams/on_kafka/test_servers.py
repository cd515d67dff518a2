"""Kafka and Redis come along, survive being killed, and leave nothing behind."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from redis import AuthenticationError, Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from infra.servers.children import ServerUnavailable
from infra.servers.kafka import BRIEFLY, Broker, running_kafka
from infra.servers.redis import RedisServer, running_redis
from tests.streams.needs import do_without

WORDS = [b"remember", b"me", b"in", b"this", b"order"]

AT_ONCE = Retry(NoBackoff(), retries=0)

OWNER = """
import sys, time
from pathlib import Path
from infra.servers.kafka import BRIEFLY, running_kafka

with running_kafka(Path(sys.argv[1]), options=BRIEFLY) as broker:
    print(broker.bootstrap, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def owner(kafka: Broker, tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", OWNER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


# --- Kafka -------------------------------------------------------------------------------


@pytest.mark.kafka
@pytest.mark.thorough
def test_what_was_published_outlives_a_kill_and_is_found_at_the_same_address(kafka: Broker) -> None:
    before = kafka.bootstrap
    publish(kafka.bootstrap, "survivors", WORDS)

    kafka.kill()
    kafka.restart()

    assert kafka.bootstrap == before
    assert published(kafka.bootstrap, "survivors") == WORDS


@pytest.mark.kafka
@pytest.mark.thorough
def test_a_killed_owner_takes_its_broker_along_and_the_next_one_finds_everything(
    owner: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    publish(first_line(owner), "inherited", WORDS)

    owner.kill()
    owner.wait()

    with running_kafka(tmp_path, options=BRIEFLY) as broker:
        assert processes_in(tmp_path) == {broker.pid}
        assert published(broker.bootstrap, "inherited") == WORDS
    assert processes_in(tmp_path) == set()


@pytest.mark.kafka
def test_a_port_in_use_is_said_plainly(kafka: Broker, tmp_path: Path) -> None:
    with (
        pytest.raises(ServerUnavailable, match=f"Port {kafka.port} is in use: stop what listens"),
        running_kafka(tmp_path, port=kafka.port),
    ):
        pass


@pytest.mark.kafka
def test_a_second_owner_is_told_who_the_first_is(kafka: Broker) -> None:
    with (
        pytest.raises(ServerUnavailable, match=f"in use by process {os.getpid()}"),
        running_kafka(kafka.data),
    ):
        pass


@pytest.mark.kafka
def test_other_people_s_files_are_left_alone(kafka: Broker, tmp_path: Path) -> None:
    (tmp_path / "diary").write_text("Dear diary")

    with pytest.raises(ServerUnavailable, match="no Kafka data"), running_kafka(tmp_path):
        pass

    assert [file.name for file in tmp_path.iterdir()] == ["diary"]


def test_a_machine_without_kafka_leaves_its_tests_out_but_not_on_ci() -> None:
    with pytest.raises(pytest.skip.Exception, match="Java"):
        do_without("Java is missing", {})
    with pytest.raises(pytest.fail.Exception, match="Java"):
        do_without("Java is missing", {"CI": "true"})


# --- Redis -------------------------------------------------------------------------------


def test_redis_answers_only_those_who_know_its_password(redis_server: RedisServer) -> None:
    for password in (None, "guess"):
        stranger = Redis(port=redis_server.port, password=password, retry=AT_ONCE)
        with stranger, pytest.raises(AuthenticationError):
            stranger.ping()

    with Redis.from_url(redis_server.url) as friend:
        assert friend.ping()


def test_nobody_reads_the_password_in_the_list_of_processes(redis_server: RedisServer) -> None:
    command = Path(f"/proc/{redis_server.pid}/cmdline").read_text()

    assert "valkey-server" in command
    assert redis_server.password not in command


def test_a_killed_redis_comes_back_at_the_same_address_and_empty(
    redis_server: RedisServer,
) -> None:
    with Redis.from_url(redis_server.url) as redis:
        redis.set("key", "value")
        before = redis_server.url

        redis_server.kill()
        redis_server.restart()

        assert redis_server.url == before
        assert redis.get("key") is None


def test_a_port_in_use_is_said_plainly_by_redis_too(redis_server: RedisServer) -> None:
    with (
        pytest.raises(ServerUnavailable, match=f"Port {redis_server.port} is in use"),
        running_redis(port=redis_server.port),
    ):
        pass


def test_a_stopped_redis_leaves_no_process_behind() -> None:
    with running_redis() as server:
        assert Path(f"/proc/{server.pid}").exists()

    assert not Path(f"/proc/{server.pid}").exists()


# --- In other words ----------------------------------------------------------------------


def publish(bootstrap: str, topic: str, values: list[bytes]) -> None:
    """Make the topic and put `values` there, each acknowledged."""
    with KafkaAdminClient(bootstrap_servers=bootstrap) as admin:
        wanted = {"num_partitions": 1, "replication_factor": 1, "configs": {}}
        admin.create_topics({topic: wanted}, wait_for_metadata=True)
    with KafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        for sent in [producer.send(topic, value) for value in values]:
            sent.get(timeout=30)


def published(bootstrap: str, topic: str) -> list[bytes]:
    """Return all that is there, from the beginning to what is the end now."""
    partition = TopicPartition(topic, 0)
    with KafkaConsumer(bootstrap_servers=bootstrap) as consumer:
        consumer.assign([partition])
        consumer.seek_to_beginning(partition)
        end = consumer.end_offsets([partition])[partition]
        values: list[bytes] = []
        while consumer.position(partition) < end:
            values += [record.value for record in consumer.poll(1000).get(partition, [])]
        return values


def first_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def processes_in(data: Path) -> set[int]:
    return {int(pid.name) for pid in Path("/proc").glob("[0-9]*") if working_directory(pid) == data}


def working_directory(process: Path) -> Path | None:
    try:
        return (process / "cwd").readlink()
    except OSError:
        return None
