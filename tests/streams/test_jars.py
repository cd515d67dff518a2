"""Kafka is fetched once, whole or not at all, and whoever lacks what it takes is told."""

from pathlib import Path

import pytest

from infra.servers.children import ServerUnavailable
from infra.servers.kafka import NO_JAVA, can_run_kafka, running_kafka
from infra.servers.kafka.jars import NO_MAVEN, POM, jars, version

FETCHES = "#!/bin/sh\nmkdir lib && touch lib/kafka.jar && echo fetched >> {calls}\n"
FAILS = "#!/bin/sh\nmkdir lib && touch lib/half.jar\necho 'Could not resolve host'; exit 1\n"


class Machine:
    """A machine on which nothing is installed, and whose cache is empty."""

    def __init__(self, directory: Path) -> None:
        self.programs = directory / "programs"
        self.cache = directory / "cache"
        self.calls = directory / "calls"
        self.programs.mkdir()

    def install(self, name: str, script: str = "#!/bin/sh\n") -> None:
        program = self.programs / name
        program.write_text(script.format(calls=self.calls))
        program.chmod(0o755)

    def uninstall(self, name: str) -> None:
        (self.programs / name).unlink()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine(tmp_path)
    for name in ("mkdir", "touch"):
        (machine.programs / name).symlink_to(f"/bin/{name}")
    monkeypatch.setenv("PATH", str(machine.programs))
    monkeypatch.setenv("FRONTDESK_CACHE", str(machine.cache))
    return machine


def test_without_java_one_is_told_what_to_install(machine: Machine, tmp_path: Path) -> None:
    assert can_run_kafka() == NO_JAVA
    with pytest.raises(ServerUnavailable, match="install 17 or later"), running_kafka(tmp_path):
        pass


def test_without_maven_one_is_told_what_to_install(machine: Machine) -> None:
    machine.install("java")

    assert can_run_kafka() == NO_MAVEN
    with pytest.raises(ServerUnavailable, match="apt-get install maven"):
        jars()


def test_jars_are_fetched_once_and_then_need_no_maven(machine: Machine) -> None:
    machine.install("java")
    machine.install("mvn", FETCHES)
    first = jars()
    machine.uninstall("mvn")

    assert jars() == first == machine.cache / "kafka" / version() / "lib"
    assert [jar.name for jar in first.iterdir()] == ["kafka.jar"]
    assert machine.calls.read_text() == "fetched\n"
    assert can_run_kafka() is None


def test_other_jars_are_fetched_when_others_are_asked_for(machine: Machine) -> None:
    machine.install("mvn", FETCHES)
    asked = jars().parent / POM.name
    asked.write_text("another version of log4j")

    jars()

    assert asked.read_bytes() == POM.read_bytes()
    assert machine.calls.read_text() == "fetched\nfetched\n"


def test_a_download_that_was_cut_off_is_none(machine: Machine) -> None:
    machine.install("mvn", FAILS)
    with pytest.raises(ServerUnavailable, match="Could not resolve host"):
        jars()
    machine.install("mvn", FETCHES)

    assert [jar.name for jar in jars().iterdir()] == ["kafka.jar"]
