"""What starts the system on containers is what it claims to be."""

import subprocess
import sys
from pathlib import Path

import pytest

from infra.settings import Settings

COMPOSE = Path("docker-compose.yml").read_text(encoding="utf-8")
EXAMPLE = Path(".env.example").read_text(encoding="utf-8")


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


def test_nothing_starts_with_a_secret_that_everybody_knows() -> None:
    for secret in ("SECRET_KEYS", "MASTER_KEYS", "PEPPER", "POSTGRES_PASSWORD"):
        assert f"${{{secret}:?" in COMPOSE
