"""What is given to Kubernetes runs as nobody, writes nowhere, says how it is, and may lose a node."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.settings import Settings

FOLDER = Path("infra/k8s")
KUSTOMIZATION = yaml.safe_load((FOLDER / "kustomization.yaml").read_text(encoding="utf-8"))
VERSIONS = {
    "ConfigMap": "v1",
    "Deployment": "apps/v1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
    "Job": "batch/v1",
    "NetworkPolicy": "networking.k8s.io/v1",
    "PodDisruptionBudget": "policy/v1",
    "Service": "v1",
}
PROCESSES = ["api", "relay", "worker"]
SECRETS = {"SECRET_KEYS", "MASTER_KEYS", "PEPPER", "DATABASE_URL", "SMTP_URL"}
COMPONENT = "app.kubernetes.io/component"


def manifests() -> Iterator[Any]:
    for file in KUSTOMIZATION["resources"]:
        yield from yaml.safe_load_all((FOLDER / file).read_text(encoding="utf-8"))


THINGS = list(manifests())
NAMES = [f"{thing['kind']}/{thing['metadata']['name']}" for thing in THINGS]


def named(name: str) -> Any:
    return THINGS[NAMES.index(name)]


def pods() -> list[Any]:
    return [thing["spec"]["template"] for thing in THINGS if "template" in thing.get("spec", {})]


def container(pod: Any) -> Any:
    (only,) = pod["spec"]["containers"]
    return only


EACH_POD = pytest.mark.parametrize(
    "pod", pods(), ids=lambda pod: pod["metadata"]["labels"][COMPONENT]
)
EACH_PROCESS = pytest.mark.parametrize("process", PROCESSES)


def test_everything_that_lies_there_is_applied() -> None:
    there = {file.name for file in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}

    assert set(KUSTOMIZATION["resources"]) == there
    assert {thing["kind"] for thing in THINGS} == set(VERSIONS)
    assert all(VERSIONS[thing["kind"]] == thing["apiVersion"] for thing in THINGS)
    assert len(set(NAMES)) == len(NAMES)


@EACH_POD
def test_nobody_is_root_or_writes_where_the_image_is(pod: Any) -> None:
    runs = pod["spec"]["securityContext"]
    may = container(pod)["securityContext"]

    assert (runs["runAsNonRoot"], runs["runAsUser"]) == (True, 10001)
    assert runs["seccompProfile"] == {"type": "RuntimeDefault"}
    assert may["readOnlyRootFilesystem"] is True
    assert may["allowPrivilegeEscalation"] is False
    assert may["capabilities"] == {"drop": ["ALL"]}
    assert pod["spec"]["automountServiceAccountToken"] is False


@EACH_POD
def test_settings_and_secrets_are_referred_to_and_memory_is_bounded(pod: Any) -> None:
    refers = [*container(pod)["envFrom"]]

    assert refers == [{"configMapRef": {"name": "frontdesk"}}, {"secretRef": {"name": "frontdesk"}}]
    assert {"cpu", "memory"} <= set(container(pod)["resources"]["requests"])
    assert "memory" in container(pod)["resources"]["limits"]


@EACH_POD
def test_what_it_starts_is_a_command(pod: Any, commands: set[str]) -> None:
    program, command, *_ = container(pod)["args"]

    assert (program, command in commands) == ("frontdesk", True)


def test_no_secret_is_written_down_and_every_setting_is_one() -> None:
    settings = {field.alias for field in Settings.model_fields.values()}
    said = set(named("ConfigMap/frontdesk")["data"])

    assert said <= settings
    assert not said & SECRETS
    assert not any(thing["kind"] == "Secret" for thing in THINGS)


@EACH_PROCESS
def test_each_process_says_how_it_is(process: str) -> None:
    only = container(named(f"Deployment/frontdesk-{process}")["spec"]["template"])

    assert only["readinessProbe"]["httpGet"] == {"path": "/v1/health", "port": "http"}
    assert {"startupProbe", "livenessProbe"} <= only.keys()
    assert only["ports"] == [{"name": "http", "containerPort": 8000}]
    assert process == "api" or only["args"][2:] == ["--health-port", "8000"]


def test_that_the_database_is_away_ends_no_api_process() -> None:
    only = container(named("Deployment/frontdesk-api")["spec"]["template"])

    for probe in ("startupProbe", "livenessProbe"):
        assert only[probe]["tcpSocket"] == {"port": "http"}


@EACH_PROCESS
def test_there_are_two_and_one_may_be_missing(process: str) -> None:
    deployment = named(f"Deployment/frontdesk-{process}")["spec"]
    budget = named(f"PodDisruptionBudget/frontdesk-{process}")["spec"]
    least = (
        named("HorizontalPodAutoscaler/frontdesk-api")["spec"]["minReplicas"]
        if process == "api"
        else deployment["replicas"]
    )

    assert (least, budget["maxUnavailable"]) == (2, 1)
    assert budget["selector"] == deployment["selector"]
    assert deployment["selector"]["matchLabels"] == deployment["template"]["metadata"]["labels"]


def test_the_autoscaler_and_the_service_are_the_api_s() -> None:
    scaled = named("HorizontalPodAutoscaler/frontdesk-api")["spec"]["scaleTargetRef"]
    api = named("Deployment/frontdesk-api")

    assert f"{scaled['kind']}/{scaled['name']}" == "Deployment/frontdesk-api"
    assert "replicas" not in api["spec"]
    assert (
        named("Service/frontdesk-api")["spec"]["selector"]
        == api["spec"]["template"]["metadata"]["labels"]
    )


def test_only_the_api_is_reached_from_outside() -> None:
    everybody = named("NetworkPolicy/frontdesk")["spec"]
    api = named("NetworkPolicy/frontdesk-api")["spec"]

    assert set(everybody["policyTypes"]) == {"Ingress", "Egress"}
    assert "ingress" not in everybody
    assert api["podSelector"]["matchLabels"][COMPONENT] == "api"
    assert api["ingress"][0]["ports"] == [{"protocol": "TCP", "port": 8000}]


@pytest.fixture
def commands() -> set[str]:
    """Every command of ours."""
    from typer.main import get_command

    from infra.cli import app

    return set(get_command(app).commands)  # type: ignore[attr-defined]
