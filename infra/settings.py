"""All configuration, as one frozen value. Nobody else reads the environment."""

import base64
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from infra.settings_read import (
    Authorities,
    Endpoint,
    Inbound,
    Keys,
    Listed,
    Networks,
    Ports,
    Postgres,
    Redis,
    Region,
    Scanner,
    Smtp,
    Sources,
)

DEMO_SECRET: Final = "demo-secret-demo-secret-demo-secret-demo"  # noqa: S105 - public on purpose
DEMO_MASTER_KEY: Final = base64.b64encode(b"demo master key, 32 bytes long!!").decode()
MASTER_KEY_BYTES: Final = 32
LEAST_SECRET: Final = 32
MOST_FACTOR: Final = 1_000_000


class SettingsError(Exception):
    """The configuration is incomplete or wrong; the message lists what to set."""


class Mode(StrEnum):
    """What the system is for: `demo` has public secrets, `test` a clock that can be set."""

    DEMO = "demo"
    TEST = "test"
    PRODUCTION = "production"


class Settings(BaseModel):
    """Every setting, with its default; `.env.example` explains each."""

    model_config = ConfigDict(
        alias_generator=str.upper, frozen=True, extra="ignore", populate_by_name=True
    )

    mode: Mode = Field(default=Mode.DEMO, alias="FRONTDESK_MODE")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: str | None = None
    data_dir: Path = Path(".frontdesk")
    database_url: Postgres | None = None
    worker_database_url: Postgres | None = None
    database_connections: int = Field(default=16, ge=1, le=200)
    database_work_connections: int = Field(default=8, ge=1, le=200)
    database_wait_ms: int = Field(default=1500, ge=1)
    database_line_ms: int = Field(default=3000, ge=1)
    database_statement_ms: int = Field(default=2500, ge=1)
    database_lock_ms: int = Field(default=1500, ge=1)
    database_idle_ms: int = Field(default=5000, ge=1)
    database_work_seconds: int = Field(default=15, ge=1)
    database_long_seconds: int = Field(default=3600, ge=1)
    database_connect_seconds: int = Field(default=2, ge=2)
    database_keepalive_seconds: int = Field(default=5, ge=1)
    database_tcp_ms: int = Field(default=5000, ge=1)
    secret_keys: Listed = (DEMO_SECRET,)
    master_keys: Keys = (base64.b64decode(DEMO_MASTER_KEY),)
    pepper: str = DEMO_SECRET
    access_token_minutes: int = Field(default=15, ge=1, le=1440)
    refresh_token_days: int = Field(default=7, ge=1, le=90)
    default_region: Region = "FR"
    smtp_url: Smtp | None = None
    kafka_bootstrap: str | None = None
    kafka_replication: int = Field(default=1, ge=1, le=10)
    kafka_session_seconds: int = Field(default=10, ge=1, le=300)
    kafka_facts: Sources = {}
    kafka_facts_retention_hours: int = Field(default=168, ge=1, le=8_760)
    redis_url: Redis | None = None
    redis_timeout_ms: int = Field(default=50, ge=1)
    mail_from: str = "frontdesk <desk@frontdesk.example>"
    files_dir: Path | None = None
    files_s3_bucket: str | None = None
    files_s3_region: str = "us-east-1"
    files_s3_endpoint: Endpoint | None = None
    files_s3_key_id: str | None = None
    files_s3_secret: str | None = None
    files_most_bytes: int = Field(default=5_000_000_000, ge=1)
    files_scanner: Scanner | None = None
    outgoing_ports: Ports = (443,)
    outgoing_plain_http: bool = False
    outgoing_networks: Networks = ()
    outgoing_never: Networks = ()
    outgoing_ca_file: Authorities | None = None
    outgoing_connect_seconds: float = Field(default=5, gt=0, le=60)
    outgoing_seconds: float = Field(default=15, gt=0, le=60)
    outgoing_most_bytes: int = Field(default=1_000_000, ge=1_000)
    webhook_seconds: float = Field(default=30, gt=0, le=60)
    inbound_secrets: Inbound = {}
    callbacks_per_minute: int = Field(default=60_000, ge=1)
    feed_days: int = Field(default=30, ge=30, le=3_650)
    stripe_url: Endpoint = "https://api.stripe.com"
    resend_url: Endpoint = "https://api.resend.com"
    whatsapp_url: Endpoint = "https://graph.facebook.com"
    labsmobile_url: Endpoint = "https://api.labsmobile.com"
    requests_per_minute: int = Field(default=6000, ge=1)
    strangers_per_minute: int = Field(default=600, ge=1)
    registrations_per_hour: int = Field(default=5, ge=1)
    accounts_per_hour: int = Field(default=20, ge=1)
    submissions_per_hour: int = Field(default=60, ge=1)
    failed_logins_from_address: int = Field(default=30, ge=1)
    failed_logins_of_account: int = Field(default=10, ge=1)
    operations_of_business: int = Field(default=10, ge=1, le=1_000)
    limit_factor: float = Field(default=1, gt=0, le=MOST_FACTOR)
    trusted_proxies: Networks = ()
    most_connections: int = Field(default=1_000, ge=1)
    most_connections_of_address: int = Field(default=200, ge=1)
    most_body_bytes: int = Field(default=1_000_000, ge=1_000)
    log_level: str = Field(default="INFO", pattern="(?i)^(debug|info|warning|error|critical)$")

    @model_validator(mode="after")
    def _keys_are_keys(self) -> "Settings":
        if not self.master_keys or any(len(k) != MASTER_KEY_BYTES for k in self.master_keys):
            message = "MASTER_KEYS: each must be 32 bytes, in base64"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _secrets_are_long(self) -> "Settings":
        if any(len(secret) < LEAST_SECRET for secret in self.secret_keys):
            message = f"SECRET_KEYS: each needs {LEAST_SECRET} characters or more"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _locks_end_before_statements(self) -> "Settings":
        if self.database_lock_ms >= self.database_statement_ms:
            message = "DATABASE_LOCK_MS: must be less than DATABASE_STATEMENT_MS"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _workers_have_the_same_database(self) -> "Settings":
        if self.worker_database_url and not self.database_url:
            message = "DATABASE_URL: set it too, where WORKER_DATABASE_URL is set"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _keys_of_the_bucket_are_two(self) -> "Settings":
        if (self.files_s3_key_id is None) != (self.files_s3_secret is None):
            message = "FILES_S3_KEY_ID: set it together with FILES_S3_SECRET, or neither"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _secrets_are_secret(self) -> "Settings":
        """Outside the demo nothing may be what anybody can read in our source."""
        if self.mode is not Mode.PRODUCTION:
            return self
        problems = [
            problem
            for problem, present in (
                ("DATABASE_URL: set the address of your PostgreSQL", not self.database_url),
                (f"SECRET_KEYS: set one of {LEAST_SECRET} characters or more", self._weak_secret()),
                ("PEPPER: set one of 32 characters or more", len(_own(self.pepper)) < LEAST_SECRET),
                ("MASTER_KEYS: set 32 random bytes, in base64", self._demo_master_key()),
                ("PUBLIC_URL: set the address under which people reach it", not self.public_url),
                (
                    "FILES_DIR: set a folder that all processes see, or FILES_S3_BUCKET",
                    not (self.files_dir or self.files_s3_bucket),
                ),
                ("OUTGOING_PLAIN_HTTP: is for development", self.outgoing_plain_http),
            )
            if present
        ]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    @property
    def address(self) -> str:
        """The address under which people reach it: their own machine, where none is set."""
        return self.public_url or f"http://{self.host}:{self.port}"

    def times(self, quota: int) -> int:
        """Return a limit as it is enforced here: multiplied, but never nothing."""
        return max(1, int(quota * self.limit_factor))

    def need_kafka(self) -> str:
        """Return the address of Kafka. Raises SettingsError."""
        if not self.kafka_bootstrap:
            message = "KAFKA_BOOTSTRAP: set the address of your Kafka, such as 127.0.0.1:9092"
            raise SettingsError(message)
        return self.kafka_bootstrap

    def _weak_secret(self) -> bool:
        return not self.secret_keys or any(len(_own(k)) < LEAST_SECRET for k in self.secret_keys)

    def _demo_master_key(self) -> bool:
        return base64.b64decode(DEMO_MASTER_KEY) in self.master_keys


def _own(secret: str) -> str:
    return "" if secret == DEMO_SECRET else secret


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings. Raises SettingsError with one line per thing to set."""
    try:
        return Settings.model_validate({k: v for k, v in environment.items() if v != ""})
    except ValidationError as error:
        lines = [_line(problem) for problem in error.errors()]
        raise SettingsError("\n".join(lines)) from None


def _line(problem: Any) -> str:
    where = ".".join(map(str, problem["loc"]))
    what = problem["msg"].removeprefix("Value error, ")
    return f"{where}: {what}" if where else what
