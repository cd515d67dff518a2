"""What starts the system on containers is what it claims to be."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.servers.postgres import SETTINGS
from infra.settings import Mode, Settings

COMPOSE = Path("docker-compose.yml").read_text(encoding="utf-8")
EXAMPLE = Path(".env.example").read_text(encoding="utf-8")
GATE = Path("infra/docker/gate.conf").read_text(encoding="utf-8")
SERVICES: dict[str, Any] = yaml.safe_load(COMPOSE)["services"]
OURS = {name for name, service in SERVICES.items() if service["image"].startswith("frontdesk:")}
ONCE = {name for name, service in SERVICES.items() if service["restart"] == "no"}
SECRETS = ["SECRET_KEYS", "MASTER_KEYS", "PEPPER", "POSTGRES_PASSWORD", "REDIS_PASSWORD"]


def test_the_compose_file_is_one() -> None:
    command = ["-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]

    checked = subprocess.run(
        [sys.executable, *command, "docker-compose.yml"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_explained(field: str) -> None:
    name = Settings.model_fields[field].alias

    assert f"\n{name}=" in EXAMPLE


@pytest.mark.parametrize("secret", SECRETS)
def test_nothing_starts_with_a_secret_that_everybody_knows(secret: str) -> None:
    uses = re.findall(rf"\$\{{{secret}\b[^}}]*\}}", COMPOSE)

    assert uses
    assert all(use.startswith(f"${{{secret}:?") for use in uses)


def test_there_are_all_processes_and_two_of_those_that_may_die() -> None:
    twice = {name for name in OURS if SERVICES[name].get("deploy") == {"replicas": 2}}

    assert twice == {"api", "relay", "worker"}
    assert set(SERVICES) == {*twice, "gate", "kafka", "migrate", "postgres", "redis"}


def test_postgres_lets_in_as_many_as_all_processes_may_be() -> None:
    each = Settings(mode=Mode.TEST)
    pooled = each.database_connections + each.database_work_connections
    processes = 2 * len(OURS - ONCE)

    [most] = re.findall(r"max_connections=(\d+)", " ".join(SERVICES["postgres"]["command"]))

    assert int(most) >= processes * 2 * pooled
    assert int(SETTINGS["max_connections"]) >= int(most)


def test_the_gate_is_believed_where_requests_come_from_and_nobody_else() -> None:
    at = SERVICES["gate"]["networks"]["default"]["ipv4_address"]

    assert SERVICES["api"]["environment"]["TRUSTED_PROXIES"] == f"${{TRUSTED_PROXIES:-{at}}}"
    assert "X-Forwarded-For $proxy_add_x_forwarded_for" in GATE


@pytest.mark.parametrize("name", SERVICES)
def test_each_is_started_again_unless_it_has_done_its_work(name: str) -> None:
    assert SERVICES[name]["restart"] == ("no" if name in ONCE else "unless-stopped")
    assert {"migrate"} == ONCE


@pytest.mark.parametrize("name", sorted(set(SERVICES) - ONCE))
def test_each_is_asked_how_it_is(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


@pytest.mark.parametrize("name", SERVICES)
def test_nobody_is_root(name: str) -> None:
    assert SERVICES[name]["user"] not in {"", "0", "root"}
    assert "no-new-privileges:true" in SERVICES[name]["security_opt"]


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned(name: str) -> None:
    _, _, tag = SERVICES[name]["image"].partition(":")

    assert re.fullmatch(r"(\$\{FRONTDESK_VERSION:-)?\d+\.\d+(\.\d+)?\}?", tag)


@pytest.mark.parametrize("name", sorted(OURS))
def test_ours_write_nowhere_and_take_their_settings_from_outside(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["env_file"] == [".env"]


@pytest.mark.parametrize("name", ["postgres", "kafka"])
def test_what_must_last_is_on_a_volume(name: str) -> None:
    volume = SERVICES[name]["volumes"][0].partition(":")[0]

    assert volume in yaml.safe_load(COMPOSE)["volumes"]
