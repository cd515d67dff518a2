"""What operators are told is true: the commands, the metrics, the settings and the links exist."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import yaml
from typer.main import get_command

from adapters.event_store.unread import Notes
from adapters.jobs.desk import DEPTHS
from adapters.running.vitals import PostgresVitals
from infra.cli import app
from infra.settings import Settings
from tests.infra.test_compose import SECRETS

RUNBOOKS = sorted(Path("infra/runbooks").glob("*.md"))
SECTIONS = ["What one sees", "What to do", "How one knows it is over"]
RULES: list[Any] = yaml.safe_load(Path("infra/monitoring/alerts.yml").read_text(encoding="utf-8"))[
    "groups"
][0]["rules"]
DASHBOARD = json.loads(Path("infra/monitoring/dashboard.json").read_text(encoding="utf-8"))
QUERIES = [rule["expr"] for rule in RULES] + [
    target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]
]
SAMPLES = {"counter": ["_total"], "gauge": [""], "histogram": ["_bucket", "_sum", "_count"]}

EACH = pytest.mark.parametrize("runbook", RUNBOOKS, ids=lambda file: file.stem)


def code(text: str) -> Iterator[str]:
    """Return every line that stands in a text as code."""
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        yield from (line.strip() for line in block.splitlines())
    for inline in re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        yield " ".join(inline.split())


def known(words: list[str]) -> bool:
    """Whether a command of ours understands these words, up to their values."""
    command: Any = get_command(app)
    while commands := getattr(command, "commands", None):
        if not words or words[0] not in commands:
            return False
        command, words = commands[words[0]], words[1:]
    options = {option for parameter in command.params for option in parameter.opts}
    return all(word in options for word in words if word.startswith("--"))


def metrics() -> set[str]:
    vitals = PostgresVitals(Mock(), Mock(), Mock(), Mock(), Notes(), Mock())
    return {
        metric.name + suffix
        for metric in vitals._registry.collect()
        for suffix in SAMPLES[metric.type]
    }


@EACH
def test_a_runbook_says_what_one_sees_what_to_do_and_when_it_is_over(runbook: Path) -> None:
    assert re.findall(r"^## (.+)$", runbook.read_text(encoding="utf-8"), re.MULTILINE) == SECTIONS


@EACH
def test_every_command_of_ours_in_a_runbook_exists(runbook: Path) -> None:
    lines = [
        line for line in code(runbook.read_text(encoding="utf-8")) if line.startswith("frontdesk ")
    ]

    assert lines
    assert [line for line in lines if not known(line.split()[1:])] == []


def test_a_command_that_does_not_exist_would_be_noticed() -> None:
    assert known(["rebuild", "NAME", "--diff"])
    assert not known(["rebuild", "NAME", "--faster"])
    assert not known(["parked", "forget"])
    assert not known(["parked"])


@EACH
def test_every_setting_in_a_runbook_exists(runbook: Path) -> None:
    text = runbook.read_text(encoding="utf-8")
    named = set(re.findall(r"`([A-Z]+_[A-Z_]+)`", text))
    there = {field.alias for field in Settings.model_fields.values()} | {*SECRETS}

    assert named <= there


@EACH
def test_every_link_and_file_in_a_runbook_leads_somewhere(runbook: Path) -> None:
    text = runbook.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)]+)\)", text)
    files = re.findall(r"infra/[\w./-]*\w", text)

    assert all((runbook.parent / link).exists() for link in links)
    assert all(Path(file).exists() for file in files)


@EACH
def test_every_alert_in_a_runbook_exists(runbook: Path) -> None:
    alerts = {rule["alert"] for rule in RULES}

    assert set(re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)+)`", runbook.read_text())) <= alerts


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_alert_names_a_runbook_that_speaks_of_it(rule: Any) -> None:
    runbook = Path(rule["annotations"]["runbook"])

    assert runbook in RUNBOOKS
    assert rule["alert"] in runbook.read_text(encoding="utf-8")
    assert {"expr", "for", "labels"} <= set(rule)
    assert rule["annotations"]["summary"]


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_asks_for_what_is_measured(query: str) -> None:
    asked = set(re.findall(r"\bfrontdesk_\w+", query))
    states = re.findall(r'state="(\w+)"', query)

    assert asked
    assert asked <= metrics()
    assert all(f" AS {state}" in DEPTHS for state in states)


def test_every_panel_of_the_dashboard_has_its_own_place() -> None:
    places = [tuple(panel["gridPos"].values()) for panel in DASHBOARD["panels"]]

    assert len(set(places)) == len(places)
